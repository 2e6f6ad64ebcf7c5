#include "server/systemd/secret_file.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::systemd {
namespace {

constexpr std::string_view kCredential = "credential:";

absl::Status CannotRead(const std::filesystem::path& path) {
  return Refuse(absl::StatusCode::kNotFound, "",
                fmt::format("cannot read the secret in {}", path.string()));
}

}  // namespace

absl::StatusOr<std::filesystem::path> SecretPath(const std::filesystem::path& folder,
                                                 std::string_view setting) {
  if (!setting.starts_with(kCredential)) return folder / setting;
  const std::string_view name = setting.substr(kCredential.size());
  if (name.empty() || name.front() == '.' || name.find('/') != name.npos) {
    return RefuseField("", fmt::format("\"{}\" names no credential", setting),
                       "credential:NAME, with the name that LoadCredential= gives it");
  }
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (credentials == nullptr) {
    return absl::FailedPreconditionError(fmt::format(
        "\"{}\" is a credential, and this process was given none (LoadCredential=)", setting));
  }
  return std::filesystem::path(credentials) / name;
}

absl::StatusOr<std::string> ReadSecret(const std::filesystem::path& folder,
                                       std::string_view setting) {
  WISSEL_ASSIGN_OR_RETURN(const std::filesystem::path path, SecretPath(folder, setting));
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return CannotRead(path);
  return text.str();
}

absl::StatusOr<std::string> ReadSecretLine(const std::filesystem::path& folder,
                                           std::string_view setting) {
  WISSEL_ASSIGN_OR_RETURN(const std::filesystem::path path, SecretPath(folder, setting));
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!std::getline(in, line)) return CannotRead(path);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace wissel::systemd
