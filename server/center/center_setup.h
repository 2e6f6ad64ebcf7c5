// From a configuration file to the center that it describes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/sign_in/auth_service.h"
#include "server/center/address.h"
#include "server/center/center.h"
#include "server/config/config_file.h"

namespace wissel::server {

// What this machine adds to it.
struct CenterPlace {
  std::string config_folder;                  // paths in the file are relative to it
  std::optional<std::string> customer_pages;  // folder
  std::optional<Address> sip;                 // where calls come in; none: nowhere
};

// Without what says where it is kept. INVALID_ARGUMENT, NOT_FOUND and FAILED_PRECONDITION for
// addresses and files of secrets that are none.
absl::StatusOr<CenterOptions> ReadCenterOptions(const config::ConfigFile& file,
                                                const CenterPlace& here);

// Those whom a demonstration of it would have.
std::vector<sign_in::DemoUser> ReadDemoUsers(const config::ConfigFile& file);

// Applies it to an empty center in memory; what that refuses is added to its problems.
absl::Status TryInMemory(config::LoadedConfig& config);

}  // namespace wissel::server
