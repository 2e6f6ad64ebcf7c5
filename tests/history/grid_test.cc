// The past on the wall's clock: what is known, what is not, what there never was; and given out as
// a file that comes in again as the same.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "fmt/format.h"
#include "forecasting/history/export.h"
#include "metrics/history/history_import.h"
#include "tests/postgres/places.h"

namespace wissel::forecasting {
namespace {

using metrics::CsvOptions;
using metrics::DayNumber;
using metrics::HistoryImport;
using metrics::HistoryTables;
using metrics::LocalTime;

constexpr Instant kNow = Instant::FromMillis(1'798'761'600'000);  // 1 January 2027
const std::string kZone = "Europe/Brussels";

void Import(HistoryTables& tables, std::string_view text, CsvOptions options = {}) {
  if (options.zone.empty()) options.zone = kZone;
  auto import = *HistoryImport::Begin(tables, std::move(options), kNow);
  ASSERT_TRUE(import->Feed(text).ok());
  const auto preview = *import->Preview();
  for (const auto& fault : preview.faults) ADD_FAILURE() << fault.line << ": " << fault.what;
  const auto outcome = import->Commit(false);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
}

SeriesOptions Days(int year, int month, int day, int days, int minutes) {
  const int32_t from = *DayNumber(year, month, day);
  return {{"tax", "", ""}, from, from + days, minutes, kZone};
}

// One contact in every interval of these days, in real time.
std::string Ones(const SeriesOptions& options, int minutes) {
  LocalTime time = *LocalTime::In(kZone);
  std::string file = "start,queue,arrivals,minutes\n";
  const int64_t end = time.At(options.to_day, 0).first_s;
  for (int64_t s = time.At(options.from_day, 0).first_s; s < end; s += minutes * 60) {
    file += fmt::format("{},tax,1,{}\n", StampText(time, s), minutes);
  }
  return file;
}

TEST(SeriesGrid, TheClockPutForward) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  const SeriesOptions days = Days(2026, 3, 8, 35, 30);
  Import(tables, Ones(days, 15));
  const SeriesGrid grid = *ReadGrid(tables, days);
  ASSERT_EQ(grid.days, 35);
  ASSERT_EQ(grid.intervals, 48);
  for (int day = 0; day < grid.days; ++day) {
    for (int at = 0; at < 48; ++at) {
      const GridCell& cell = grid.At(day, at);
      const bool absent = day == 21 && (at == 4 || at == 5);  // 02:00 and 02:30
      EXPECT_EQ(cell.state, absent ? CellState::kAbsent : CellState::kKnown) << day << " " << at;
      EXPECT_EQ(cell.arrivals, absent ? 0 : 2);
      EXPECT_FALSE(cell.doubled);
    }
  }
  EXPECT_TRUE(grid.gaps.empty()) << "nothing is missing that never was";
}

TEST(SeriesGrid, TheClockPutBack) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  const SeriesOptions days = Days(2026, 10, 24, 3, 60);
  Import(tables, Ones(days, 15));
  const SeriesGrid grid = *ReadGrid(tables, days);
  for (int day = 0; day < 3; ++day) {
    for (int at = 0; at < 24; ++at) {
      const GridCell& cell = grid.At(day, at);
      const bool doubled = day == 1 && at == 2;
      EXPECT_EQ(cell.state, CellState::kKnown);
      EXPECT_EQ(cell.doubled, doubled) << day << " " << at;
      EXPECT_EQ(cell.arrivals, doubled ? 8 : 4);
    }
  }
  // Days and halves of days hold what was in them.
  SeriesOptions whole = days;
  whole.minutes = 1440;
  const SeriesGrid by_day = *ReadGrid(tables, whole);
  EXPECT_EQ(by_day.At(0, 0).arrivals, 96);
  EXPECT_EQ(by_day.At(1, 0).arrivals, 100);
  EXPECT_EQ(by_day.At(1, 0).state, CellState::kKnown);
  whole.minutes = 720;
  const SeriesGrid by_half = *ReadGrid(tables, whole);
  EXPECT_EQ(by_half.At(1, 0).arrivals, 52);
  EXPECT_EQ(by_half.At(1, 1).arrivals, 48);
}

TEST(SeriesGrid, WhatIsNotKnownIsNotNone) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  Import(tables,
         "start,queue,arrivals,aht\n2026-03-02 09:00,tax,3,100\n2026-03-02 09:15,tax,5,\n"
         "2026-03-02 09:30,tax,0,\n");
  const SeriesGrid grid = *ReadGrid(tables, Days(2026, 3, 2, 1, 30));
  EXPECT_EQ(grid.At(0, 17).state, CellState::kUnknown);
  EXPECT_EQ(grid.At(0, 18).state, CellState::kKnown);
  EXPECT_EQ(grid.At(0, 18).arrivals, 8);
  EXPECT_EQ(grid.At(0, 18).sums.handle_s, std::nullopt) << "not known of all of it";
  EXPECT_EQ(grid.At(0, 19).state, CellState::kUnknown) << "only half of it is known";
  const SeriesGrid quarters = *ReadGrid(tables, Days(2026, 3, 2, 1, 15));
  EXPECT_EQ(quarters.At(0, 36).sums.handle_s, 300);
  EXPECT_EQ(quarters.At(0, 38).state, CellState::kKnown);
  EXPECT_EQ(quarters.At(0, 38).arrivals, 0);
}

TEST(SeriesGrid, LongIntervalsAreNotCut) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  Import(tables, Ones(Days(2026, 3, 2, 1, 60), 60));
  const SeriesGrid grid = *ReadGrid(tables, Days(2026, 3, 2, 1, 30));
  EXPECT_EQ(grid.longest_imported_minutes, 60);
  for (const GridCell& cell : grid.cells) EXPECT_EQ(cell.state, CellState::kUnknown);
  EXPECT_EQ(ReadGrid(tables, Days(2026, 3, 2, 1, 60))->At(0, 9).arrivals, 1);
  EXPECT_EQ(ReadGrid(tables, Days(2026, 3, 2, 1, 120))->At(0, 4).arrivals, 2);
  EXPECT_FALSE(ReadGrid(tables, Days(2026, 3, 2, 1, 7)).ok());
  EXPECT_FALSE(ReadGrid(tables, Days(2026, 3, 2, 0, 15)).ok());
}

TEST(SeriesGrid, TheCenterDownIsAGapAndQuietIsNone) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  LocalTime time = *LocalTime::In(kZone);
  const int32_t first = *DayNumber(2026, 3, 2);
  metrics::IntervalBatch batch{.after = 0, .sequence = 10};
  for (int32_t day = first; day < first + 28; ++day) {
    for (int quarter = 32; quarter < 72; ++quarter) {
      if (day == first + 16 && quarter >= 40 && quarter < 44) continue;  // down
      const Instant start = Instant::FromMillis(time.At(day, quarter * 15).first_s * 1000);
      batch.alive.insert(start);
      if (quarter % 2 == 1) continue;
      metrics::IntervalCounts& counts = batch.queues[{"tax", start}];
      counts.arrivals = counts.counters.offered = 4;
      counts.waiting = quarter;
    }
  }
  batch.time_zone = kZone;
  ASSERT_TRUE(tables.Add(batch).ok());
  ASSERT_TRUE(tables.marks()
                  .Add({.queue = "tax",
                        .kind = metrics::MarkKind::kOutage,
                        .label = "power",
                        .start = Instant::FromMillis(time.At(first + 16, 600).first_s * 1000),
                        .end = Instant::FromMillis(time.At(first + 16, 660).first_s * 1000)})
                  .ok());
  SeriesOptions options = Days(2026, 3, 2, 28, 15);
  options.zone = "";  // the center's own
  const SeriesGrid grid = *ReadGrid(tables, options);
  EXPECT_EQ(grid.zone, kZone);
  EXPECT_EQ(grid.At(0, 33).state, CellState::kKnown);
  EXPECT_EQ(grid.At(0, 33).arrivals, 0);
  EXPECT_EQ(grid.At(0, 33).sums.waiting, 32) << "nothing happened: they still wait";
  EXPECT_EQ(grid.At(0, 20).state, CellState::kUnknown);
  ASSERT_EQ(grid.gaps.size(), 1U);
  EXPECT_EQ(GapText(grid.gaps[0]), "2026-03-18 10:00 to 2026-03-18 11:00");
  EXPECT_EQ(grid.At(16, 41).state, CellState::kUnknown);
  ASSERT_EQ(grid.MarksOf(grid.At(16, 41)).size(), 1U);
  EXPECT_EQ(grid.MarksOf(grid.At(16, 41))[0]->label, "power");
  EXPECT_TRUE(grid.MarksOf(grid.At(16, 44)).empty());
}

// Whatever is exported comes in again as the same, over both clock changes.
TEST(Export, ComesInAgainAsTheSame) {
  std::mt19937_64 random(3);
  const LocalTime time = *LocalTime::In(kZone);
  for (int minutes : {5, 15, 30, 60}) {
    for (int month : {3, 10}) {
      HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
      SeriesOptions days = Days(2026, month, 24, 6, minutes);
      LocalTime zone = *LocalTime::In(kZone);
      std::string file = "start,queue,arrivals,answered,abandoned,handle\n";
      for (int64_t s = zone.At(days.from_day, 0).first_s; s < zone.At(days.to_day, 0).first_s;
           s += minutes * 60) {
        if (random() % 8 == 0) continue;  // a gap
        const auto arrivals = random() % 50;
        file += fmt::format("{},tax,{},{},{},{}\n", StampText(time, s), arrivals, arrivals / 2,
                            arrivals - arrivals / 2, random() % 3 == 0 ? 0 : arrivals * 100);
      }
      Import(tables, file, {.interval_minutes = minutes});
      const auto rows = *ReadSeries(tables, days);
      const std::string csv = ExportCsv({{days.series, rows}}, time);
      HistoryTables other = *HistoryTables::Open(wissel::testing::At(":memory:"));
      Import(other, csv);
      const auto again = *ReadSeries(other, days);
      ASSERT_EQ(again.size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(again[i].known, rows[i].known);
        EXPECT_EQ(again[i].sums.arrivals, rows[i].sums.arrivals);
        EXPECT_EQ(again[i].sums.answered, rows[i].sums.answered);
        EXPECT_EQ(again[i].sums.handle_s, rows[i].sums.handle_s);
      }
      EXPECT_EQ(ExportCsv({{days.series, again}}, time), csv);
      // And into the same history: nothing changes.
      auto same = *HistoryImport::Begin(tables, {.zone = kZone}, kNow);
      ASSERT_TRUE(same->Feed(csv).ok());
      EXPECT_EQ(same->Commit(false)->written, 0);
    }
  }
}

TEST(Export, SaysTimesWithTheirOffsetAndNoFormula) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  Import(tables, "start,queue,arrivals\n2026-03-02 09:00,-tax,3\n2026-03-02 09:15,-tax,1\n");
  SeriesOptions options = Days(2026, 3, 2, 1, 30);
  options.series.queue = "-tax";
  const LocalTime time = *LocalTime::In(kZone);
  const std::vector<ExportedSeries> all = {{options.series, *ReadSeries(tables, options)}};
  EXPECT_EQ(ExportCsv(all, time),
            "start,queue,channel,topic,minutes,arrivals,offered_here,answered,answered_in_time,"
            "abandoned,short_abandoned,completed,handle_s,hold_s,wrap_s,wait_s,waiting_at_end,"
            "imported\n2026-03-02T09:00:00+01:00,'-tax,,,30,4,,,,,,,,,,,,1\n");
  EXPECT_EQ(ExportJson(all, time),
            "{\"start\": \"2026-03-02T09:00:00+01:00\", \"queue\": \"-tax\", \"minutes\": 30, "
            "\"arrivals\": 4, \"imported\": true}\n");
}

TEST(Export, ASpreadsheetHasRealDates) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  Import(tables, "start,queue,arrivals\n2026-03-02 09:00,tax,3\n");
  const std::string path = ::testing::TempDir() + "wissel-export-test.xlsx";
  const std::vector<ExportedSeries> all = {
      {{"tax", "", ""}, *ReadSeries(tables, Days(2026, 3, 2, 1, 15))}};
  ASSERT_TRUE(ExportXlsx(all, *LocalTime::In(kZone), path).ok());
  // 46083.375 is 2 March 2026, nine o'clock, in days from 1900 as spreadsheets count them.
  const std::string command =
      "python3 -c \"import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read("
      "'xl/worksheets/sheet1.xml').decode())\" " +
      path;
  std::string xml;
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char piece[4096];
  for (size_t read; (read = fread(piece, 1, sizeof(piece), pipe)) > 0;) xml.append(piece, read);
  ASSERT_EQ(pclose(pipe), 0) << "python3 opens the file as a spreadsheet does: a ZIP of XML";
  EXPECT_NE(xml.find("<v>46083.375</v>"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<v>3</v>"), std::string::npos);
  EXPECT_EQ(ExportXlsx(all, *LocalTime::In(kZone), "/nowhere/x.xlsx").code(),
            absl::StatusCode::kUnavailable);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace wissel::forecasting
