#include "server/backup/folder.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/sql/sqlite.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/journal/inspect.h"
#include "router/journal/sqlite_journal.h"
#include "router/service/recovery.h"

namespace wissel::backup {
namespace {

namespace fs = std::filesystem;

bool EndsWith(std::string_view name, std::string_view end) { return name.ends_with(end); }

// What belongs to a database at hand, and locks.
bool IsPassing(std::string_view name) {
  return name.front() == '.' || EndsWith(name, "-wal") || EndsWith(name, "-shm") ||
         EndsWith(name, "-journal") || EndsWith(name, ".lock") || EndsWith(name, ".tmp") ||
         EndsWith(name, ".new");
}

// Lower is earlier; see README.md for why.
int Turn(std::string_view name) {
  if (name == "contacts.sqlite") return 1;
  if (name == "contact_keys.sqlite") return 2;
  if (name == "journal.sqlite") return 3;
  if (name == "erasures.txt") return 4;
  return 0;
}

absl::Status CopyDatabase(const fs::path& from, const fs::path& to) {
  WISSEL_ASSIGN_OR_RETURN(SqliteConnection source,
                          SqliteConnection::Open(from.string(), SQLITE_OPEN_READONLY, ""));
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection copy,
      SqliteConnection::Open(to.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  sqlite3_db_config(source.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(source.get(), 10'000);
  sqlite3_backup* backup = sqlite3_backup_init(copy.get(), "main", source.get(), "main");
  if (backup == nullptr) return SqliteError(copy.get(), sqlite3_errcode(copy.get()));
  // In one step: as of one commit, however much is written meanwhile.
  const int step = sqlite3_backup_step(backup, -1);
  const int finish = sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE || finish != SQLITE_OK) {
    return absl::UnavailableError(fmt::format("{} cannot be copied: {}", from.string(),
                                              sqlite3_errstr(step != SQLITE_DONE ? step : finish)));
  }
  // Whole in one file, without a log beside it; the server takes up its log again.
  return copy.Run("PRAGMA journal_mode = DELETE");
}

}  // namespace

absl::StatusOr<TemporaryFolder> TemporaryFolder::Make(const fs::path& beside) {
  std::string pattern = (beside / ".wissel-backup-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return absl::FailedPreconditionError(
        fmt::format("no folder can be made in {}: {}", beside.string(), std::strerror(errno)));
  }
  return TemporaryFolder(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

absl::StatusOr<std::vector<std::string>> FilesToCopy(const fs::path& data) {
  std::error_code error;
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(data, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(error) && !IsPassing(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(Turn(a), std::string_view(a)) < std::pair(Turn(b), std::string_view(b));
  });
  if (std::find(names.begin(), names.end(), "journal.sqlite") == names.end()) {
    return absl::NotFoundError(fmt::format(
        "{} holds no journal.sqlite: it is not the folder of an embedded server", data.string()));
  }
  return names;
}

absl::StatusOr<bool> CopyFile(const fs::path& data, const std::string& name, const fs::path& to) {
  if (EndsWith(name, ".sqlite")) {
    WISSEL_RETURN_IF_ERROR(CopyDatabase(data / name, to / name));
    return true;
  }
  std::error_code error;
  fs::copy_file(data / name, to / name, error);
  if (error == std::errc::no_such_file_or_directory) return false;
  if (error) {
    return absl::UnavailableError(
        fmt::format("{} cannot be copied: {}", (data / name).string(), error.message()));
  }
  return true;
}

absl::StatusOr<std::string> Sha256OfFile(const fs::path& path) {
  struct Freer {
    void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  };
  const std::unique_ptr<EVP_MD_CTX, Freer> hash(EVP_MD_CTX_new());
  std::ifstream in(path, std::ios::binary);
  bool good = in.is_open() && EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1;
  std::array<char, 1 << 16> buffer;
  while (good && in) {
    in.read(buffer.data(), buffer.size());
    good = EVP_DigestUpdate(hash.get(), buffer.data(), static_cast<size_t>(in.gcount())) == 1;
  }
  std::array<unsigned char, 32> digest;
  if (!good || in.bad() || EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr) != 1) {
    return absl::UnavailableError(fmt::format("{} cannot be read", path.string()));
  }
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

absl::StatusOr<JournalEnd> CheckJournalIn(const fs::path& folder) {
  WISSEL_RETURN_IF_ERROR(VerifyJournal(folder.string()).status());
  WISSEL_ASSIGN_OR_RETURN(const auto reader, OpenSqliteReader(folder.string()));
  const SnapshotStore snapshots(folder.string());
  WISSEL_ASSIGN_OR_RETURN(const Recovered recovered, Recover(*reader, &snapshots, {}));
  return JournalEnd{recovered.position.sequence, recovered.engine.Digest()};
}

}  // namespace wissel::backup
