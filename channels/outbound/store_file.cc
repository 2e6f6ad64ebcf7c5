#include "channels/outbound/store_file.h"

#include "base/invariant.h"
#include "base/status.h"

namespace wissel::outbound {

const char* const StoreFile::kListSchema =
    "CREATE TABLE IF NOT EXISTS lists ("
    " number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, display_name BLOB NOT NULL,"
    " queue BLOB NOT NULL, channel INTEGER NOT NULL, most_open INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, pause_ms INTEGER NOT NULL, refused_reasons BLOB NOT NULL,"
    " mark_reasons BLOB NOT NULL, phase INTEGER NOT NULL, created_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS entries ("
    " list INTEGER NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL,"
    " fingerprint BLOB NOT NULL, contact BLOB NOT NULL UNIQUE, customer BLOB NOT NULL,"
    " deadline_ms INTEGER NOT NULL, state INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, items INTEGER NOT NULL, item INTEGER NOT NULL,"
    " last_item INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
    " PRIMARY KEY (list, number), UNIQUE (list, key)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS entries_by_state ON entries (list, state, number);"
    "CREATE TABLE IF NOT EXISTS attempts ("
    " list INTEGER NOT NULL, entry INTEGER NOT NULL, item INTEGER NOT NULL,"
    " ended_ms INTEGER NOT NULL, \"end\" INTEGER NOT NULL, agent BLOB NOT NULL,"
    " PRIMARY KEY (list, entry, item)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS marks ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, subject BLOB NOT NULL UNIQUE,"
    " kind INTEGER NOT NULL, reason INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " creator BLOB NOT NULL);";

absl::StatusOr<std::unique_ptr<StoreFile>> StoreFile::Open(const sql::Place& place,
                                                           const char* schema) {
  WISSEL_ASSIGN_OR_RETURN(sql::Database db, sql::Database::Open(place, schema));
  return std::unique_ptr<StoreFile>(new StoreFile(std::move(db)));
}

absl::Status StoreFile::Change(const std::function<absl::Status()>& work) {
  absl::Status status = db_.Begin();
  if (status.ok()) status = work();
  if (status.ok()) status = db_.Commit();
  INVARIANT(!absl::IsInternal(status));
  if (!status.ok()) db_.Rollback();
  return status;
}

}  // namespace wissel::outbound
