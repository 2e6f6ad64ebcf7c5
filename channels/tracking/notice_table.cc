#include "channels/tracking/notice_table.h"

#include <utility>

#include "base/invariant.h"
#include "base/status.h"

namespace wissel::tracking {
namespace {

using sql::Query;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS followed ("
    " contact BLOB PRIMARY KEY, item INTEGER NOT NULL, chosen INTEGER NOT NULL,"
    " stage INTEGER NOT NULL, promise_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " told INTEGER NOT NULL) WITHOUT ROWID;";

// In the place of what is none.
constexpr int64_t kNone = -1;

absl::Status Checked(absl::Status status) {
  INVARIANT(!absl::IsInternal(status));
  return status;
}

}  // namespace

absl::StatusOr<NoticeTable> NoticeTable::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Database db, sql::Database::Open(place, kSchema));
  return NoticeTable(std::move(db));
}

absl::StatusOr<std::vector<Followed>> NoticeTable::LoadAll() {
  std::vector<Followed> all;
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          db_.Ask("SELECT contact, item, chosen, stage, promise_ms, due_ms, told"
                                  " FROM followed ORDER BY contact"));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return all;
    Followed& followed = all.emplace_back();
    followed.contact = row.Text(0);
    followed.item = ItemId(static_cast<uint64_t>(row.Number(1)));
    if (row.Number(2) != kNone) {
      followed.chosen = Notices::FromBits(static_cast<uint8_t>(row.Number(2)));
    }
    followed.stage = static_cast<Stage>(row.Number(3));
    followed.promise = Instant::FromMillis(row.Number(4));
    if (row.Number(5) != kNone) followed.due = Instant::FromMillis(row.Number(5));
    followed.told = row.Number(6);
  }
}

absl::Status NoticeTable::Save(const Followed& f) {
  return Checked(db_.Do(
      "INSERT INTO followed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON "
      "CONFLICT (contact) DO UPDATE SET item = excluded.item, "
      "chosen = excluded.chosen, stage = excluded.stage, "
      "promise_ms = excluded.promise_ms, due_ms = excluded.due_ms, "
      "told = excluded.told",
      f.contact, static_cast<int64_t>(f.item.value()), f.chosen ? int64_t{f.chosen->bits()} : kNone,
      static_cast<int64_t>(f.stage), f.promise.millis(), f.due ? f.due->millis() : kNone, f.told));
}

absl::Status NoticeTable::Drop(const std::string& contact) {
  return Checked(db_.Do("DELETE FROM followed WHERE contact = ?1", contact));
}

}  // namespace wissel::tracking
