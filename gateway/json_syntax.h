// Whether a text is JSON as RFC 8259 has it, and where not. protobuf's own reader takes single
// quotes, bare keys and trailing commas and cannot say where an error stands; a door that is strict
// and precise looks first with this.
//
// Threads: a free function without state.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace wissel::gateway {

// INVALID_ARGUMENT with line and column, both from 1, the column in bytes. UTF-8 inside strings is
// left to the reader that follows. At most 100 levels deep.
absl::Status CheckJsonSyntax(std::string_view text);

}  // namespace wissel::gateway
