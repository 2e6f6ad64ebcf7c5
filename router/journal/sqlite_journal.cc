#include "router/journal/sqlite_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/sql/sqlite.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr uint64_t kApplicationId = 0x5773736c;  // "Wssl"
constexpr uint64_t kVersion = 1;

constexpr const char* kSchema = R"sql(
  BEGIN IMMEDIATE;
  CREATE TABLE batches(
    first_sequence INTEGER PRIMARY KEY,
    last_sequence INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    hash BLOB NOT NULL,
    payload BLOB NOT NULL) STRICT;
  CREATE TABLE tail(
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    hash BLOB NOT NULL) STRICT;
  CREATE TABLE probe(bytes BLOB NOT NULL) STRICT;
  INSERT INTO tail VALUES (1, 0, 0, zeroblob(32));
  PRAGMA application_id = 1467183980;
  PRAGMA user_version = 1;
  COMMIT;
)sql";

// In one statement, so that a reader sees both as of one commit.
constexpr const char* kTailQuery =
    "SELECT tail.epoch, tail.last_sequence, tail.hash,"
    "       coalesce(b.epoch, 0), coalesce(b.last_sequence, 0), coalesce(b.hash, zeroblob(32))"
    "  FROM tail LEFT JOIN batches AS b"
    "    ON b.first_sequence = (SELECT max(first_sequence) FROM batches)";

constexpr const char* kScanQuery =
    "SELECT first_sequence, last_sequence, epoch, hash, payload FROM batches"
    "  WHERE first_sequence > ? ORDER BY first_sequence LIMIT 64";

std::string PathIn(const std::string& directory) { return directory + "/journal.sqlite"; }

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("the journal is damaged: {}", what));
}

absl::StatusOr<ChainHash> HashOf(std::string_view bytes) {
  ChainHash hash;
  if (bytes.size() != hash.size()) return Damaged("a hash has the wrong size");
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

absl::StatusOr<JournalTail> ReadTail(SqliteStatement& query) {
  WISSEL_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return Damaged("its tail is missing");
  JournalTail tail;
  tail.epoch = query.Number(0);
  tail.end.sequence = query.Number(1);
  WISSEL_ASSIGN_OR_RETURN(tail.end.hash, HashOf(query.Bytes(2)));
  JournalPosition last;
  last.sequence = query.Number(4);
  WISSEL_ASSIGN_OR_RETURN(last.hash, HashOf(query.Bytes(5)));
  if (tail.end != last)
    return Damaged(fmt::format("it should end at sequence {}, but its last row ends at {}",
                               tail.end.sequence, last.sequence));
  if (tail.epoch < query.Number(3))
    return Damaged("its last row is of a later epoch than its tail");
  return tail;
}

// In short transactions, so that the writer's checkpoints are not kept waiting.
absl::Status ScanRows(SqliteStatement& query, uint64_t sequence,
                      const JournalReader::Visitor& visit) {
  std::vector<JournalRow> rows;
  do {
    rows.clear();
    query.Bind(1, sequence);
    while (true) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) {
        query.Reset();
        return row.status();
      }
      if (!*row) break;
      absl::StatusOr<ChainHash> hash = HashOf(query.Bytes(3));
      if (!hash.ok()) {
        query.Reset();
        return hash.status();
      }
      rows.push_back({{query.Number(2), query.Number(0), query.Number(1)},
                      *hash,
                      std::string(query.Bytes(4))});
    }
    query.Reset();
    for (const JournalRow& row : rows) {
      WISSEL_RETURN_IF_ERROR(visit(row));
      sequence = row.header.first_sequence;
    }
  } while (!rows.empty());
  return absl::OkStatus();
}

// What a reader and the writer have in common.
class Tables {
 public:
  static absl::StatusOr<Tables> Over(SqliteConnection db) {
    WISSEL_ASSIGN_OR_RETURN(SqliteStatement tail, db.Prepare(kTailQuery));
    WISSEL_ASSIGN_OR_RETURN(SqliteStatement scan, db.Prepare(kScanQuery));
    return Tables(std::move(db), std::move(tail), std::move(scan));
  }
  absl::StatusOr<JournalTail> Tail() {
    absl::StatusOr<JournalTail> tail = ReadTail(tail_);
    tail_.Reset();
    return tail;
  }
  absl::Status Scan(uint64_t sequence, const JournalReader::Visitor& visit) {
    return ScanRows(scan_, sequence, visit);
  }
  SqliteConnection& db() { return db_; }

 private:
  Tables(SqliteConnection db, SqliteStatement tail, SqliteStatement scan)
      : db_(std::move(db)), tail_(std::move(tail)), scan_(std::move(scan)) {}

  SqliteConnection db_;  // before its statements: they are finalised first
  SqliteStatement tail_;
  SqliteStatement scan_;
};

absl::Status CheckFormat(SqliteConnection& db, const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t application, db.QueryNumber("PRAGMA application_id"));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t version, db.QueryNumber("PRAGMA user_version"));
  if (application != kApplicationId)
    return absl::DataLossError(fmt::format("{} is not a journal", path));
  if (version != kVersion)
    return absl::DataLossError(
        fmt::format("{} is of version {}; this program reads {}", path, version, kVersion));
  return absl::OkStatus();
}

class SqliteReader : public JournalReader {
 public:
  explicit SqliteReader(Tables tables) : tables_(std::move(tables)) {}
  absl::StatusOr<JournalTail> Tail() override { return tables_.Tail(); }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return tables_.Scan(sequence, visit);
  }

 private:
  Tables tables_;
};

// Held while it lives.
class WriterLock {
 public:
  static absl::StatusOr<WriterLock> Take(const std::string& directory) {
    const std::string path = directory + "/journal.lock";
    WriterLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (lock.fd_ < 0)
      return absl::FailedPreconditionError(
          fmt::format("{} cannot be opened: {}", path, std::strerror(errno)));
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
      return absl::FailedPreconditionError(fmt::format(
          "the journal in {} is already open to write; a second writer is refused", directory));
    return lock;
  }
  // Whether there has been a journal here: one byte in the lock file.
  absl::StatusOr<bool> HasMark() const {
    struct stat file = {};
    if (::fstat(fd_, &file) != 0) return absl::InternalError(std::strerror(errno));
    return file.st_size > 0;
  }
  absl::Status SetMark() {
    if (::pwrite(fd_, "1", 1, 0) != 1 || ::fsync(fd_) != 0)
      return absl::InternalError(
          fmt::format("the journal's lock cannot be written: {}", std::strerror(errno)));
    return absl::OkStatus();
  }
  WriterLock(WriterLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~WriterLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit WriterLock(int fd) : fd_(fd) {}
  int fd_;
};

class SqliteJournal : public Journal {
 public:
  SqliteJournal(WriterLock lock, Tables tables, SqliteStatement insert, SqliteStatement advance,
                std::string directory, SqliteJournalOptions options)
      : lock_(std::move(lock)),
        tables_(std::move(tables)),
        insert_(std::move(insert)),
        advance_(std::move(advance)),
        directory_(std::move(directory)),
        options_(std::move(options)) {
    sqlite3_wal_hook(
        tables_.db().get(),
        [](void* pages, sqlite3*, const char*, int count) {
          *static_cast<int*>(pages) = count;
          return SQLITE_OK;
        },
        &wal_pages_);
  }

  absl::StatusOr<uint64_t> AcquireEpoch() override {
    WISSEL_RETURN_IF_ERROR(InTransaction(
        [&] { return tables_.db().Run("UPDATE tail SET epoch = epoch + 1 WHERE only = 1"); }));
    WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, Tail());
    return tail.epoch;
  }

  absl::StatusOr<JournalTail> Tail() override { return tables_.Tail(); }

  absl::Status Append(const RowHeader& header, std::string_view payload) override {
    INVARIANT(header.first_sequence <= header.last_sequence);
    return InTransaction([&]() -> absl::Status {
      WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, Tail());
      WISSEL_RETURN_IF_ERROR(CheckFence(tail, header));
      const ChainHash hash = NextInChain(tail.end.hash, header, payload);
      insert_.Bind(1, header.first_sequence)
          .Bind(2, header.last_sequence)
          .Bind(3, header.epoch)
          .Bind(4, hash.data(), hash.size())
          .Bind(5, payload.data(), payload.size());
      WISSEL_RETURN_IF_ERROR(insert_.Run());
      return advance_.Bind(1, header.last_sequence).Bind(2, hash.data(), hash.size()).Run();
    });
  }

  absl::Status CheckWritable() override {
    WISSEL_RETURN_IF_ERROR(InTransaction(
        [&] { return tables_.db().Run("INSERT INTO probe VALUES (zeroblob(1048576))"); }));
    return InTransaction([&] { return tables_.db().Run("DELETE FROM probe"); });
  }

  absl::Status Maintain(bool idle) override {
    if (wal_pages_ < options_.checkpoint_pages * (idle ? 1 : 8)) return absl::OkStatus();
    const int code = sqlite3_wal_checkpoint_v2(tables_.db().get(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    wal_pages_ = 0;  // counted again at the next commit
    if (code == SQLITE_OK || code == SQLITE_BUSY) return absl::OkStatus();
    absl::Status status = SqliteError(tables_.db().get(), code);
    // No room: the WAL still has everything, and the next append will say so.
    return absl::IsUnavailable(status) ? absl::OkStatus() : status;
  }

  absl::StatusOr<std::unique_ptr<JournalReader>> OpenReader() override {
    return OpenSqliteReader(directory_, options_);
  }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return tables_.Scan(sequence, visit);
  }

 private:
  // Commits what `write` does, or leaves no trace of it.
  template <class Write>
  absl::Status InTransaction(Write&& write) {
    absl::Status status = tables_.db().Run("BEGIN IMMEDIATE");
    if (status.ok()) status = write();
    if (status.ok()) status = tables_.db().Run("COMMIT");
    if (status.ok()) return status;
    // Some errors have rolled back already.
    if (tables_.db().in_transaction()) {
      if (absl::Status rollback = tables_.db().Run("ROLLBACK"); !rollback.ok())
        return absl::InternalError(fmt::format("a failed append could not be rolled back: {}",
                                               std::string(rollback.message())));
    }
    return status;
  }

  WriterLock lock_;  // first in, last out
  Tables tables_;
  SqliteStatement insert_;
  SqliteStatement advance_;
  std::string directory_;
  SqliteJournalOptions options_;
  int wal_pages_ = 0;
};

// A file that SQLite has made a moment ago is there after a power cut only when its directory has
// been synced.
absl::Status SyncDirectory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return good ? absl::OkStatus()
              : absl::InternalError(
                    fmt::format("{} cannot be synced: {}", directory, std::strerror(errno)));
}

// Only a file without a single page, in a directory that never had a journal, is new. Whatever else
// is not a journal is a damaged one.
absl::Status CreateIfNew(SqliteConnection& db, WriterLock& lock, const std::string& directory) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t pages, db.QueryNumber("PRAGMA page_count"));
  WISSEL_ASSIGN_OR_RETURN(const bool had_journal, lock.HasMark());
  if (pages == 0 && had_journal)
    return Damaged(fmt::format("{} is empty, but was not always", PathIn(directory)));
  if (pages == 0) WISSEL_RETURN_IF_ERROR(db.Run(kSchema));
  WISSEL_RETURN_IF_ERROR(CheckFormat(db, PathIn(directory)));
  if (!had_journal) {
    WISSEL_RETURN_IF_ERROR(lock.SetMark());
    WISSEL_RETURN_IF_ERROR(SyncDirectory(directory));
  }
  return absl::OkStatus();
}

absl::Status SwitchToWal(SqliteConnection& db) {
  WISSEL_ASSIGN_OR_RETURN(SqliteStatement change, db.Prepare("PRAGMA journal_mode = WAL"));
  WISSEL_ASSIGN_OR_RETURN(const bool row, change.Step());
  if (!row || change.Bytes(0) != "wal")
    return absl::FailedPreconditionError("the file system cannot hold a journal in WAL mode");
  return absl::OkStatus();
}

// The schema is made before the switch to WAL, so that the file is never there without it.
constexpr const char* kWriterSettings = R"sql(
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA mmap_size = 0;
  PRAGMA journal_size_limit = 67108864;
)sql";

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& directory,
                                                           const SqliteJournalOptions& options) {
  if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST)
    return absl::FailedPreconditionError(
        fmt::format("{} cannot be made: {}", directory, std::strerror(errno)));
  WISSEL_ASSIGN_OR_RETURN(WriterLock lock, WriterLock::Take(directory));
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection db,
      SqliteConnection::Open(PathIn(directory), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                             options.vfs));
  WISSEL_RETURN_IF_ERROR(db.Run(kWriterSettings));
  WISSEL_RETURN_IF_ERROR(CreateIfNew(db, lock, directory));
  WISSEL_RETURN_IF_ERROR(SwitchToWal(db));
  WISSEL_ASSIGN_OR_RETURN(Tables tables, Tables::Over(std::move(db)));
  WISSEL_RETURN_IF_ERROR(tables.Tail().status());
  WISSEL_ASSIGN_OR_RETURN(SqliteStatement insert,
                          tables.db().Prepare("INSERT INTO batches VALUES (?, ?, ?, ?, ?)"));
  WISSEL_ASSIGN_OR_RETURN(
      SqliteStatement advance,
      tables.db().Prepare("UPDATE tail SET last_sequence = ?, hash = ? WHERE only = 1"));
  return std::make_unique<SqliteJournal>(std::move(lock), std::move(tables), std::move(insert),
                                         std::move(advance), directory, options);
}

absl::StatusOr<std::unique_ptr<JournalReader>> OpenSqliteReader(
    const std::string& directory, const SqliteJournalOptions& options) {
  const std::string path = PathIn(directory);
  if (::access(path.c_str(), F_OK) != 0)
    return absl::NotFoundError(fmt::format("there is no journal in {}", directory));
  WISSEL_ASSIGN_OR_RETURN(SqliteConnection db,
                          SqliteConnection::Open(path, SQLITE_OPEN_READONLY, options.vfs));
  WISSEL_RETURN_IF_ERROR(db.Run("PRAGMA mmap_size = 0; PRAGMA query_only = 1"));
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(db.get(), 5000);  // while the writer opens or closes
  WISSEL_RETURN_IF_ERROR(CheckFormat(db, path));
  WISSEL_ASSIGN_OR_RETURN(Tables tables, Tables::Over(std::move(db)));
  return std::make_unique<SqliteReader>(std::move(tables));
}

absl::Status CheckSqlitePages(const std::string& directory) {
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection db,
      SqliteConnection::Open(PathIn(directory), SQLITE_OPEN_READONLY, std::string()));
  sqlite3_busy_timeout(db.get(), 5000);
  WISSEL_ASSIGN_OR_RETURN(SqliteStatement check, db.Prepare("PRAGMA quick_check(1)"));
  WISSEL_ASSIGN_OR_RETURN(const bool row, check.Step());
  if (!row) return Damaged("SQLite cannot check its pages");
  const std::string_view finding = check.Bytes(0);
  return finding == "ok" ? absl::OkStatus() : Damaged(finding);
}

}  // namespace wissel
