#include "metrics/history/history_import.h"

#include <algorithm>
#include <functional>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/history_schema.h"

namespace wissel::metrics {
namespace {

constexpr int64_t kDaySeconds = 86'400;
// Cells in memory, some 20 MB of them.
constexpr size_t kMostCells = 200'000;
// So much of what is known is looked at beside the file.
constexpr int64_t kKnownDays = 8 * 7;

uint64_t Number(int64_t number) { return static_cast<uint64_t>(number); }

}  // namespace

absl::StatusOr<std::unique_ptr<HistoryImport>> HistoryImport::Begin(HistoryTables& tables,
                                                                    CsvOptions options,
                                                                    Instant now) {
  if (options.zone.empty()) {
    WISSEL_ASSIGN_OR_RETURN(options.zone, tables.TimeZone());
  }
  WISSEL_ASSIGN_OR_RETURN(LocalTime time,
                          LocalTime::In(options.zone.empty() ? "UTC" : options.zone));
  std::unique_ptr<HistoryImport> import(new HistoryImport(tables, options.zone, std::move(time)));
  WISSEL_ASSIGN_OR_RETURN(
      import->reader_,
      HistoryCsvReader::Open(std::move(options), now,
                             [self = import.get()](const CsvRow& row) { self->Take(row); }));
  WISSEL_RETURN_IF_ERROR(import->Prepare());
  return import;
}

HistoryImport::~HistoryImport() {
  // A table that statements read cannot be dropped.
  for (sql::Statement* one : {&stage_, &staged_day_, &staged_days_}) *one = sql::Statement();
  (void)tables_.connection().Run("DROP TABLE IF EXISTS staged");
}

absl::Status HistoryImport::Prepare() {
  sql::Connection& connection = tables_.connection();
  WISSEL_RETURN_IF_ERROR(
      connection.Run("DROP TABLE IF EXISTS staged;"
                     "CREATE TEMP TABLE staged (series INTEGER NOT NULL, day INTEGER NOT NULL,"
                     " cells BLOB NOT NULL, PRIMARY KEY (series, day));"));
  WISSEL_ASSIGN_OR_RETURN(
      stage_,
      connection.Prepare("INSERT INTO staged VALUES (?1, ?2, ?3)"
                         " ON CONFLICT (series, day) DO UPDATE SET cells = excluded.cells"));
  WISSEL_ASSIGN_OR_RETURN(
      staged_day_, connection.Prepare("SELECT cells FROM staged WHERE series = ?1 AND day = ?2"));
  WISSEL_ASSIGN_OR_RETURN(
      staged_days_,
      connection.Prepare("SELECT series, day, cells FROM staged ORDER BY series, day"));
  return absl::OkStatus();
}

absl::Status HistoryImport::Feed(std::string_view bytes) {
  if (status_.ok() && !ended_) reader_->Feed(bytes);
  return status_;
}

void HistoryImport::Take(const CsvRow& row) {
  if (!status_.ok()) return;
  while (staged_.size() <= row.series) staged_.push_back(std::make_unique<Staged>());
  Staged& staged = *staged_[row.series];
  const auto day = static_cast<int32_t>(row.start_s / kDaySeconds);
  if (staged.day != day) status_ = Stage(staged, row.series, day);
  if (!status_.ok()) return;
  const Cell cell{.minute = static_cast<int>(row.start_s % kDaySeconds / 60),
                  .minutes = row.minutes,
                  .arrivals = row.arrivals,
                  .answered = row.answered,
                  .abandoned = row.abandoned,
                  .handle_ms = row.handle_ms};
  if (!AddCell(*staged.cells, cell)) {
    const SeriesName& name = reader_->series()[row.series];
    return reader_->AddFault(
        row.line,
        fmt::format("{} of {}{}{} stands in the file already", StampText(time_, row.start_s),
                    name.queue, name.topic.empty() ? "" : " ", name.topic),
        "each interval once");
  }
  ++cells_;
  staged.magnitudes.Add(row.line, row.start_s, static_cast<double>(row.arrivals) / 1000);
}

// Makes `day` the one at hand.
absl::Status HistoryImport::Stage(Staged& staged, uint32_t series, int32_t day) {
  if (cells_ > kMostCells) WISSEL_RETURN_IF_ERROR(Flush());
  const auto [found, made] = staged.days.try_emplace(day);
  if (made) {
    WISSEL_ASSIGN_OR_RETURN(found->second, ReadStaged(series, day));
    cells_ += found->second.size();
  }
  found->second.reserve(static_cast<size_t>(1440 / reader_->layout()->interval_minutes));
  staged.day = day;
  staged.cells = &found->second;
  return absl::OkStatus();
}

absl::Status HistoryImport::Flush() {
  WISSEL_RETURN_IF_ERROR(Transact(
      tables_.connection(),
      [&]() -> absl::Status {
        for (size_t series = 0; series < staged_.size(); ++series) {
          for (const auto& [day, cells] : staged_[series]->days) {
            const std::string bytes = EncodeCells(cells);
            WISSEL_RETURN_IF_ERROR(stage_.Bind(1, series)
                                       .Bind(2, Number(day))
                                       .Bind(3, bytes.data(), bytes.size())
                                       .Run());
          }
        }
        return absl::OkStatus();
      },
      Access::kRead));
  for (const auto& staged : staged_) {
    staged->days.clear();
    staged->day = INT32_MIN;
  }
  cells_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<DayCells> HistoryImport::ReadStaged(uint32_t series, int64_t day) {
  const auto row = staged_day_.Bind(1, series).Bind(2, Number(day)).Step();
  absl::StatusOr<DayCells> cells = DayCells();
  if (row.ok() && *row) cells = DecodeCells(staged_day_.Bytes(0));
  staged_day_.Reset();
  if (!row.ok()) return row.status();
  return cells;
}

// The center's own counts are never overwritten.
absl::StatusOr<DayCells> HistoryImport::WithoutCounted(const std::string& queue, int64_t day,
                                                       const DayCells& cells) {
  const int64_t midnight = day * kDaySeconds;
  // An interval may end in the next day.
  WISSEL_ASSIGN_OR_RETURN(const std::set<int64_t> counted,
                          tables_.Counted(queue, midnight - 900, midnight + kDaySeconds + 3600));
  if (counted.empty()) return cells;
  DayCells free;
  for (const Cell& cell : cells) {
    const auto first = counted.upper_bound(midnight + cell.minute * 60 - 900);
    if (first == counted.end() || *first >= midnight + cell.end() * 60) free.push_back(cell);
  }
  return free;
}

absl::Status HistoryImport::ForEachStaged(const VisitDay& visit) {
  absl::Status status;
  auto more = staged_days_.Step();
  for (; more.ok() && *more && status.ok(); more = staged_days_.Step()) {
    const auto series = static_cast<uint32_t>(staged_days_.Number(0));
    const auto day = static_cast<int64_t>(staged_days_.Number(1));
    const auto cells = DecodeCells(staged_days_.Bytes(2));
    status = cells.status();
    if (!status.ok()) break;
    const auto free = WithoutCounted(reader_->series()[series].queue, day, *cells);
    status = free.ok() ? visit(series, day, *cells, *free) : free.status();
  }
  staged_days_.Reset();
  if (!more.ok()) return std::move(more).status();
  return status;
}

absl::Status HistoryImport::Finish() {
  if (ended_) return status_;
  ended_ = true;
  reader_->End();
  if (status_.ok()) status_ = Flush();
  return status_;
}

absl::StatusOr<ImportPreview> HistoryImport::Preview() {
  WISSEL_RETURN_IF_ERROR(Finish());
  ImportPreview preview;
  preview.layout = reader_->layout();
  preview.encoding = reader_->encoding();
  preview.zone = zone_;
  preview.lines = reader_->lines();
  preview.rows = reader_->rows();
  preview.notes = reader_->notes();
  preview.faults = reader_->faults();
  preview.fault_count = reader_->fault_count();
  if (preview.layout) WISSEL_RETURN_IF_ERROR(PreviewSeries(preview));
  return preview;
}

absl::Status HistoryImport::PreviewSeries(ImportPreview& preview) {
  std::map<SeriesName, int64_t> ids;
  WISSEL_ASSIGN_OR_RETURN(const std::vector<KnownSeries> known, tables_.imported().List(""));
  for (const KnownSeries& series : known) ids.emplace(series.name, series.id);
  std::optional<SeriesTally> tally;  // of the series at hand: they come one after the other
  uint32_t at_hand = 0;
  const auto finish = [&]() -> absl::Status {
    if (!tally) return absl::OkStatus();
    WISSEL_ASSIGN_OR_RETURN(const DayShape shape, KnownShape(tally->preview()));
    tally->preview().hours_later = tally->shape().LaterThan(shape);
    tally->preview().outliers = staged_[at_hand]->magnitudes.Outliers();
    preview.series.push_back(tally->Finish(time_));
    return absl::OkStatus();
  };
  WISSEL_RETURN_IF_ERROR(ForEachStaged(
      [&](uint32_t series, int64_t day, const DayCells& all, const DayCells& free) -> absl::Status {
        const SeriesName& name = reader_->series()[series];
        if (!tally || at_hand != series) {
          WISSEL_RETURN_IF_ERROR(finish());
          at_hand = series;
          tally.emplace(name, preview.layout->interval_minutes);
        }
        tally->Add(day, all, time_);
        tally->preview().counted_here += static_cast<int64_t>(all.size() - free.size());
        const auto id = ids.find(name);
        return PreviewMerge(id == ids.end() ? 0 : id->second, day, free, tally->preview(), preview);
      }));
  WISSEL_RETURN_IF_ERROR(finish());
  std::sort(preview.series.begin(), preview.series.end(),
            [](const SeriesPreview& a, const SeriesPreview& b) { return a.name < b.name; });
  return absl::OkStatus();
}

// `id`: 0 where the series is new.
absl::Status HistoryImport::PreviewMerge(int64_t id, int64_t day, const DayCells& free,
                                         SeriesPreview& one, ImportPreview& preview) {
  DayCells known;
  if (id != 0) {
    WISSEL_ASSIGN_OR_RETURN(known, tables_.imported().Read(id, day));
  }
  const MergedDay merged = MergeCells(known, free, false);
  one.added += merged.added;
  one.completed += merged.completed;
  one.same += merged.same;
  one.changed += static_cast<int64_t>(merged.changed.size());
  for (const CellChange& change : merged.changed) {
    ++preview.change_count;
    if (preview.changes.size() == ImportPreview::kMostChanges) continue;
    preview.changes.push_back(
        {one.name, day * kDaySeconds + change.fresh.minute * 60, change.known, change.fresh});
  }
  return absl::OkStatus();
}

// Of the weeks before and behind the file's: over which hours the series fell then.
absl::StatusOr<DayShape> HistoryImport::KnownShape(const SeriesPreview& one) {
  const int64_t from = std::max<int64_t>(0, one.first_s - kKnownDays * kDaySeconds);
  const int64_t to = one.end_s + kKnownDays * kDaySeconds;
  DayShape known;
  for (const auto& [begin, end] : {std::pair(from, one.first_s), std::pair(one.end_s, to)}) {
    WISSEL_ASSIGN_OR_RETURN(const auto cells,
                            tables_.ReadCells(one.name, Instant::FromMillis(begin * 1000),
                                              Instant::FromMillis(end * 1000)));
    for (const HistoryCell& cell : cells) {
      known.Add(time_.WallAt(cell.start_s).minute, cell.arrivals);
    }
  }
  return known;
}

absl::StatusOr<ImportOutcome> HistoryImport::Commit(bool replace) {
  WISSEL_RETURN_IF_ERROR(Finish());
  if (reader_->fault_count() > 0) {
    return Refuse(absl::StatusCode::kInvalidArgument, "",
                  fmt::format("the file has {} faults", reader_->fault_count()),
                  "a file without faults: nothing is imported by halves");
  }
  ImportOutcome outcome;
  WISSEL_RETURN_IF_ERROR(Transact(tables_.connection(), [&]() -> absl::Status {
    ImportedTable& imported = tables_.imported();
    std::map<uint32_t, int64_t> ids;
    return ForEachStaged([&](uint32_t series, int64_t day, const DayCells& all,
                             const DayCells& free) -> absl::Status {
      outcome.counted_here += static_cast<int64_t>(all.size() - free.size());
      if (free.empty()) return absl::OkStatus();
      if (!ids.contains(series)) {
        WISSEL_ASSIGN_OR_RETURN(ids[series], imported.IdOf(reader_->series()[series]));
      }
      WISSEL_ASSIGN_OR_RETURN(const DayCells known, imported.Read(ids[series], day));
      const MergedDay merged = MergeCells(known, free, replace);
      outcome.written += merged.added + merged.completed;
      outcome.replaced += static_cast<int64_t>(merged.changed.size());
      outcome.same += merged.same;
      if (!replace && !merged.changed.empty()) {
        return Refuse(absl::StatusCode::kFailedPrecondition, "replace",
                      "the file has other counts for intervals that were imported before",
                      "look at the preview, and say --replace when the file is right");
      }
      if (merged.cells == known) return absl::OkStatus();
      return imported.Write(ids[series], day, merged.cells);
    });
  }));
  return outcome;
}

}  // namespace wissel::metrics
