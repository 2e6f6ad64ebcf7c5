#include "gateway/sign_in/token_keys.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;

constexpr size_t kKeyBytes = 32;

fs::path FileIn(const fs::path& folder) { return folder / "token.key"; }

absl::Status System(const fs::path& path, const char* what) {
  return absl::UnavailableError(
      fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

absl::StatusOr<TokenKeys> Read(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return System(path, "read");
  struct stat info {};
  char bytes[2 * kKeyBytes + 1];
  const bool known = ::fstat(file, &info) == 0;
  const ssize_t size = ::read(file, bytes, sizeof(bytes));
  ::close(file);
  if (!known || size < 0) return System(path, "read");
  if ((info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        fmt::format("{} may be read by others; chmod 600 it", path.string()));
  }
  auto keys = TokenKeys::FromBytes({bytes, static_cast<size_t>(size)});
  if (keys.ok()) return keys;
  return absl::DataLossError(
      fmt::format("{} is not a key of {} bytes, nor two; remove it to have a new one made (who is "
                  "signed in signs in again)",
                  path.string(), kKeyBytes));
}

// Written whole under another name first, so that no reader ever sees half a key; then `place`
// gives it the file's name.
template <class Place>
absl::Status Write(const fs::path& path, const TokenKeys& keys, Place place) {
  const std::string bytes = keys.Bytes();
  const fs::path draft = fmt::format("{}.{}", path.string(), ::getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return System(draft, "make");
  const bool written =
      ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  const absl::Status failure =
      written && place(draft.c_str()) ? absl::OkStatus() : System(path, "write");
  ::unlink(draft.c_str());
  return failure;
}

}  // namespace

TokenKeys TokenKeys::New() {
  std::string key(kKeyBytes, '\0');
  INVARIANT(RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), kKeyBytes) == 1);
  return {std::move(key), ""};
}

absl::StatusOr<TokenKeys> TokenKeys::FromBytes(std::string_view bytes) {
  if (bytes.size() != kKeyBytes && bytes.size() != 2 * kKeyBytes) {
    return absl::DataLossError(fmt::format("a key of tokens has {} bytes", kKeyBytes));
  }
  return TokenKeys{std::string(bytes.substr(0, kKeyBytes)), std::string(bytes.substr(kKeyBytes))};
}

KeySource AlwaysKeys(TokenKeys keys) {
  return [keys = std::move(keys)]() -> absl::StatusOr<TokenKeys> { return keys; };
}

KeySource KeysOf(const fs::path& folder) {
  return [path = FileIn(folder)] { return Read(path); };
}

absl::StatusOr<TokenKeys> ReadOrMakeKeys(const fs::path& folder) {
  const fs::path path = FileIn(folder);
  if (!fs::exists(path)) {
    // Whoever links it second takes the first one's.
    WISSEL_RETURN_IF_ERROR(Write(path, TokenKeys::New(), [&](const char* draft) {
      return ::link(draft, path.c_str()) == 0 || errno == EEXIST;
    }));
  }
  return Read(path);
}

absl::Status ReplaceKeys(const fs::path& folder, const TokenKeys& keys) {
  const fs::path path = FileIn(folder);
  return Write(path, keys,
               [&](const char* draft) { return std::rename(draft, path.c_str()) == 0; });
}

}  // namespace wissel::sign_in
