#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/history/export.h"
#include "metrics/history/csv/dates.h"
#include "server/history/history.h"
#include "server/history/open.h"

namespace wissel::history {
namespace {

using forecasting::ExportedSeries;
using metrics::LocalTime;

absl::StatusOr<int32_t> DayOf(const std::string& text, std::string_view flag) {
  const auto day = metrics::ReadDate(text, metrics::DateOrder::kDayFirst);
  if (!day) return RefuseField(flag, fmt::format("\"{}\" is no day", text), "2026-03-01");
  return *day;
}

absl::StatusOr<std::vector<ExportedSeries>> ReadAll(metrics::HistoryTables& tables,
                                                    const ExportOptions& options,
                                                    const std::string& zone) {
  forecasting::SeriesOptions series{.minutes = options.interval_min, .zone = zone};
  WISSEL_ASSIGN_OR_RETURN(series.from_day, DayOf(options.from, "--from"));
  WISSEL_ASSIGN_OR_RETURN(series.to_day, DayOf(options.to, "--to"));
  ++series.to_day;  // it is the last one
  std::vector<std::string> queues = options.queues;
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> known, tables.Queues());
  if (queues.empty()) queues = known;
  std::vector<ExportedSeries> all;
  for (std::string queue : queues) {
    if (queue.starts_with("queues/")) queue.erase(0, 7);
    if (std::find(known.begin(), known.end(), queue) == known.end()) {
      return Refuse(absl::StatusCode::kNotFound, "queue",
                    fmt::format("nothing is known of a queue \"{}\"", queue),
                    fmt::format("{}", fmt::join(known, ", ")));
    }
    series.series = {queue, options.channel, options.topic};
    WISSEL_ASSIGN_OR_RETURN(auto rows, forecasting::ReadSeries(tables, series));
    all.push_back({series.series, std::move(rows)});
  }
  return all;
}

absl::Status WriteText(const std::string& text, const std::string& path) {
  if (path.empty()) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return absl::OkStatus();
    return absl::UnavailableError("standard output cannot be written");
  }
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{} cannot be written", path));
}

absl::Status Export(const ExportOptions& options) {
  if (options.format == "xlsx" && options.output.empty()) {
    return RefuseField("--output", "a spreadsheet is no text for the terminal", "--output FILE");
  }
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(options.data));
  WISSEL_ASSIGN_OR_RETURN(const std::string zone, ZoneOr(options.zone, tables));
  WISSEL_ASSIGN_OR_RETURN(const LocalTime time, LocalTime::In(zone));
  WISSEL_ASSIGN_OR_RETURN(const auto all, ReadAll(tables, options, zone));
  if (options.format == "xlsx") return ExportXlsx(all, time, options.output);
  return WriteText(options.format == "json" ? ExportJson(all, time) : ExportCsv(all, time),
                   options.output);
}

}  // namespace

int RunExport(const ExportOptions& options) {
  const absl::Status status = Export(options);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace wissel::history
