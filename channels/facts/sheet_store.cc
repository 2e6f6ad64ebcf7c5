#include "channels/facts/sheet_store.h"

#include <utility>

#include "base/invariant.h"
#include "base/status.h"

namespace wissel::facts {
namespace {

using sql::Query;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS revisions ("
    " queue BLOB NOT NULL, sheet BLOB NOT NULL, number INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " author BLOB NOT NULL, deleted INTEGER NOT NULL, written BLOB NOT NULL,"
    " PRIMARY KEY (queue, sheet, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS requests ("
    " id BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, queue BLOB NOT NULL, sheet BLOB NOT NULL,"
    " number INTEGER NOT NULL) WITHOUT ROWID;";

#define WISSEL_REVISION_COLUMNS "queue, sheet, number, time_ms, author, deleted, written"

Revision ReadRevision(const Query& row) {
  Revision revision;
  revision.name = {row.Text(0), row.Text(1)};
  revision.number = row.Number(2);
  revision.time = Instant::FromMillis(row.Number(3));
  revision.author = row.Text(4);
  revision.deleted = row.Number(5) != 0;
  INVARIANT(revision.written.ParseFromString(row.Text(6)));
  return revision;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SheetStore>> SheetStore::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Database db, sql::Database::Open(place, kSchema));
  return std::unique_ptr<SheetStore>(new SheetStore(std::move(db)));
}

absl::StatusOr<std::vector<Revision>> SheetStore::ReadAll(Query row) {
  std::vector<Revision> revisions;
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return revisions;
    revisions.push_back(ReadRevision(row));
  }
}

absl::StatusOr<std::optional<Revision>> SheetStore::Find(const SheetName& name) {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Revision> newest, History(name, 0, 1));
  return newest.empty() ? std::nullopt : std::optional(std::move(newest.front()));
}

absl::StatusOr<std::vector<Revision>> SheetStore::List(const std::string& queue) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row, db_.Ask("SELECT " WISSEL_REVISION_COLUMNS
                         " FROM revisions AS newest WHERE queue = ?1 AND deleted = 0 AND number ="
                         " (SELECT MAX(number) FROM revisions WHERE queue = newest.queue AND"
                         " sheet = newest.sheet) ORDER BY sheet",
                         queue));
  return ReadAll(std::move(row));
}

absl::StatusOr<std::vector<Revision>> SheetStore::History(const SheetName& name, int64_t skip,
                                                          int most) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row, db_.Ask("SELECT " WISSEL_REVISION_COLUMNS " FROM revisions WHERE queue = ?1 AND"
                         " sheet = ?2 ORDER BY number DESC LIMIT ?3 OFFSET ?4",
                         name.queue, name.sheet, most, skip));
  return ReadAll(std::move(row));
}

absl::StatusOr<std::optional<Revision>> SheetStore::MadeBy(const SheetRequest& request) {
  if (request.id.empty()) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(
      Query row, db_.Ask("SELECT r.queue, r.sheet, r.number, time_ms, author, deleted, written,"
                         " fingerprint FROM requests AS q JOIN revisions AS r ON r.queue = q.queue"
                         " AND r.sheet = q.sheet AND r.number = q.number WHERE q.id = ?1",
                         request.id));
  WISSEL_ASSIGN_OR_RETURN(const bool known, row.Next());
  if (!known) return std::nullopt;
  if (row.Text(7) == request.fingerprint) return ReadRevision(row);
  return RefuseField("requestId", "this request id was used for another change",
                     "a new id for each change");
}

absl::Status SheetStore::Write(const Revision& revision, const SheetRequest& request) {
  WISSEL_RETURN_IF_ERROR(db_.Do("INSERT INTO revisions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                revision.name.queue, revision.name.sheet, revision.number,
                                revision.time.millis(), revision.author, revision.deleted ? 1 : 0,
                                revision.written.SerializeAsString()));
  if (request.id.empty()) return absl::OkStatus();
  return db_.Do("INSERT INTO requests VALUES (?1, ?2, ?3, ?4, ?5)", request.id, request.fingerprint,
                revision.name.queue, revision.name.sheet, revision.number);
}

absl::StatusOr<Revision> SheetStore::Add(Revision revision, const SheetRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> before, Find(revision.name));
  revision.number = before ? before->number + 1 : 1;
  absl::Status status = db_.Begin();
  if (status.ok()) status = Write(revision, request);
  if (status.ok()) status = db_.Commit();
  INVARIANT(!absl::IsInternal(status));
  if (!status.ok()) {
    db_.Rollback();
    return status;
  }
  return revision;
}

}  // namespace wissel::facts
