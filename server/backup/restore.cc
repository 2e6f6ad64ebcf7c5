#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "base/status.h"
#include "channels/contacts/contact_store.h"
#include "channels/contacts/erasure_ledger.h"
#include "fmt/format.h"
#include "server/backup/archive.h"
#include "server/backup/backup.h"
#include "server/backup/folder.h"
#include "server/backup/manifest.h"

namespace wissel::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kErasures = "erasures.txt";

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

absl::Status MakeEmpty(const fs::path& data) {
  std::error_code error;
  if (fs::create_directories(data, error)) ::chmod(data.c_str(), 0700);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("cannot make the folder {}: {}", data.string(), error.message()));
  }
  if (!fs::is_empty(data, error) || error) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is not empty, and nothing is written over; name an empty folder", data.string()));
  }
  return absl::OkStatus();
}

// What was read is what the manifest names, all of it and unchanged.
absl::StatusOr<Manifest> CheckAgainstManifest(const fs::path& folder) {
  WISSEL_ASSIGN_OR_RETURN(Manifest manifest,
                          ParseManifest(ReadText(folder / std::string(kManifestName))));
  std::set<std::string> there;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    there.insert(entry.path().filename().string());
  }
  there.erase(std::string(kManifestName));
  for (const auto& [name, sha256] : manifest.sha256) {
    if (there.erase(name) == 0) return absl::DataLossError(fmt::format("{} is missing", name));
    WISSEL_ASSIGN_OR_RETURN(const std::string found, Sha256OfFile(folder / name));
    if (found != sha256) {
      return absl::DataLossError(fmt::format("{} is not what was backed up", name));
    }
  }
  if (!there.empty()) {
    return absl::DataLossError(fmt::format("{} is not in the manifest", *there.begin()));
  }
  return manifest;
}

// Whoever was erased since the backup, by a ledger that is newer than the backup's.
absl::Status AddErasures(const fs::path& newer, const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(newer, error)) {
    return absl::NotFoundError(fmt::format("{} cannot be read", newer.string()));
  }
  WISSEL_ASSIGN_OR_RETURN(const TemporaryFolder aside, TemporaryFolder::Make(folder));
  // A copy: the old server may still hold its own.
  fs::copy_file(newer, aside.path() / kErasures, error);
  if (error) return absl::NotFoundError(fmt::format("{} cannot be read", newer.string()));
  WISSEL_RETURN_IF_ERROR(
      contacts::ErasureLedger::Open((aside.path() / kErasures).string()).status());
  std::set<std::string> known;
  std::istringstream mine(ReadText(folder / kErasures));
  for (std::string line; std::getline(mine, line);) known.insert(line);
  std::ofstream out(folder / kErasures, std::ios::app | std::ios::binary);
  std::istringstream theirs(ReadText(aside.path() / kErasures));
  for (std::string line; std::getline(theirs, line);) {
    if (known.insert(line).second) out << line << "\n";
  }
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError("erasures.txt cannot be written");
}

// The store erases at its opening whoever stands in the ledger: before anyone can be served.
absl::Status Erase(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "contacts.sqlite", error)) return absl::OkStatus();
  WISSEL_ASSIGN_OR_RETURN(const auto store, contacts::ContactStore::Open(folder.string()));
  store->Close();
  return absl::OkStatus();
}

// The journal last: without one, a folder is not taken for a server's.
absl::Status MoveIn(const fs::path& from, const fs::path& data) {
  WISSEL_ASSIGN_OR_RETURN(std::vector<std::string> names, FilesToCopy(from));
  std::erase(names, "journal.sqlite");
  names.push_back("journal.sqlite");
  for (const std::string& name : names) {
    std::error_code error;
    fs::rename(from / name, data / name, error);
    if (error) {
      return absl::UnavailableError(
          fmt::format("{} cannot be put in its place: {}", name, error.message()));
    }
  }
  const int handle = ::open(data.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = handle >= 0 && ::fsync(handle) == 0;
  if (handle >= 0) ::close(handle);
  return synced ? absl::OkStatus() : absl::UnavailableError("the folder cannot be synced");
}

absl::StatusOr<JournalEnd> Restore(const RestoreOptions& options) {
  const fs::path data = options.data;
  WISSEL_RETURN_IF_ERROR(MakeEmpty(data));
  WISSEL_ASSIGN_OR_RETURN(const TemporaryFolder copy, TemporaryFolder::Make(data));
  fmt::print(stderr, "reads {}\n", options.from);
  WISSEL_RETURN_IF_ERROR(ReadArchive(options.from, copy.path()));
  WISSEL_ASSIGN_OR_RETURN(const Manifest manifest, CheckAgainstManifest(copy.path()));
  fs::remove(copy.path() / std::string(kManifestName));
  fmt::print(stderr, "checks the journal\n");
  WISSEL_ASSIGN_OR_RETURN(const JournalEnd end, CheckJournalIn(copy.path()));
  if (end.sequence != manifest.sequence || end.digest != manifest.digest) {
    return absl::DataLossError(fmt::format(
        "the journal comes to sequence {}, digest {:016x}; the backup was of {}, {:016x}",
        end.sequence, end.digest, manifest.sequence, manifest.digest));
  }
  if (!options.erasures.empty()) {
    WISSEL_RETURN_IF_ERROR(AddErasures(options.erasures, copy.path()));
  }
  fmt::print(stderr, "erases again who was erased\n");
  WISSEL_RETURN_IF_ERROR(Erase(copy.path()));
  WISSEL_RETURN_IF_ERROR(MoveIn(copy.path(), data));
  return end;
}

}  // namespace

int RunRestore(const RestoreOptions& options) {
  const absl::StatusOr<JournalEnd> end = Restore(options);
  if (!end.ok()) {
    fmt::print(stderr, "wissel restore: {}\n", std::string(end.status().message()));
    return 1;
  }
  fmt::print(fmt::runtime(options.json ? "{{\"sequence\": {}, \"digest\": \"{:016x}\"}}\n"
                                       : "restored up to sequence {}, digest {:016x}\n"),
             end->sequence, end->digest);
  return 0;
}

}  // namespace wissel::backup
