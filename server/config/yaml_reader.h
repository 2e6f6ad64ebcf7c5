// Reads YAML into any protobuf message by its descriptor: keys are field names, unknown keys are
// problems with a suggestion, and every problem has its line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "server/config/source.h"

namespace wissel::config {

// Fills `message` as far as the text is right. Lines go into `lines`, what is wrong into
// `problems`.
void ReadYaml(const std::string& text, google::protobuf::Message& message, LineMap& lines,
              std::vector<Problem>& problems);

// "20s", "500ms", "4h", "30d", "1h30m" in milliseconds; nothing when it is none of these.
std::optional<int64_t> ParseDurationMillis(std::string_view text);

}  // namespace wissel::config
