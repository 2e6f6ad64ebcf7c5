#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/csv/dates.h"
#include "metrics/history/csv/local_time.h"
#include "server/history/history.h"
#include "server/history/open.h"

namespace wissel::history {
namespace {

using metrics::LocalTime;
using metrics::Mark;

// A day, or a time of the wall's clock. `after`: a day is meant with all of it.
absl::StatusOr<Instant> MomentOf(const std::string& text, LocalTime& time, bool after,
                                 std::string_view flag) {
  if (const auto day = metrics::ReadDate(text, metrics::DateOrder::kDayFirst)) {
    return Instant::FromMillis(time.At(*day + (after ? 1 : 0), 0).first_s * 1000);
  }
  const auto both = metrics::ReadDateAndTime(text, metrics::DateOrder::kDayFirst);
  if (!both || both->time.until) {
    return RefuseField(flag, fmt::format("\"{}\" is no day and no moment", text),
                       "2026-03-01, or 2026-03-01T09:00");
  }
  if (both->time.offset_minutes) {
    const int64_t minutes = both->day * 1440LL + both->time.minute - *both->time.offset_minutes;
    return Instant::FromMillis(minutes * 60'000);
  }
  return Instant::FromMillis(time.At(both->day, both->time.minute).first_s * 1000);
}

absl::StatusOr<Mark> MarkOf(const MarkOptions& options, LocalTime& time) {
  const auto kind = metrics::MarkKindNamed(options.kind);
  if (!kind) {
    return RefuseField("--kind", fmt::format("\"{}\" is no kind of mark", options.kind),
                       "closed, holiday, outage, event or exclude");
  }
  Mark mark{.queue = options.queue, .kind = *kind, .label = options.label};
  if (mark.queue.starts_with("queues/")) mark.queue.erase(0, 7);
  WISSEL_ASSIGN_OR_RETURN(mark.start, MomentOf(options.from, time, false, "--from"));
  WISSEL_ASSIGN_OR_RETURN(
      mark.end, MomentOf(options.to.empty() ? options.from : options.to, time, true, "--to"));
  return mark;
}

std::string MarkText(const Mark& mark, const LocalTime& time, bool json) {
  const std::string from = StampText(time, mark.start.millis() / 1000);
  const std::string to = StampText(time, mark.end.millis() / 1000);
  if (json) {
    return fmt::format(R"({{"id": {}, "queue": {}, "kind": "{}", "label": {}, "start": "{}", )"
                       R"("end": "{}"}})",
                       mark.id, Quoted(mark.queue), NameOf(mark.kind), Quoted(mark.label), from,
                       to);
  }
  return fmt::format("{:>4}  {:<8} {} to {}  {:<16} {}", mark.id, NameOf(mark.kind), from, to,
                     mark.queue.empty() ? "all queues" : mark.queue, mark.label);
}

absl::Status Add(const MarkOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(options.data));
  WISSEL_ASSIGN_OR_RETURN(const std::string zone, ZoneOr(options.zone, tables));
  WISSEL_ASSIGN_OR_RETURN(LocalTime time, LocalTime::In(zone));
  WISSEL_ASSIGN_OR_RETURN(Mark mark, MarkOf(options, time));
  WISSEL_ASSIGN_OR_RETURN(mark.id, tables.marks().Add(mark));
  fmt::print("{}\n", MarkText(mark, time, options.json));
  return absl::OkStatus();
}

absl::Status List(const MarkOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(options.data));
  WISSEL_ASSIGN_OR_RETURN(const std::string zone, ZoneOr(options.zone, tables));
  WISSEL_ASSIGN_OR_RETURN(LocalTime time, LocalTime::In(zone));
  Instant from, to = Instant::FromMillis(INT64_MAX / 2);
  if (!options.from.empty()) {
    WISSEL_ASSIGN_OR_RETURN(from, MomentOf(options.from, time, false, "--from"));
  }
  if (!options.to.empty()) {
    WISSEL_ASSIGN_OR_RETURN(to, MomentOf(options.to, time, true, "--to"));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto marks, tables.marks().List(options.queue, from, to));
  for (const Mark& mark : marks) fmt::print("{}\n", MarkText(mark, time, options.json));
  return absl::OkStatus();
}

absl::Status Delete(const MarkOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(options.data));
  return tables.marks().Delete(options.id);
}

int Done(const absl::Status& status) { return status.ok() ? 0 : Fail(status); }

}  // namespace

int RunMarkAdd(const MarkOptions& options) { return Done(Add(options)); }
int RunMarkList(const MarkOptions& options) { return Done(List(options)); }
int RunMarkDelete(const MarkOptions& options) { return Done(Delete(options)); }

}  // namespace wissel::history
