#include "server/backup/backup.h"

#include <cstdio>
#include <fstream>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"
#include "server/backup/archive.h"
#include "server/backup/folder.h"
#include "server/backup/manifest.h"

namespace wissel::backup {
namespace {

namespace fs = std::filesystem;

// Into `copy`, with the manifest; all names, that of the manifest first.
absl::StatusOr<std::vector<std::string>> CopyAll(const fs::path& data, const fs::path& copy,
                                                 Manifest* manifest) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesToCopy(data));
  std::vector<std::string> names = {std::string(kManifestName)};
  for (const std::string& name : files) {
    fmt::print(stderr, "copies {}\n", name);
    WISSEL_ASSIGN_OR_RETURN(const bool copied, CopyFile(data, name, copy));
    if (copied) names.push_back(name);
  }
  fmt::print(stderr, "checks the journal\n");
  WISSEL_ASSIGN_OR_RETURN(const JournalEnd end, CheckJournalIn(copy));
  manifest->sequence = end.sequence;
  manifest->digest = end.digest;
  for (size_t i = 1; i < names.size(); ++i) {
    WISSEL_ASSIGN_OR_RETURN(manifest->sha256[names[i]], Sha256OfFile(copy / names[i]));
  }
  std::ofstream(copy / names.front()) << Text(*manifest);
  return names;
}

absl::StatusOr<Manifest> Backup(const BackupOptions& options) {
  const fs::path to = options.to;
  std::error_code error;
  if (fs::exists(to, error)) {
    return absl::AlreadyExistsError(
        fmt::format("{} is there already, and is not written over", options.to));
  }
  WISSEL_ASSIGN_OR_RETURN(
      const TemporaryFolder copy,
      TemporaryFolder::Make(to.has_parent_path() ? to.parent_path() : fs::path(".")));
  Manifest manifest;
  manifest.made = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  manifest.by = options.version;
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          CopyAll(options.data, copy.path(), &manifest));
  fmt::print(stderr, "writes {}\n", options.to);
  WISSEL_RETURN_IF_ERROR(WriteArchive(to, copy.path(), names));
  return manifest;
}

}  // namespace

int RunBackup(const BackupOptions& options) {
  const absl::StatusOr<Manifest> manifest = Backup(options);
  if (!manifest.ok()) {
    fmt::print(stderr, "wissel backup: {}\n", std::string(manifest.status().message()));
    return 1;
  }
  if (options.json) {
    fmt::print(R"({{"sequence": {}, "digest": "{:016x}", "files": {}}})"
               "\n",
               manifest->sequence, manifest->digest, manifest->sha256.size());
  } else {
    fmt::print("{} files up to sequence {}, digest {:016x}\n", manifest->sha256.size(),
               manifest->sequence, manifest->digest);
  }
  return 0;
}

}  // namespace wissel::backup
