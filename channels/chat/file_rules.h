// What a file from outside must be before it enters a conversation. Pure; thread-safe. Refusals are
// INVALID_ARGUMENT on `field`.
//
// A file is what its name ends in says, and its bytes must agree: what a sender or a browser calls
// it is not asked. Nothing that a computer runs or a browser renders with scripts is among them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wissel::chat {

inline constexpr int64_t kLongestFileName = 120;  // characters

// One that can be kept as it is on any computer: 1 to 120 characters of one line, no path, none
// that are not seen or turn the writing direction, no dot or space at either end.
absl::Status CheckFileName(std::string_view name, std::string_view field);

// ".pdf" and the others, in lower case.
std::vector<std::string_view> FileEndings();

// The media type of files that end so: "application/pdf".
absl::StatusOr<std::string_view> MediaTypeOf(std::string_view name, std::string_view field);

// Whether a file that begins so, or is that, can be what its name says. Of text the whole counts.
absl::Status CheckFileBytes(std::string_view name, std::string_view bytes, std::string_view field);

}  // namespace wissel::chat
