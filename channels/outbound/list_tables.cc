#include "channels/outbound/list_tables.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace wissel::outbound {
namespace {

using sql::Query;

#define WISSEL_OUTBOUND_ENTRY_COLUMNS                                                    \
  "list, number, contact, customer, deadline_ms, state, next_ms, attempts, items, item," \
  " last_item, ended_ms"

// Reasons have no line ends.
std::string Lines(const std::vector<std::string>& texts) { return absl::StrJoin(texts, "\n"); }
std::vector<std::string> LinesOf(const std::string& text) {
  if (text.empty()) return {};
  return absl::StrSplit(text, '\n');
}

int64_t MillisOr0(const std::optional<Instant>& t) { return t ? t->millis() : 0; }
std::optional<Instant> InstantOr0(int64_t ms) {
  return ms == 0 ? std::nullopt : std::optional(Instant::FromMillis(ms));
}

EntryPlace ReadPlace(const Query& row) {
  EntryPlace place{row.Number(0), {}};
  Entry& entry = place.entry;
  entry.number = row.Number(1);
  entry.contact = row.Text(2);
  entry.customer = row.Text(3);
  entry.deadline = InstantOr0(row.Number(4));
  entry.state = static_cast<EntryState>(row.Number(5));
  entry.next = Instant::FromMillis(row.Number(6));
  entry.attempts = static_cast<int>(row.Number(7));
  entry.items = static_cast<int>(row.Number(8));
  if (row.Number(9) != 0) entry.item = ItemId(static_cast<uint64_t>(row.Number(9)));
  entry.last_item = static_cast<uint64_t>(row.Number(10));
  entry.ended = InstantOr0(row.Number(11));
  return place;
}

absl::StatusOr<std::optional<EntryPlace>> ReadOne(Query row) {
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  return found ? std::optional(ReadPlace(row)) : std::nullopt;
}

absl::StatusOr<std::vector<Entry>> ReadAll(Query row) {
  std::vector<Entry> entries;
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return entries;
    entries.push_back(ReadPlace(row).entry);
  }
}

}  // namespace

// --- Lists

absl::StatusOr<ListRecord> ListTables::SaveList(ListRecord list) {
  if (list.number == 0) {
    WISSEL_ASSIGN_OR_RETURN(Query row,
                            file_.db().Ask("SELECT coalesce(max(number), 0) + 1 FROM lists"));
    WISSEL_RETURN_IF_ERROR(row.Next().status());
    list.number = row.Number(0);
  }
  WISSEL_RETURN_IF_ERROR(file_.db().Do(
      "INSERT INTO lists VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
      "ON CONFLICT (number) DO UPDATE SET id = excluded.id, display_name = "
      "excluded.display_name, queue = excluded.queue, channel = excluded.channel, "
      "most_open = excluded.most_open, attempts = excluded.attempts, pause_ms = "
      "excluded.pause_ms, refused_reasons = excluded.refused_reasons, mark_reasons = "
      "excluded.mark_reasons, phase = excluded.phase, created_ms = "
      "excluded.created_ms",
      list.number, list.id, list.display_name, list.queue, static_cast<int64_t>(list.channel),
      list.rules.most_open, list.rules.attempts, list.rules.pause.millis(),
      Lines(list.refused_reasons), Lines(list.mark_reasons), static_cast<int64_t>(list.phase),
      list.created.millis()));
  return list;
}

absl::StatusOr<std::vector<ListRecord>> ListTables::LoadLists() {
  std::vector<ListRecord> lists;
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT * FROM lists ORDER BY number"));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return lists;
    ListRecord list;
    list.number = row.Number(0);
    list.id = row.Text(1);
    list.display_name = row.Text(2);
    list.queue = row.Text(3);
    list.channel = static_cast<Channel>(row.Number(4));
    list.rules = {static_cast<int>(row.Number(5)), static_cast<int>(row.Number(6)),
                  Duration::Millis(row.Number(7))};
    list.refused_reasons = LinesOf(row.Text(8));
    list.mark_reasons = LinesOf(row.Text(9));
    list.phase = static_cast<Phase>(row.Number(10));
    list.created = Instant::FromMillis(row.Number(11));
    lists.push_back(std::move(list));
  }
}

// --- Entries

absl::Status ListTables::AddEntry(int64_t list, const Entry& entry, const std::string& key,
                                  const std::string& fingerprint) {
  return file_.db().Do(
      "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
      list, entry.number, key, fingerprint, entry.contact, entry.customer,
      MillisOr0(entry.deadline), static_cast<int64_t>(entry.state), entry.next.millis(),
      entry.attempts, entry.items, entry.item ? entry.item->value() : 0, entry.last_item,
      MillisOr0(entry.ended));
}

absl::Status ListTables::SaveEntry(int64_t list, const Entry& entry) {
  return file_.db().Do(
      "UPDATE entries SET state = ?3, next_ms = ?4, attempts = ?5, items = ?6, item = ?7,"
      " last_item = ?8, ended_ms = ?9 WHERE list = ?1 AND number = ?2",
      list, entry.number, static_cast<int64_t>(entry.state), entry.next.millis(), entry.attempts,
      entry.items, entry.item ? entry.item->value() : 0, entry.last_item, MillisOr0(entry.ended));
}

absl::StatusOr<std::optional<ListTables::Known>> ListTables::FindKey(int64_t list,
                                                                     const std::string& key) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT number, fingerprint FROM entries WHERE list = ?1 AND key = ?2", list,
                     key));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) return std::nullopt;
  return Known{row.Number(0), row.Text(1)};
}

absl::StatusOr<std::optional<EntryPlace>> ListTables::FindContact(const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_OUTBOUND_ENTRY_COLUMNS
                                                    " FROM entries WHERE contact = ?1",
                                                    contact));
  return ReadOne(std::move(row));
}

absl::StatusOr<std::optional<Entry>> ListTables::FindEntry(int64_t list, int64_t number) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_OUTBOUND_ENTRY_COLUMNS
                                                    " FROM entries WHERE list = ?1 AND number = ?2",
                                                    list, number));
  WISSEL_ASSIGN_OR_RETURN(const std::optional<EntryPlace> place, ReadOne(std::move(row)));
  return place ? std::optional(place->entry) : std::nullopt;
}

absl::StatusOr<int64_t> ListTables::LastNumber(int64_t list) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT coalesce(max(number), 0) FROM entries WHERE list = ?1", list));
  WISSEL_RETURN_IF_ERROR(row.Next().status());
  return row.Number(0);
}

absl::StatusOr<std::vector<Entry>> ListTables::LoadUnfinished(int64_t list) {
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          file_.db().Ask("SELECT " WISSEL_OUTBOUND_ENTRY_COLUMNS
                                         " FROM entries WHERE list = ?1 AND state < ?2",
                                         list, static_cast<int64_t>(EntryState::kReached)));
  return ReadAll(std::move(row));
}

absl::StatusOr<std::vector<Entry>> ListTables::ListEntries(int64_t list,
                                                           std::optional<EntryState> state,
                                                           int64_t from, int most) {
  if (!state) {
    WISSEL_ASSIGN_OR_RETURN(Query row,
                            file_.db().Ask("SELECT " WISSEL_OUTBOUND_ENTRY_COLUMNS
                                           " FROM entries WHERE list = ?1 AND number >= ?2"
                                           " ORDER BY number LIMIT ?3",
                                           list, from, most));
    return ReadAll(std::move(row));
  }
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          file_.db().Ask("SELECT " WISSEL_OUTBOUND_ENTRY_COLUMNS
                                         " FROM entries WHERE list = ?1 AND state = ?4 AND"
                                         " number >= ?2 ORDER BY number LIMIT ?3",
                                         list, from, most, static_cast<int64_t>(*state)));
  return ReadAll(std::move(row));
}

absl::StatusOr<std::map<EntryState, int64_t>> ListTables::CountEntries(int64_t list) {
  std::map<EntryState, int64_t> counts;
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT state, count(*) FROM entries WHERE list = ?1 GROUP BY state", list));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return counts;
    counts[static_cast<EntryState>(row.Number(0))] = row.Number(1);
  }
}

// --- Attempts

absl::Status ListTables::AddAttempt(int64_t list, int64_t entry, const Attempt& attempt) {
  return file_.db().Do(
      "INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (list, entry, item)"
      " DO UPDATE SET ended_ms = excluded.ended_ms, \"end\" = excluded.\"end\", agent = "
      "excluded.agent",
      list, entry, attempt.item.value(), attempt.ended.millis(), static_cast<int64_t>(attempt.end),
      attempt.agent);
}

absl::StatusOr<std::vector<Attempt>> ListTables::LoadAttempts(int64_t list, int64_t entry) {
  std::vector<Attempt> attempts;
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          file_.db().Ask("SELECT item, ended_ms, \"end\", agent FROM attempts"
                                         " WHERE list = ?1 AND entry = ?2 ORDER BY item",
                                         list, entry));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return attempts;
    attempts.push_back({ItemId(static_cast<uint64_t>(row.Number(0))),
                        Instant::FromMillis(row.Number(1)), static_cast<AttemptEnd>(row.Number(2)),
                        row.Text(3)});
  }
}

}  // namespace wissel::outbound
