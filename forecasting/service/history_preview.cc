#include "forecasting/service/history_preview.h"

#include <array>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::forecasting {
namespace {

void WriteLayout(const metrics::CsvLayout& layout, v1::HistoryImportPreview& out) {
  out.set_separator(std::string(1, layout.separator));
  out.set_decimal_comma(layout.decimal == ',');
  out.set_date_order(layout.dates == metrics::DateOrder::kMonthFirst ? "mdy" : "dmy");
  out.set_interval_minutes(layout.interval_minutes);
  out.set_day_intervals(static_cast<int>(layout.intervals.size()));
  for (const std::string& header : layout.ignored) out.add_ignored_columns(header);
  for (int i = 0; i < metrics::kColumnCount; ++i) {
    const auto column = static_cast<metrics::Column>(i);
    const auto place = layout.At(column);
    if (!place) continue;
    v1::HistoryImportPreview::Column& found = *out.add_columns();
    found.set_meaning(std::string(NameOf(column)));
    found.set_place(static_cast<int>(*place) + 1);
  }
}

void WriteSeries(const metrics::SeriesPreview& series, const Directory& directory,
                 v1::HistoryImportPreview& out) {
  v1::HistoryImportPreview::Series& to = *out.add_series();
  to.set_queue("queues/" + series.name.queue);
  to.set_channel(series.name.channel);
  to.set_topic(series.name.topic);
  to.mutable_first_time()->set_seconds(series.first_s);
  to.mutable_last_time()->set_seconds(series.end_s);
  to.set_intervals(series.intervals);
  to.set_arrivals(series.arrivals);
  to.set_gaps(series.gap_count);
  for (const metrics::Gap& gap : series.gaps) to.add_first_gaps(GapText(gap));
  to.set_unknown_queue(!directory.queues.FindId(series.name.queue));
  to.set_hours_later(series.hours_later.value_or(0));
  out.set_added(out.added() + series.added + series.completed);
  out.set_unchanged(out.unchanged() + series.same);
  out.set_replaced(out.replaced() + series.changed);
  out.set_counted_here(out.counted_here() + series.counted_here);
  for (const metrics::Outlier& outlier : series.outliers) {
    v1::LineRemark& remark = *out.add_warnings();
    remark.set_line(static_cast<int64_t>(outlier.line));
    remark.set_text(fmt::format("{:g} contacts are far from the rest of queues/{}", outlier.count,
                                series.name.queue));
  }
}

}  // namespace

v1::HistoryImportPreview WritePreview(const metrics::ImportPreview& preview,
                                      const Directory& directory) {
  v1::HistoryImportPreview out;
  if (preview.layout) WriteLayout(*preview.layout, out);
  out.set_time_zone(preview.zone);
  out.set_lines(static_cast<int64_t>(preview.lines));
  for (const metrics::SeriesPreview& series : preview.series) WriteSeries(series, directory, out);
  for (const metrics::CsvFault& fault : preview.faults) {
    v1::LineRemark& remark = *out.add_faults();
    remark.set_line(static_cast<int64_t>(fault.line));
    remark.set_text(fault.what);
    remark.set_right(fault.right);
  }
  out.set_more_faults(static_cast<int64_t>(preview.fault_count - preview.faults.size()));
  return out;
}

absl::Status FileFault(const metrics::ImportPreview& preview) {
  if (preview.faults.empty()) return RefuseField("file", "it has faults", "a file without faults");
  const metrics::CsvFault& first = preview.faults.front();
  const std::string more =
      preview.fault_count > 1 ? fmt::format(" (and {} more faults)", preview.fault_count - 1) : "";
  return RefuseField("file", fmt::format("line {}: {}{}", first.line, first.what, more),
                     first.right);
}

void SeriesDays::Add(const SeriesRow& row) {
  if (row.known_minutes == 0) return;
  days_[row.day].imported |= row.imported;
  arrivals_ += row.sums.arrivals;
}

void SeriesDays::Write(const std::string& queue, v1::ListHistorySeriesResponse::Series& out) const {
  const int32_t first = days_.begin()->first, last = days_.rbegin()->first;
  out.set_queue(queue);
  out.set_first_date(metrics::DayText(first));
  out.set_last_date(metrics::DayText(last));
  out.set_days(static_cast<int>(days_.size()));
  out.set_arrivals(std::llround(arrivals_));
  for (const auto& [day, known] : days_) {
    if (known.imported) out.set_imported_days(out.imported_days() + 1);
  }
  // A weekday that mostly has no counts is closed, not missing.
  std::array<int, 7> weeks{}, known{};
  for (int32_t day = first; day <= last; ++day) {
    const auto weekday = static_cast<size_t>(metrics::WeekdayOf(day));
    ++weeks[weekday];
    known[weekday] += days_.contains(day) ? 1 : 0;
  }
  int missing = 0;
  for (size_t weekday = 0; weekday < weeks.size(); ++weekday) {
    if (2 * known[weekday] >= weeks[weekday]) missing += weeks[weekday] - known[weekday];
  }
  out.set_missing_days(missing);
}

}  // namespace wissel::forecasting
