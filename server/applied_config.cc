#include "server/applied_config.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "fmt/format.h"

namespace wissel::server {
namespace {

std::filesystem::path PathIn(const std::string& data) {
  return std::filesystem::path(data) / "config.applied";
}

absl::Status Failure(const std::filesystem::path& path) {
  return absl::UnavailableError(
      fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

}  // namespace

std::string AppliedConfig(const std::string& data) {
  std::ifstream in(PathIn(data));
  std::string sha256;
  in >> sha256;
  return sha256;
}

// Beside the old one first: a crash leaves the one or the other.
absl::Status RememberAppliedConfig(const std::string& data, const std::string& sha256) {
  const std::filesystem::path path = PathIn(data);
  const std::filesystem::path fresh = path.string() + ".new";
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Failure(fresh);
  const std::string text = sha256 + "\n";
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && fsync(file) == 0;
  if (close(file) != 0 || !synced) return Failure(fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) return Failure(path);
  return absl::OkStatus();
}

}  // namespace wissel::server
