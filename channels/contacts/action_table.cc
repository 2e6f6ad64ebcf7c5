#include "channels/contacts/action_table.h"

#include <limits>

#include "base/status.h"
#include "channels/contacts/records.h"

namespace wissel::contacts {

// An entry that was changed in the file is not shown as if nothing were.
std::string ActionTable::HashOf(const Action& action) const {
  return files_.Hash("action", Identity("action")
                                   .Add(action.number)
                                   .Add(action.time.millis())
                                   .Add(action.user)
                                   .Add(static_cast<int64_t>(action.kind))
                                   .Add(action.subject)
                                   .Add(action.other)
                                   .text());
}

absl::Status ActionTable::Record(Action action) {
  {
    WISSEL_ASSIGN_OR_RETURN(sql::Query last,
                            files_.db.Ask("SELECT coalesce(max(number), 0) FROM actions"));
    WISSEL_RETURN_IF_ERROR(last.Next().status());
    action.number = last.Number(0) + 1;
  }
  return files_.db.Do("INSERT INTO actions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", action.number,
                      action.time.millis(), action.user, static_cast<int64_t>(action.kind),
                      action.subject, action.other, HashOf(action));
}

absl::StatusOr<std::vector<Action>> ActionTable::List(const std::string& subject, int64_t before,
                                                      int most) {
  const int64_t end = before > 0 ? before : std::numeric_limits<int64_t>::max();
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      subject.empty()
          ? files_.db.Ask(
                "SELECT number, time_ms, \"user\", kind, subject, other, hash FROM actions"
                " WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
                end, most)
          : files_.db.Ask(
                "SELECT number, time_ms, \"user\", kind, subject, other, hash FROM actions"
                " WHERE number < ?1 AND subject = ?3 ORDER BY number DESC LIMIT ?2",
                end, most, subject));
  std::vector<Action> actions;
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return actions;
    Action action{query.Number(0), Instant::FromMillis(query.Number(1)),
                  query.Text(2),   static_cast<ActionKind>(query.Number(3)),
                  query.Text(4),   query.Text(5)};
    if (query.Text(6) != HashOf(action)) {
      return absl::DataLossError("the audit trail of the contact store is damaged");
    }
    actions.push_back(std::move(action));
  }
}

}  // namespace wissel::contacts
