// Writes any protobuf message as YAML that yaml_reader.h reads back to the same: keys are field
// names, in the order of the contract; what is not set is left out. Pure.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace wissel::config {

std::string WriteYaml(const google::protobuf::Message& message);

// "20s", "1h30m", "500ms"; at least one unit.
std::string WriteDurationMillis(int64_t millis);

}  // namespace wissel::config
