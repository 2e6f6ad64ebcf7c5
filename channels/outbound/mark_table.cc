#include "channels/outbound/mark_table.h"

#include "base/status.h"

namespace wissel::outbound {
namespace {

using sql::Query;

#define WISSEL_MARK_COLUMNS "number, subject, kind, reason, created_ms, creator"

Mark ReadMark(const Query& row) {
  Mark mark;
  mark.number = row.Number(0);
  mark.subject = row.Text(1);
  if (row.Number(2) != 0) mark.kind = static_cast<contacts::AddressKind>(row.Number(2));
  mark.reason = static_cast<MarkReason>(row.Number(3));
  mark.created = Instant::FromMillis(row.Number(4));
  mark.creator = row.Text(5);
  return mark;
}

absl::StatusOr<std::optional<Mark>> ReadOne(Query row) {
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  return found ? std::optional(ReadMark(row)) : std::nullopt;
}

}  // namespace

absl::StatusOr<Mark> MarkTable::Add(const Mark& mark) {
  WISSEL_RETURN_IF_ERROR(file_.db().Do(
      "INSERT INTO marks (subject, kind, reason, created_ms, creator) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT DO NOTHING",
      mark.subject, mark.kind ? static_cast<int64_t>(*mark.kind) : 0,
      static_cast<int64_t>(mark.reason), mark.created.millis(), mark.creator));
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Mark> added, Find(mark.subject));
  return *added;
}

absl::StatusOr<std::optional<Mark>> MarkTable::Find(const std::string& subject) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT " WISSEL_MARK_COLUMNS " FROM marks WHERE subject = ?1", subject));
  return ReadOne(std::move(row));
}

absl::StatusOr<std::optional<Mark>> MarkTable::FindNumber(int64_t number) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT " WISSEL_MARK_COLUMNS " FROM marks WHERE number = ?1", number));
  return ReadOne(std::move(row));
}

absl::Status MarkTable::Remove(int64_t number) {
  return file_.db().Do("DELETE FROM marks WHERE number = ?1", number);
}

absl::StatusOr<std::vector<Mark>> MarkTable::List(int64_t from, int most) {
  std::vector<Mark> marks;
  WISSEL_ASSIGN_OR_RETURN(
      Query row, file_.db().Ask("SELECT " WISSEL_MARK_COLUMNS " FROM marks WHERE number >= ?1"
                                " ORDER BY number LIMIT ?2",
                                from, most));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return marks;
    marks.push_back(ReadMark(row));
  }
}

}  // namespace wissel::outbound
