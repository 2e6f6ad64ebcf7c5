// Which configuration file was applied last: its SHA-256, kept in DATA/config.applied.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace wissel::server {

// Empty when none was.
std::string AppliedConfig(const std::string& data);

// Durable on return.
absl::Status RememberAppliedConfig(const std::string& data, const std::string& sha256);

}  // namespace wissel::server
