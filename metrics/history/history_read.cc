// How the history is read: quarters for the books, cells for planning, profiles for the radar.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "metrics/history/history_tables.h"

namespace wissel::metrics {
namespace {

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kQuarterSeconds = 900;
constexpr int64_t kLeastOfTopic = 5;
// A topic that came up later than this is as unusual after a restart as it was before.
constexpr Duration kTopicIsNew = Duration::Days(1);

int64_t SecondsOf(Instant t) { return t.millis() / 1000; }
Instant InstantOf(int64_t seconds) { return Instant::FromMillis(seconds * 1000); }
sql::Statement& BindText(sql::Statement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t Number(int64_t number) { return static_cast<uint64_t>(number); }
int64_t DayOf(int64_t s) { return s / kDaySeconds - (s % kDaySeconds < 0 ? 1 : 0); }

// Its rows from the first on, until there are none any more.
template <class Visit>  // void()
absl::Status ForEachRow(sql::Statement& statement, Visit visit) {
  auto more = statement.Step();
  for (; more.ok() && *more; more = statement.Step()) visit();
  statement.Reset();
  return more.status();
}

// The twelve columns of the books, from `column` on.
void ReadBooks(const sql::Statement& s, int column, IntervalCounts& counts) {
  const auto number = [&] { return static_cast<int64_t>(s.Number(column++)); };
  DayCounters& c = counts.counters;
  counts.arrivals = number();
  for (int64_t* count : {&c.offered, &c.answered, &c.answered_in_time, &c.abandoned,
                         &c.short_abandoned, &c.ended_otherwise, &c.completed}) {
    *count = number();
  }
  for (Duration* sum : {&c.answered_wait_sum, &c.handle_sum, &c.hold_sum, &c.wrap_sum}) {
    *sum = Duration::Millis(number());
  }
}

HistoryCell CellOf(int64_t start_s, const IntervalCounts& counts, bool parts_known) {
  const DayCounters& c = counts.counters;
  HistoryCell cell{.start_s = start_s, .arrivals = static_cast<double>(counts.arrivals)};
  cell.offered = static_cast<double>(c.offered);
  cell.answered = static_cast<double>(c.answered);
  cell.answered_in_time = static_cast<double>(c.answered_in_time);
  cell.abandoned = static_cast<double>(c.abandoned);
  cell.short_abandoned = static_cast<double>(c.short_abandoned);
  cell.handled = static_cast<double>(c.completed);
  cell.handle_s = c.handle_sum.seconds();
  cell.wait_s = c.answered_wait_sum.seconds();
  if (parts_known) cell.hold_s = c.hold_sum.seconds();
  if (parts_known) cell.wrap_s = c.wrap_sum.seconds();
  return cell;
}

std::optional<double> Thousandth(const std::optional<int64_t>& number) {
  if (!number) return std::nullopt;
  return static_cast<double>(*number) / 1000;
}

HistoryCell CellOf(int64_t day, const Cell& from) {
  HistoryCell cell{.start_s = day * kDaySeconds + from.minute * 60,
                   .minutes = from.minutes,
                   .imported = true,
                   .arrivals = static_cast<double>(from.arrivals) / 1000};
  cell.answered = Thousandth(from.answered);
  cell.abandoned = Thousandth(from.abandoned);
  cell.handle_s = Thousandth(from.handle_ms);
  if (cell.handle_s) cell.handled = cell.answered.value_or(cell.arrivals);
  return cell;
}

void AddTo(std::optional<double>& sum, const std::optional<double>& part) {
  sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

// Of two channels of one interval: what is not known of one is not known of both.
void AddTo(HistoryCell& sum, const HistoryCell& part) {
  sum.arrivals += part.arrivals;
  AddTo(sum.answered, part.answered);
  AddTo(sum.abandoned, part.abandoned);
  AddTo(sum.handled, part.handled);
  AddTo(sum.handle_s, part.handle_s);
}

// `more` where nothing of `cells` lies; both by start.
std::vector<HistoryCell> Filled(std::vector<HistoryCell> cells,
                                const std::vector<HistoryCell>& more) {
  std::vector<HistoryCell> all;
  auto next = cells.begin();
  for (const HistoryCell& cell : more) {
    while (next != cells.end() && next->end_s() <= cell.start_s) all.push_back(*next++);
    const bool covered = next != cells.end() && next->start_s < cell.end_s();
    const bool behind = !all.empty() && all.back().end_s() > cell.start_s;
    if (!covered && !behind) all.push_back(cell);
  }
  all.insert(all.end(), next, cells.end());
  return all;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> HistoryTables::Queues() {
  std::vector<std::string> names;
  WISSEL_RETURN_IF_ERROR(ForEachRow(s_.queues, [&] { names.emplace_back(s_.queues.Bytes(0)); }));
  return names;
}

absl::StatusOr<std::set<int64_t>> HistoryTables::Counted(const std::string& queue, int64_t from_s,
                                                         int64_t to_s) {
  std::set<int64_t> starts;
  BindText(s_.counted, 1, queue).Bind(2, Number(from_s)).Bind(3, Number(to_s));
  WISSEL_RETURN_IF_ERROR(
      ForEachRow(s_.counted, [&] { starts.insert(static_cast<int64_t>(s_.counted.Number(0))); }));
  return starts;
}

absl::StatusOr<std::set<int64_t>> HistoryTables::Alive(int64_t from_s, int64_t to_s) {
  std::set<int64_t> starts;
  s_.alive.Bind(1, Number(from_s)).Bind(2, Number(to_s));
  WISSEL_RETURN_IF_ERROR(
      ForEachRow(s_.alive, [&] { starts.insert(static_cast<int64_t>(s_.alive.Number(0))); }));
  return starts;
}

absl::StatusOr<std::vector<HistoryRow>> HistoryTables::Read(const std::string& queue, Instant from,
                                                            Instant to) {
  std::map<std::pair<std::string, int64_t>, HistoryRow> rows;
  SeriesByName imported;
  WISSEL_RETURN_IF_ERROR(AddImportedQuarters(SecondsOf(from), SecondsOf(to), imported));
  for (const auto& [name, series] : imported) {
    if (!name.second.empty() || (!queue.empty() && name.first != queue)) continue;
    for (const auto& [start, count] : series.counts) {
      HistoryRow& row = rows[{name.first, start}];
      row = {.queue = name.first, .start = InstantOf(start), .imported = true};
      row.counts.arrivals = std::llround(count);
    }
  }
  BindText(s_.read, 1, queue).Bind(2, Number(SecondsOf(from))).Bind(3, Number(SecondsOf(to)));
  WISSEL_RETURN_IF_ERROR(ForEachRow(s_.read, [&] {
    const auto start = static_cast<int64_t>(s_.read.Number(1));
    HistoryRow row{.queue = std::string(s_.read.Bytes(0)), .start = InstantOf(start)};
    ReadBooks(s_.read, 2, row.counts);
    row.counts.waiting = static_cast<int64_t>(s_.read.Number(14));
    rows[{row.queue, start}] = std::move(row);
  }));
  std::vector<HistoryRow> all;
  for (auto& [key, row] : rows) all.push_back(std::move(row));
  return all;
}

absl::StatusOr<std::vector<HistoryCell>> HistoryTables::CountedCells(const SeriesName& name,
                                                                     int64_t from_s, int64_t to_s) {
  std::map<int64_t, HistoryCell> cells;
  sql::Statement& s = !name.topic.empty()     ? s_.read_topic
                      : !name.channel.empty() ? s_.read_channel
                                              : s_.read;
  BindText(s, 1, name.queue).Bind(2, Number(from_s)).Bind(3, Number(to_s));
  if (!name.topic.empty()) BindText(s, 4, name.topic);
  if (name.topic.empty() && !name.channel.empty()) BindText(s, 4, name.channel);
  WISSEL_RETURN_IF_ERROR(ForEachRow(s, [&] {
    IntervalCounts counts;
    if (!name.topic.empty()) {
      const auto start = static_cast<int64_t>(s.Number(0));
      cells[start] = {.start_s = start, .arrivals = static_cast<double>(s.Number(1))};
      return;
    }
    const bool of_queue = name.channel.empty();
    const auto start = static_cast<int64_t>(s.Number(of_queue ? 1 : 2));
    ReadBooks(s, of_queue ? 2 : 3, counts);
    HistoryCell& cell = cells[start];
    cell = CellOf(start, counts, !of_queue || s.Number(15) == 0);
    if (of_queue) cell.waiting = static_cast<double>(s.Number(14));
  }));
  std::vector<HistoryCell> all;
  for (const auto& [start, cell] : cells) all.push_back(cell);
  return all;
}

// At work and nothing counted is none, from the queue's first count on.
absl::StatusOr<std::vector<HistoryCell>> HistoryTables::QuietCells(const SeriesName& name,
                                                                   int64_t from_s, int64_t to_s) {
  BindText(s_.first, 1, name.queue);
  std::optional<int64_t> first;
  WISSEL_RETURN_IF_ERROR(ForEachRow(s_.first, [&] {
    if (s_.first.Number(1) > 0) first = static_cast<int64_t>(s_.first.Number(0));
  }));
  std::vector<HistoryCell> cells;
  if (!first) return cells;
  WISSEL_ASSIGN_OR_RETURN(const std::set<int64_t> alive, Alive(std::max(*first, from_s), to_s));
  for (int64_t start : alive) {
    cells.push_back(name.topic.empty() ? CellOf(start, IntervalCounts(), true)
                                       : HistoryCell{.start_s = start});
  }
  return cells;
}

absl::StatusOr<std::vector<HistoryCell>> HistoryTables::ImportedCells(const SeriesName& name,
                                                                      int64_t from_s,
                                                                      int64_t to_s) {
  std::vector<HistoryCell> whole;                              // of the series itself
  std::map<std::pair<int64_t, int>, HistoryCell> of_channels;  // added up
  WISSEL_ASSIGN_OR_RETURN(const std::vector<KnownSeries> all, imported_.List(name.queue));
  for (const KnownSeries& series : all) {
    const bool itself = series.name == name;
    const bool part = name.channel.empty() && series.name.topic == name.topic;
    if (!itself && !part) continue;
    WISSEL_RETURN_IF_ERROR(imported_.ForEachDay(
        series.id, DayOf(from_s), DayOf(to_s) + 1, [&](int64_t day, const DayCells& cells) {
          for (const Cell& one : cells) {
            const HistoryCell cell = CellOf(day, one);
            if (cell.start_s < from_s || cell.start_s >= to_s) continue;
            if (itself) {
              whole.push_back(cell);
              continue;
            }
            const auto [sum, first] = of_channels.try_emplace({cell.start_s, cell.minutes}, cell);
            if (!first) AddTo(sum->second, cell);
          }
        }));
  }
  std::vector<HistoryCell> parts;
  for (const auto& [key, cell] : of_channels) {
    if (parts.empty() || parts.back().end_s() <= cell.start_s) parts.push_back(cell);
  }
  return Filled(std::move(whole), parts);
}

absl::StatusOr<std::vector<HistoryCell>> HistoryTables::ReadCells(const SeriesName& name,
                                                                  Instant from, Instant to) {
  const int64_t from_s = SecondsOf(from), to_s = SecondsOf(to);
  WISSEL_ASSIGN_OR_RETURN(auto counted, CountedCells(name, from_s, to_s));
  WISSEL_ASSIGN_OR_RETURN(auto imported, ImportedCells(name, from_s, to_s));
  // That the center was at work and counted none says less than an import.
  WISSEL_ASSIGN_OR_RETURN(auto quiet, QuietCells(name, from_s, to_s));
  std::vector<HistoryCell> cells = Filled(Filled(std::move(counted), imported), quiet);
  // Whoever waited at the end of one quarter waits at the end of the next when nothing happened.
  for (size_t i = 1; i < cells.size(); ++i) {
    const HistoryCell& before = cells[i - 1];
    if (!cells[i].imported && !cells[i].waiting && before.end_s() == cells[i].start_s) {
      cells[i].waiting = before.waiting;
    }
  }
  return cells;
}

absl::Status HistoryTables::AddImportedQuarters(int64_t from_s, int64_t to_s,
                                                SeriesByName& series) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<KnownSeries> all, imported_.List(""));
  std::set<std::pair<std::string, std::string>> done;
  for (const KnownSeries& known : all) {
    const std::pair<std::string, std::string> name(known.name.queue, known.name.topic);
    if (!done.insert(name).second) continue;
    WISSEL_ASSIGN_OR_RETURN(const auto cells,
                            ImportedCells({known.name.queue, "", known.name.topic}, from_s, to_s));
    Series& one = series[name];
    std::map<int64_t, int> minutes;
    for (const HistoryCell& cell : cells) {
      // Longer ones are not cut: nobody knows how they fell.
      if (15 % cell.minutes != 0) continue;
      const int64_t start = cell.start_s / kQuarterSeconds * kQuarterSeconds;
      one.counts[start] += cell.arrivals;
      minutes[start] += cell.minutes;
    }
    for (const auto& [start, known_minutes] : minutes) {
      if (known_minutes < 15) one.counts.erase(start);
    }
    if (!one.counts.empty()) one.first = one.counts.begin()->first;
  }
  return absl::OkStatus();
}

absl::Status HistoryTables::AddCountedQuarters(int64_t from_s, int64_t to_s, SeriesByName& series) {
  for (sql::Statement* s : {&s_.queue_counts, &s_.topic_counts}) {
    s->Bind(1, Number(from_s)).Bind(2, Number(to_s));
    WISSEL_RETURN_IF_ERROR(ForEachRow(*s, [&] {
      const std::string topic(s == &s_.topic_counts ? s->Bytes(4) : std::string_view());
      Series& one = series[{std::string(s->Bytes(0)), topic}];
      const auto first = static_cast<int64_t>(s->Number(3));
      one.first = std::min(one.first.value_or(first), first);
      one.counts[static_cast<int64_t>(s->Number(1))] = static_cast<double>(s->Number(2));
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<Profiles> HistoryTables::ReadProfiles(Instant now, const QuarterOfWeek& quarter_of,
                                                     const std::string& time_zone) {
  const int64_t to = SecondsOf(StartOfInterval(now));
  const int64_t from = to - 7 * kDaySeconds * WeekProfile::kMostWeeks;
  std::map<int64_t, int> quarters;  // each asked for once
  for (int64_t t = from; t < to; t += kQuarterSeconds) {
    quarters[t] = quarter_of(InstantOf(t), time_zone);
  }
  WISSEL_ASSIGN_OR_RETURN(const std::set<int64_t> alive, Alive(from, to));
  SeriesByName series;
  WISSEL_RETURN_IF_ERROR(AddImportedQuarters(from, to, series));
  WISSEL_RETURN_IF_ERROR(AddCountedQuarters(from, to, series));
  Profiles profiles;
  for (const auto& [name, one] : series) {
    if (!one.first) continue;
    double total = 0;
    for (const auto& [start, count] : one.counts) total += count;
    const bool is_new =
        total < kLeastOfTopic || InstantOf(*one.first) > InstantOf(to) - kTopicIsNew;
    if (!name.second.empty() && is_new) continue;
    // A quarter of the queue that was imported was watched for its topics too.
    const auto of_queue = series.find({name.first, ""});
    WeekProfileBuilder builder;
    for (const auto& [start, quarter] : quarters) {
      if (start < *one.first) continue;
      const auto found = one.counts.find(start);
      const bool watched = found != one.counts.end() || alive.contains(start) ||
                           (of_queue != series.end() && of_queue->second.counts.contains(start));
      if (watched)
        builder.Add(quarter, found == one.counts.end() ? 0 : std::llround(found->second));
    }
    profiles.emplace(name, builder.Build());
  }
  return profiles;
}

}  // namespace wissel::metrics
