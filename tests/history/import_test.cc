// What becomes of a file of past counts: looked at before anything is written, then all of it or
// nothing; the same again changes nothing, and what the center has counted itself stays.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <random>

#include "fmt/format.h"
#include "metrics/history/history_import.h"
#include "tests/postgres/places.h"

namespace wissel::metrics {
namespace {

constexpr Instant kNow = Instant::FromMillis(1'798'761'600'000);     // 1 January 2027
constexpr Instant kMonday = Instant::FromMillis(1'772'438'400'000);  // 2 March 2026, 08:00 UTC
const CsvOptions kBrussels = {.zone = "Europe/Brussels"};
const CsvOptions kHalfHours = {.zone = "Europe/Brussels", .interval_minutes = 30};

std::unique_ptr<HistoryImport> Import(HistoryTables& tables, std::string_view text,
                                      const CsvOptions& options = kBrussels) {
  auto import = HistoryImport::Begin(tables, options, kNow);
  EXPECT_TRUE(import.ok()) << import.status();
  EXPECT_TRUE((*import)->Feed(text).ok());
  return *std::move(import);
}

std::vector<HistoryCell> Cells(HistoryTables& tables, const SeriesName& name) {
  auto cells = tables.ReadCells(name, Instant(), kNow);
  EXPECT_TRUE(cells.ok()) << cells.status();
  return *std::move(cells);
}

double Total(HistoryTables& tables, const SeriesName& name) {
  double total = 0;
  for (const HistoryCell& cell : Cells(tables, name)) total += cell.arrivals;
  return total;
}

// Ten weeks from Monday 5 January 2026, eight to six, half hours.
std::string Weeks(int shift_hours = 0) {
  std::string file = "start,queue,arrivals\n";
  for (int day = 0; day < 70; ++day) {
    if (day % 7 >= 5) continue;
    for (int half = 0; half < 20; ++half) {
      const int minute = (8 + shift_hours) * 60 + half * 30;
      file += fmt::format("{} {:02}:{:02},tax,{}\n", DayText(*DayNumber(2026, 1, 5) + day),
                          minute / 60, minute % 60, half < 10 ? 10 + 5 * half : 55 - 3 * half + 20);
    }
  }
  return file;
}

TEST(HistoryImport, ThePreviewSaysWhatWasUnderstoodAndWritesNothing) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  auto import = Import(tables,
                       "Datum;Tijd;Wachtrij;Aangeboden;Beantwoord;AHT;Opmerking\n"
                       "02/03/2026;09:00;tax;31;30;185,5;\n"
                       "02/03/2026;09:30;tax;12;12;200,0;\n"
                       "02/03/2026;09:00;mail;4;;;laat\n",
                       kHalfHours);
  const auto preview = import->Preview();
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_TRUE(preview->ok());
  EXPECT_EQ(preview->layout->separator, ';');
  EXPECT_EQ(preview->layout->decimal, ',');
  EXPECT_EQ(preview->layout->interval_minutes, 30);
  EXPECT_EQ(preview->layout->ignored, std::vector<std::string>{"Opmerking"});
  EXPECT_EQ(preview->zone, "Europe/Brussels");
  ASSERT_EQ(preview->series.size(), 2U);
  const SeriesPreview& tax = preview->series[1];
  EXPECT_EQ(tax.name.queue, "tax");
  EXPECT_EQ(tax.intervals, 2);
  EXPECT_EQ(tax.arrivals, 43);
  EXPECT_EQ(tax.answered, 42);
  EXPECT_NEAR(*tax.aht_s, (30 * 185.5 + 12 * 200) / 42, 1e-9);
  EXPECT_EQ(tax.first_s, kMonday.millis() / 1000);
  EXPECT_EQ(tax.end_s, kMonday.millis() / 1000 + 3600);
  EXPECT_EQ(tax.added, 2);
  EXPECT_TRUE(Cells(tables, {"tax"}).empty());
  ASSERT_TRUE(import->Commit(false).ok());
  const auto cells = Cells(tables, {"tax"});
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_EQ(cells[0].minutes, 30) << "half an hour stays half an hour";
  EXPECT_TRUE(cells[0].imported);
  EXPECT_NEAR(*cells[0].handle_s, 30 * 185.5, 1e-9);
  // The books are in quarters, and nobody knows how these fell.
  EXPECT_TRUE(tables.Read("tax", Instant(), kNow)->empty());
}

TEST(HistoryImport, OneFaultAndNothingIsWritten) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  auto import = Import(tables,
                       "start,queue,arrivals\n2026-03-02 09:00,tax,31\n2026-03-02 09:15,tax,x\n"
                       "2026-03-02 09:00,tax,31\n2026-03-02 09:30,tax,31\n");
  const auto preview = *import->Preview();
  EXPECT_FALSE(preview.ok());
  ASSERT_EQ(preview.faults.size(), 2U);
  EXPECT_EQ(preview.faults[0].line, 3U);
  EXPECT_EQ(preview.faults[1].line, 4U);
  EXPECT_EQ(preview.faults[1].what, "2026-03-02T09:00:00+01:00 of tax stands in the file already");
  EXPECT_EQ(import->Commit(true).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Cells(tables, {"tax"}).empty());
}

TEST(HistoryImport, TheSameAgainChangesNothingAndOtherCountsNeedReplace) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  const std::string file =
      "start,queue,arrivals\n2026-03-02 09:00,tax,31\n2026-03-02 09:15,tax,4\n";
  ASSERT_TRUE(Import(tables, file)->Commit(false).ok());
  const auto again = Import(tables, file)->Commit(false);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->written, 0);
  EXPECT_EQ(again->same, 2);
  // More detail is no contradiction.
  const auto detail =
      Import(tables, "start,queue,arrivals,aht\n2026-03-02 09:00,tax,31,100\n")->Commit(false);
  ASSERT_TRUE(detail.ok());
  EXPECT_EQ(detail->written, 1);
  ASSERT_TRUE(Import(tables, file)->Commit(false).ok());
  EXPECT_EQ(Cells(tables, {"tax"})[0].handle_s, 3100);

  const std::string other =
      "start,queue,arrivals\n2026-03-02 09:00,tax,32\n2026-03-02 09:30,tax,5\n";
  auto import = Import(tables, other);
  const auto preview = *import->Preview();
  ASSERT_EQ(preview.change_count, 1);
  EXPECT_EQ(preview.changes[0].known.arrivals, 31'000);
  EXPECT_EQ(preview.changes[0].fresh.arrivals, 32'000);
  EXPECT_EQ(import->Commit(false).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Total(tables, {"tax"}), 35) << "not even the new one";
  const auto outcome = import->Commit(true);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->replaced, 1);
  EXPECT_EQ(outcome->written, 1);
  EXPECT_EQ(Total(tables, {"tax"}), 41);
  EXPECT_EQ(Cells(tables, {"tax"})[0].handle_s, std::nullopt) << "it was of the other count";
}

TEST(HistoryImport, AnotherLengthIsAChangeToo) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  ASSERT_TRUE(
      Import(tables, "start,queue,arrivals\n2026-03-02 09:00,tax,31\n2026-03-02 09:15,tax,4\n")
          ->Commit(false)
          .ok());
  auto import =
      Import(tables, "start,queue,arrivals\n2026-03-02 09:00,tax,35\n2026-03-02 09:30,tax,1\n",
             kHalfHours);
  EXPECT_EQ((*import->Preview()).change_count, 1);
  ASSERT_TRUE(import->Commit(true).ok());
  const auto cells = Cells(tables, {"tax"});
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_EQ(cells[0].minutes, 30);
  EXPECT_EQ(Total(tables, {"tax"}), 36);
}

TEST(HistoryImport, NeverTouchesWhatTheCenterHasCounted) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  IntervalBatch batch{.after = 0, .sequence = 10};
  batch.queues[{"tax", kMonday + kInterval}].arrivals = 3;
  batch.alive = {kMonday, kMonday + kInterval, kMonday + kInterval * 2};
  ASSERT_TRUE(tables.Add(batch).ok());
  const std::string file =
      "start,queue,arrivals,topic\n2026-03-02 09:00,tax,40,\n2026-03-02 09:15,tax,99,\n"
      "2026-03-02 09:15,tax,98,permits\n2026-03-02 09:30,tax,41,\n2026-03-02 09:15,mail,7,\n";
  for (int time = 0; time < 2; ++time) {
    const auto outcome = Import(tables, file)->Commit(false);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->written, time == 0 ? 3 : 0);
    EXPECT_EQ(outcome->counted_here, 2);
  }
  const auto cells = Cells(tables, {"tax"});
  ASSERT_EQ(cells.size(), 3U);
  EXPECT_EQ(cells[0].arrivals, 40);
  EXPECT_EQ(cells[1].arrivals, 3);
  EXPECT_FALSE(cells[1].imported);
  EXPECT_EQ(cells[2].arrivals, 41) << "an import says more than a quiet quarter";
  const auto rows = *tables.Read("", Instant(), kNow);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].queue, "mail");
  EXPECT_TRUE(rows[1].imported);
  EXPECT_EQ(rows[2].counts.arrivals, 3);
  // What the center counts later takes the place of what was imported.
  IntervalBatch later{.after = 10, .sequence = 11};
  later.queues[{"tax", kMonday}].arrivals = 6;
  ASSERT_TRUE(tables.Add(later).ok());
  EXPECT_EQ(Cells(tables, {"tax"})[0].arrivals, 6);
}

TEST(HistoryImport, ChannelsAddUpToTheirQueue) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  ASSERT_TRUE(Import(tables,
                     "start,queue,arrivals,channel\n2026-03-02 09:00,tax,40,voice\n"
                     "2026-03-02 09:00,tax,2,chat\n2026-03-02 09:15,tax,5,voice\n")
                  ->Commit(false)
                  .ok());
  EXPECT_EQ(Total(tables, {"tax", "voice"}), 45);
  const auto cells = Cells(tables, {"tax"});
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_EQ(cells[0].arrivals, 42);
}

TEST(HistoryImport, FindsGapsOutliersAndAnotherZone) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  std::string file = Weeks();
  // Wednesday 11 February is missing from eleven to half past one, and one count is absurd.
  for (const char* time : {"11:00", "11:30", "12:00", "12:30", "13:00"}) {
    const size_t at = file.find(fmt::format("2026-02-11 {}", time));
    file.erase(at, file.find('\n', at) + 1 - at);
  }
  const size_t at = file.find("2026-02-12 08:00,tax,10");
  file.replace(at, 23, "2026-02-12 08:00,tax,90000");
  auto import = Import(tables, file);
  const auto preview = *import->Preview();
  ASSERT_TRUE(preview.ok());
  const SeriesPreview& tax = preview.series[0];
  ASSERT_EQ(tax.gap_count, 1);
  EXPECT_EQ(GapText(tax.gaps[0]), "2026-02-11 11:00 to 2026-02-11 13:30");
  EXPECT_EQ(tax.gaps[0].intervals, 5);
  ASSERT_EQ(tax.outliers.size(), 1U);
  EXPECT_EQ(tax.outliers[0].count, 90000);
  EXPECT_EQ(tax.outliers[0].line,
            1U + static_cast<size_t>(
                     std::count(file.begin(), file.begin() + static_cast<long>(at), '\n')));
  ASSERT_TRUE(Import(tables, Weeks())->Commit(false).ok());

  std::string later = Weeks();
  for (size_t i = later.find("2026"); i != std::string::npos; i = later.find("2026", i)) {
    later.replace(i, 4, "2025");
  }
  // The year before, were it written in the time of New York.
  auto shifted = Import(tables, later, {.zone = "America/New_York"});
  EXPECT_EQ((*shifted->Preview()).series[0].hours_later, std::nullopt)
      << "too far from what is known";
  std::string next = "start,queue,arrivals\n";
  for (int day = *DayNumber(2026, 3, 16); day < *DayNumber(2026, 3, 28); ++day) {
    for (int half = 0; half < 20; ++half) {
      next += fmt::format("{}T{:02}:{:02}:00Z,tax,{}\n", DayText(day), 8 + half / 2, half % 2 * 30,
                          half < 10 ? 10 + 5 * half : 75 - 3 * half);
    }
  }
  auto in_utc = Import(tables, next);
  EXPECT_EQ((*in_utc->Preview()).series[0].hours_later, 1);
}

TEST(HistoryImport, MemoryDoesNotHoldTheFile) {
  // More than is kept in memory, and it comes back to every day.
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  auto import = *HistoryImport::Begin(tables, {}, kNow);
  const int64_t first = *DayNumber(2020, 1, 1) * 86'400LL;
  int64_t rows = 0, total = 0;
  ASSERT_TRUE(import->Feed("start,queue,arrivals\n").ok());
  const LocalTime utc = *LocalTime::In("UTC");
  for (int half : {720, 0}) {
    for (int day = 0; day < 900; ++day) {
      std::string piece;
      for (int minute = half; minute < half + 720; minute += 5) {
        const int64_t count = (day * 7 + minute) % 23;
        piece +=
            fmt::format("{},tax,{}\n", StampText(utc, first + day * 86'400LL + minute * 60), count);
        total += count;
        ++rows;
      }
      ASSERT_TRUE(import->Feed(piece).ok());
    }
  }
  const auto outcome = import->Commit(false);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->written, rows);
  EXPECT_EQ(Total(tables, {"tax"}), static_cast<double>(total));
}

TEST(DayCells, AreWrittenAndReadTheSame) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    DayCells cells;
    for (int minute = 0; minute < 1440;) {
      const int lengths[] = {1, 5, 6, 10, 15, 20, 30, 60};
      Cell cell{.minute = minute, .minutes = lengths[random() % 8]};
      cell.arrivals = static_cast<int64_t>(random() % 1'000'000'000);
      if (random() % 2 == 0) cell.answered = static_cast<int64_t>(random() % 1000);
      if (random() % 2 == 0) cell.abandoned = 0;
      if (random() % 2 == 0) cell.handle_ms = static_cast<int64_t>(random() % 86'400'000'000);
      minute += cell.minutes * static_cast<int>(1 + random() % 3);
      ASSERT_TRUE(AddCell(cells, cell));
    }
    const std::string bytes = EncodeCells(cells);
    EXPECT_EQ(*DecodeCells(bytes), cells);
    EXPECT_FALSE(DecodeCells(bytes.substr(0, bytes.size() - 1)).ok());
    // Merged into themselves, and into nothing.
    EXPECT_EQ(MergeCells(cells, cells, true).cells, cells);
    EXPECT_EQ(MergeCells(cells, cells, false).same, static_cast<int64_t>(cells.size()));
    EXPECT_EQ(MergeCells({}, cells, false).cells, cells);
    EXPECT_EQ(MergeCells(cells, {}, false).cells, cells);
    DayCells shuffled;
    DayCells order = cells;
    std::shuffle(order.begin(), order.end(), random);
    for (const Cell& cell : order) EXPECT_TRUE(AddCell(shuffled, cell));
    EXPECT_EQ(shuffled, cells);
    EXPECT_FALSE(AddCell(shuffled, order[0]));
  }
}

TEST(Marks, AreKeptListedAndTakenAway) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  const Mark mark{.queue = "tax",
                  .kind = MarkKind::kHoliday,
                  .label = "Pentecost",
                  .start = kMonday,
                  .end = kMonday + Duration::Days(1)};
  const int64_t id = *tables.marks().Add(mark);
  EXPECT_EQ(*tables.marks().Add(mark), id) << "the same again is the same";
  Mark everywhere = mark;
  everywhere.queue = "";
  everywhere.kind = MarkKind::kOutage;
  ASSERT_TRUE(tables.marks().Add(everywhere).ok());
  EXPECT_EQ(tables.marks().List("tax", Instant(), kNow)->size(), 2U);
  EXPECT_EQ(tables.marks().List("mail", Instant(), kNow)->size(), 1U);
  EXPECT_EQ(tables.marks().List("", Instant(), kNow)->size(), 2U);
  EXPECT_TRUE(tables.marks().List("tax", kMonday + Duration::Days(1), kNow)->empty());
  Mark backwards = mark;
  backwards.end = backwards.start;
  EXPECT_FALSE(tables.marks().Add(backwards).ok());
  ASSERT_TRUE(tables.marks().Delete(id).ok());
  EXPECT_EQ(tables.marks().Delete(id).code(), absl::StatusCode::kNotFound);
}

TEST(HistoryFormat, AnOlderFileIsTakenOver) {
  const std::string path = ::testing::TempDir() + "wissel-history-format-1.sqlite";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  const std::string start = std::to_string(kMonday.millis() / 1000);
  const std::string sql =
      "CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL);"
      "INSERT INTO position VALUES (1, 77);"
      "CREATE TABLE intervals (queue TEXT NOT NULL, start INTEGER NOT NULL, imported INTEGER NOT "
      "NULL,"
      " arrivals INTEGER NOT NULL, offered INTEGER NOT NULL, answered INTEGER NOT NULL,"
      " answered_in_time INTEGER NOT NULL, abandoned INTEGER NOT NULL,"
      " short_abandoned INTEGER NOT NULL, ended_otherwise INTEGER NOT NULL,"
      " completed INTEGER NOT NULL, wait_ms INTEGER NOT NULL, handle_ms INTEGER NOT NULL,"
      " waiting INTEGER NOT NULL, PRIMARY KEY (queue, start)) WITHOUT ROWID;"
      "CREATE TABLE topics (queue TEXT NOT NULL, topic TEXT NOT NULL, start INTEGER NOT NULL,"
      " imported INTEGER NOT NULL, arrivals INTEGER NOT NULL,"
      " PRIMARY KEY (queue, topic, start)) WITHOUT ROWID;"
      "CREATE TABLE alive (start INTEGER PRIMARY KEY);"
      "INSERT INTO intervals VALUES ('tax', " +
      start +
      ", 0, 5, 6, 4, 3, 1, 1, 0, 4, 1000, 90000, 2),"
      " ('tax', " +
      start +
      " + 900, 1, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);"
      "INSERT INTO topics VALUES ('tax', 'permits', " +
      start +
      ", 0, 2),"
      " ('tax', 'permits', " +
      start +
      " + 900, 1, 3);"
      "INSERT INTO alive VALUES (" +
      start + "); PRAGMA user_version=1;";
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  for (int time = 0; time < 2; ++time) {
    auto opened = HistoryTables::Open(path);
    ASSERT_TRUE(opened.ok()) << opened.status();
    HistoryTables& tables = *opened;
    EXPECT_EQ(*tables.Sequence(), 77U);
    const auto cells = Cells(tables, {"tax"});
    ASSERT_EQ(cells.size(), 2U);
    EXPECT_EQ(cells[0].arrivals, 5);
    EXPECT_EQ(cells[0].handle_s, 90);
    EXPECT_EQ(cells[0].hold_s, std::nullopt) << "was not counted apart";
    EXPECT_EQ(cells[1].arrivals, 40);
    EXPECT_TRUE(cells[1].imported);
    EXPECT_EQ(Total(tables, {"tax", "", "permits"}), 5);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace wissel::metrics
