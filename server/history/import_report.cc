#include "server/history/import_report.h"

#include <map>
#include <vector>

#include "fmt/format.h"
#include "metrics/history/csv/local_time.h"
#include "server/history/open.h"

namespace wissel::history {
namespace {

using metrics::Cell;
using metrics::Column;
using metrics::CsvLayout;
using metrics::ImportChange;
using metrics::ImportOutcome;
using metrics::ImportPreview;
using metrics::LocalTime;
using metrics::SeriesName;
using metrics::SeriesPreview;

std::string NameText(const SeriesName& name) {
  std::string text = name.queue;
  if (!name.channel.empty()) text += " " + name.channel;
  if (!name.topic.empty()) text += " about " + name.topic;
  return text;
}

LocalTime TimeOf(const ImportPreview& preview) {
  auto time = LocalTime::In(preview.zone.empty() ? "UTC" : preview.zone);
  return time.ok() ? *std::move(time) : *LocalTime::In("UTC");
}

const char* SeparatorText(char separator) {
  switch (separator) {
    case ';':
      return "semicolon";
    case '\t':
      return "tab";
    case '|':
      return "bar";
    default:
      return "comma";
  }
}

const char* EncodingText(metrics::Lines::Encoding encoding) {
  return encoding == metrics::Lines::Encoding::kUtf8 ? "UTF-8 (or Latin-1)" : "UTF-16";
}

std::string ColumnsText(const CsvLayout& layout) {
  std::string text;
  for (int i = 0; i < metrics::kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    if (!layout.At(column)) continue;
    text +=
        fmt::format("{}{} ({})", text.empty() ? "" : ", ", NameOf(column), *layout.At(column) + 1);
  }
  if (layout.wide()) {
    text += fmt::format(", {} intervals a line from {:02}:{:02}", layout.intervals.size(),
                        layout.intervals[0].minute / 60, layout.intervals[0].minute % 60);
  }
  return text;
}

std::string LayoutText(const ImportPreview& preview) {
  const CsvLayout& layout = *preview.layout;
  std::string text = fmt::format(
      "understood   {} lines, {}, separated by {}, header in line {}\n"
      "columns      {}\n",
      preview.lines, EncodingText(preview.encoding), SeparatorText(layout.separator),
      layout.header_line, ColumnsText(layout));
  if (!layout.ignored.empty()) {
    text += fmt::format("passed over  {}\n", fmt::join(layout.ignored, ", "));
  }
  text += fmt::format("intervals    {} minutes{}\n", layout.interval_minutes,
                      layout.interval_assumed ? " (assumed: --interval-min says it)" : "");
  text += fmt::format("zone         {}\n",
                      preview.zone.empty() ? "of each time's own offset" : preview.zone);
  if (layout.dates_assumed) {
    text += "dates        with the day first (assumed: --dates month-first says otherwise)\n";
  } else if (layout.dates == metrics::DateOrder::kMonthFirst) {
    text += "dates        with the month first\n";
  }
  if (layout.decimal) text += fmt::format("decimals     {}\n", *layout.decimal);
  return text;
}

std::string NotesText(const metrics::CsvNotes& notes) {
  std::string text;
  const std::pair<uint64_t, const char*> all[] = {
      {notes.without_count, "without a count: not known"},
      {notes.fractions, "counts with a fraction"},
      {notes.doubled_hour, "intervals of a doubled hour, told apart by their order"},
      {notes.doubled_hour_once,
       "intervals of a doubled hour stand once: taken for the first of both"},
      {notes.skipped_hour, "zeros in an hour that there was not: passed over"},
  };
  for (const auto& [count, what] : all) {
    if (count > 0) text += fmt::format("note         {} {}\n", count, what);
  }
  return text;
}

std::string SeriesText(const SeriesPreview& one, const LocalTime& time) {
  std::string text = fmt::format("\n{}\n  {} intervals from {} to {}\n  arrivals {:.10g}",
                                 NameText(one.name), one.intervals, StampText(time, one.first_s),
                                 StampText(time, one.end_s), one.arrivals);
  if (one.answered) text += fmt::format(", answered {:.10g}", *one.answered);
  if (one.abandoned) text += fmt::format(", abandoned {:.10g}", *one.abandoned);
  if (one.aht_s) text += fmt::format(", mean handle time {:.1f} s", *one.aht_s);
  text += fmt::format("\n  {} new, {} known already", one.added, one.same);
  if (one.completed > 0) text += fmt::format(", {} known and now in more detail", one.completed);
  if (one.changed > 0) text += fmt::format(", {} CHANGED", one.changed);
  if (one.counted_here > 0) text += fmt::format(", {} counted here: they stay", one.counted_here);
  text += '\n';
  for (const metrics::Gap& gap : one.gaps) {
    text += fmt::format("  gap {} ({} intervals)\n", GapText(gap), gap.intervals);
  }
  if (one.gap_count > static_cast<int64_t>(one.gaps.size())) {
    text +=
        fmt::format("  and {} more gaps\n", one.gap_count - static_cast<int64_t>(one.gaps.size()));
  }
  for (const metrics::Outlier& outlier : one.outliers) {
    text += fmt::format("  line {}: {:.10g} at {} is out of all proportion\n", outlier.line,
                        outlier.count, StampText(time, outlier.start_s));
  }
  if (one.more_answered_than_came > 0) {
    text += fmt::format("  more answered than came in {} intervals\n", one.more_answered_than_came);
  }
  if (one.hours_later) {
    text += fmt::format("  the day lies {} hours {} than in what is known: is the zone right?\n",
                        std::abs(*one.hours_later), *one.hours_later > 0 ? "later" : "earlier");
  } else if (one.mostly_at_night) {
    text += "  more than half of it came at night: is the zone right?\n";
  }
  return text;
}

std::string CountText(const Cell& cell) {
  std::string text = fmt::format("{:.10g}", static_cast<double>(cell.arrivals) / 1000);
  if (cell.answered)
    text += fmt::format(", answered {:.10g}", static_cast<double>(*cell.answered) / 1000);
  if (cell.abandoned) {
    text += fmt::format(", abandoned {:.10g}", static_cast<double>(*cell.abandoned) / 1000);
  }
  if (cell.handle_ms)
    text += fmt::format(", handled {:.10g} s", static_cast<double>(*cell.handle_ms) / 1000);
  return text;
}

std::string ChangeText(const ImportChange& change, const LocalTime& time) {
  const bool length = change.known.minutes != change.fresh.minutes;
  return fmt::format(
      "  {} {}: {}{} -> {}{}\n", NameText(change.name), StampText(time, change.start_s),
      CountText(change.known), length ? fmt::format(" in {} minutes", change.known.minutes) : "",
      CountText(change.fresh), length ? fmt::format(" in {} minutes", change.fresh.minutes) : "");
}

std::string Optional(const std::optional<double>& value) {
  return value ? fmt::format("{:.10g}", *value) : "null";
}

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string SeriesJson(const SeriesPreview& one, const LocalTime& time) {
  std::vector<std::string> gaps, outliers;
  for (const metrics::Gap& gap : one.gaps) {
    gaps.push_back(fmt::format(
        R"({{"from": "{}T{:02}:{:02}", "to": "{}T{:02}:{:02}", "intervals": {}}})",
        metrics::DayText(gap.from_day), gap.from_minute / 60, gap.from_minute % 60,
        metrics::DayText(gap.to_day), gap.to_minute / 60, gap.to_minute % 60, gap.intervals));
  }
  for (const metrics::Outlier& outlier : one.outliers) {
    outliers.push_back(fmt::format(R"({{"line": {}, "start": "{}", "count": {:.10g}}})",
                                   outlier.line, StampText(time, outlier.start_s), outlier.count));
  }
  return fmt::format(
      R"({{"queue": {}, "channel": {}, "topic": {}, "first": "{}", "end": "{}", "intervals": {}, )"
      R"("arrivals": {:.10g}, "answered": {}, "abandoned": {}, "ahtSeconds": {}, "new": {}, )"
      R"("completed": {}, "same": {}, "changed": {}, "countedHere": {}, "gapCount": {}, )"
      R"("gaps": [{}], "outliers": [{}], "moreAnsweredThanCame": {}, "hoursLater": {}, )"
      R"("mostlyAtNight": {}}})",
      Quoted(one.name.queue), Quoted(one.name.channel), Quoted(one.name.topic),
      StampText(time, one.first_s), StampText(time, one.end_s), one.intervals, one.arrivals,
      Optional(one.answered), Optional(one.abandoned), Optional(one.aht_s), one.added,
      one.completed, one.same, one.changed, one.counted_here, one.gap_count, Joined(gaps),
      Joined(outliers), one.more_answered_than_came,
      one.hours_later ? fmt::format("{}", *one.hours_later) : "null", one.mostly_at_night);
}

std::string LayoutJson(const CsvLayout& layout) {
  std::vector<std::string> columns, ignored;
  for (int i = 0; i < metrics::kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    if (layout.At(column)) {
      columns.push_back(fmt::format("{}: {}", Quoted(NameOf(column)), *layout.At(column) + 1));
    }
  }
  for (const std::string& header : layout.ignored) ignored.push_back(Quoted(header));
  return fmt::format(
      R"({{"separator": {}, "headerLine": {}, "wide": {}, "columns": {{{}}}, "ignored": [{}], )"
      R"("intervalMinutes": {}, "intervalAssumed": {}, "datesAssumed": {}, "monthFirst": {}, )"
      R"("decimal": {}}})",
      Quoted(std::string(1, layout.separator)), layout.header_line, layout.wide(), Joined(columns),
      Joined(ignored), layout.interval_minutes, layout.interval_assumed, layout.dates_assumed,
      layout.dates == metrics::DateOrder::kMonthFirst,
      layout.decimal ? Quoted(std::string(1, *layout.decimal)) : "null");
}

}  // namespace

std::string PreviewText(const ImportPreview& preview) {
  const LocalTime time = TimeOf(preview);
  std::string text;
  if (preview.layout) text += LayoutText(preview) + NotesText(preview.notes);
  for (const SeriesPreview& one : preview.series) text += SeriesText(one, time);
  if (preview.change_count > 0) {
    text +=
        fmt::format("\n{} intervals would change (only with --replace)\n", preview.change_count);
    for (const ImportChange& change : preview.changes) text += ChangeText(change, time);
    if (preview.change_count > static_cast<int64_t>(preview.changes.size())) text += "  ...\n";
  }
  return text;
}

std::string FaultsText(const std::string& file, const ImportPreview& preview) {
  std::string text;
  for (const metrics::CsvFault& fault : preview.faults) {
    text += fmt::format("{}:{}: {}{}{}\n", file, fault.line, fault.what,
                        fault.right.empty() ? "" : ": ", fault.right);
  }
  if (preview.fault_count > preview.faults.size()) {
    text += fmt::format("{}: and {} more\n", file, preview.fault_count - preview.faults.size());
  }
  return text;
}

std::string PreviewJson(const ImportPreview& preview) {
  const LocalTime time = TimeOf(preview);
  std::vector<std::string> series, faults, changes;
  for (const SeriesPreview& one : preview.series) series.push_back(SeriesJson(one, time));
  for (const metrics::CsvFault& fault : preview.faults) {
    faults.push_back(fmt::format(R"({{"line": {}, "what": {}, "right": {}}})", fault.line,
                                 Quoted(fault.what), Quoted(fault.right)));
  }
  for (const ImportChange& change : preview.changes) {
    changes.push_back(fmt::format(
        R"({{"queue": {}, "start": "{}", "known": {:.10g}, "fresh": {:.10g}, "knownMinutes": {}, )"
        R"("freshMinutes": {}}})",
        Quoted(change.name.queue), StampText(time, change.start_s),
        static_cast<double>(change.known.arrivals) / 1000,
        static_cast<double>(change.fresh.arrivals) / 1000, change.known.minutes,
        change.fresh.minutes));
  }
  return fmt::format(
      R"({{"ok": {}, "lines": {}, "rows": {}, "zone": {}, "layout": {}, "series": [{}], )"
      R"("changeCount": {}, "changes": [{}], "faultCount": {}, "faults": [{}]}})",
      preview.ok(), preview.lines, preview.rows, Quoted(preview.zone),
      preview.layout ? LayoutJson(*preview.layout) : "null", Joined(series), preview.change_count,
      Joined(changes), preview.fault_count, Joined(faults));
}

std::string OutcomeText(const ImportOutcome& outcome, int minutes) {
  std::string text = fmt::format("{} intervals of {} minutes written", outcome.written, minutes);
  if (outcome.replaced > 0) text += fmt::format(", {} replaced", outcome.replaced);
  if (outcome.same > 0) text += fmt::format(", {} known already", outcome.same);
  if (outcome.counted_here > 0) {
    text += fmt::format(", {} left as the center has counted them itself", outcome.counted_here);
  }
  return text + "\n";
}

std::string OutcomeJson(const ImportOutcome& outcome) {
  return fmt::format(R"({{"written": {}, "replaced": {}, "same": {}, "countedHere": {}}})",
                     outcome.written, outcome.replaced, outcome.same, outcome.counted_here);
}

}  // namespace wissel::history
