// A copy of the folder of a server's stores, taken while the server runs; and what a copy comes to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::backup {

// A folder that is gone when this is.
class TemporaryFolder {
 public:
  // In `beside`, readable by its owner alone.
  static absl::StatusOr<TemporaryFolder> Make(const std::filesystem::path& beside);
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// The files that are copied, in the order that makes the copy one that a crash might have left, so
// that the server's own recovery puts it right (README.md). NOT_FOUND without a journal.
absl::StatusOr<std::vector<std::string>> FilesToCopy(const std::filesystem::path& data);

// One of them: a database as of one commit of it, through a read-only connection; any other file
// byte by byte. Returns false when it has gone meanwhile (an old snapshot).
absl::StatusOr<bool> CopyFile(const std::filesystem::path& data, const std::string& name,
                              const std::filesystem::path& to);

// Hexadecimal.
absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path);

// Where the journal in a folder ends, every page and row of it checked, and the engine there.
struct JournalEnd {
  uint64_t sequence = 0;
  uint64_t digest = 0;
};
absl::StatusOr<JournalEnd> CheckJournalIn(const std::filesystem::path& folder);

}  // namespace wissel::backup
