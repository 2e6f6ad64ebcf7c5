// From the sections `server` and `security` of the configuration file to the options of the doors.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/grpc_door.h"
#include "gateway/oidc/oidc_service.h"
#include "gateway/rate_limit.h"
#include "server/config/config_file.h"

namespace wissel::server {

// Without an address. `folder`: of the configuration file, which its paths are relative to.
gateway::GrpcDoorOptions ReadGrpcDoor(const config::ConfigFile& file, const std::string& folder);

gateway::RateLimits ReadRateLimits(const config::ConfigFile& file);

// None where the file has no section `oidc`. FAILED_PRECONDITION for a secret that cannot be read,
// or that others may read.
absl::StatusOr<std::optional<oidc::OidcOptions>> ReadOidcSection(const config::ConfigFile& file,
                                                                 const std::string& folder);

}  // namespace wissel::server
