// "HOST:PORT" of a door.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::server {

struct Address {
  std::string host;  // without the brackets of "[::1]:80"
  uint16_t port = 0;

  std::string Text() const;
  // This machine alone.
  bool IsLoopback() const;
};

// INVALID_ARGUMENT with what would be right.
absl::StatusOr<Address> ParseAddress(std::string_view text);

}  // namespace wissel::server
