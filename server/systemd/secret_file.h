// Where a secret stands that the configuration names: a file, or a credential of the service
// manager (systemd.exec(5), LoadCredential=).
//
//   password_file: secrets/smtp          relative to the configuration file
//   password_file: /etc/wissel/smtp
//   password_file: credential:smtp       the credential "smtp" of this service
//
// Any thread; reads the file anew with each call. Contents never enter an error.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::systemd {

// `folder` is the configuration file's. FAILED_PRECONDITION: this process was given no credentials.
// INVALID_ARGUMENT: what follows "credential:" is no name.
absl::StatusOr<std::filesystem::path> SecretPath(const std::filesystem::path& folder,
                                                 std::string_view setting);

// The whole file; NOT_FOUND names it when it cannot be read.
absl::StatusOr<std::string> ReadSecret(const std::filesystem::path& folder,
                                       std::string_view setting);

// Its first line, without the end of it. NOT_FOUND without one, too.
absl::StatusOr<std::string> ReadSecretLine(const std::filesystem::path& folder,
                                           std::string_view setting);

}  // namespace wissel::systemd
