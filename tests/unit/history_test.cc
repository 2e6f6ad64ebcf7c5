// The history: counted once whatever happens, and read back as what is usual. Imports are tested in
// tests/history.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "fmt/format.h"
#include "metrics/history/history_import.h"
#include "metrics/history/history_store.h"
#include "metrics/service/calendar.h"
#include "tests/postgres/places.h"

namespace wissel::metrics {
namespace {

constexpr Instant kMonday = Instant::FromMillis(1'772'442'000'000);  // 2 March 2026, 09:00 UTC

IntervalBatch Batch(uint64_t after, uint64_t sequence, int64_t arrivals) {
  IntervalBatch batch{.after = after, .sequence = sequence};
  IntervalCounts& counts = batch.queues[{"tax", kMonday}];
  counts.arrivals = arrivals;
  counts.counters.offered = arrivals;
  counts.counters.handle_sum = Duration::Seconds(90);
  counts.counters.hold_sum = Duration::Seconds(20);
  counts.counters.wrap_sum = Duration::Seconds(30);
  counts.waiting = 7;
  batch.channels[{"tax", Channel::kVoice, kMonday}] = counts;
  batch.topics[{"tax", "permits", kMonday}] = 1;
  batch.alive.insert(kMonday);
  return batch;
}

TEST(HistoryTables, EveryEventIsCountedOnce) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  ASSERT_TRUE(tables.Add(Batch(0, 10, 3)).ok());
  EXPECT_EQ(*tables.Sequence(), 10U);
  // The same again, or with a gap, is refused and leaves no trace.
  EXPECT_EQ(tables.Add(Batch(0, 10, 3)).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(tables.Add(Batch(12, 15, 3)).code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(tables.Add(Batch(10, 12, 2)).ok());
  const auto rows = *tables.Read("tax", kMonday, kMonday + kInterval);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].counts.arrivals, 5);
  EXPECT_EQ(rows[0].counts.counters.offered, 5);
  EXPECT_EQ(rows[0].counts.counters.handle_sum, Duration::Seconds(180));
  EXPECT_EQ(rows[0].counts.counters.hold_sum, Duration::Seconds(40));
  EXPECT_EQ(rows[0].counts.counters.wrap_sum, Duration::Seconds(60));
  EXPECT_EQ(rows[0].counts.waiting, 7);
  for (const char* channel : {"", "voice"}) {
    const auto cells = *tables.ReadCells({"tax", channel, ""}, kMonday, kMonday + kInterval);
    ASSERT_EQ(cells.size(), 1U);
    EXPECT_EQ(cells[0].arrivals, 5);
    EXPECT_EQ(cells[0].handle_s, 180);
    EXPECT_EQ(cells[0].hold_s, 40);
  }
  EXPECT_TRUE(tables.Read("other", kMonday, kMonday + kInterval)->empty());
  EXPECT_TRUE(tables.Read("", kMonday + kInterval, kMonday + Duration::Days(1))->empty());
}

TEST(HistoryTables, CountsAnewUpToWhereItStands) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  ASSERT_TRUE(tables.Add(Batch(0, 10, 3)).ok());
  const auto arrivals = [&] {
    return (*tables.Read("tax", kMonday, kMonday + kInterval))[0].counts.arrivals;
  };
  EXPECT_FALSE(tables.Recount([](uint64_t) { return Batch(0, 9, 4); }).ok());
  EXPECT_FALSE(tables.Recount([](uint64_t) { return absl::DataLossError("damaged"); }).ok());
  EXPECT_EQ(arrivals(), 3);
  ASSERT_TRUE(tables.Recount([](uint64_t last) { return Batch(0, last, 5); }).ok());
  EXPECT_EQ(arrivals(), 5);
  ASSERT_TRUE(tables.Add(Batch(10, 11, 1)).ok()) << "and goes on";
  EXPECT_EQ(arrivals(), 6);
}

TEST(HistoryTables, SaysWhatIsUsualAndWhatItDoesNotKnow) {
  HistoryTables tables = *HistoryTables::Open(wissel::testing::At(":memory:"));
  std::string file = "start,queue,arrivals,topic\n";
  const auto add = [&](Instant start, int arrivals, const char* topic) {
    file += fmt::format("{},tax,{},{}\n", StampText(*LocalTime::In("UTC"), start.millis() / 1000),
                        arrivals, topic);
  };
  for (int week = 1; week <= 5; ++week) {
    for (int quarter = 0; quarter < 8; ++quarter) {
      const Instant start = kMonday - Duration::Days(7 * week) + kInterval * quarter;
      add(start, week == 3 ? 400 : 30, "");  // one week is an outlier
      add(start, quarter == 0 ? 2 : 0, "permits");
    }
  }
  // Nobody knew it yesterday: as unusual in the next quarter as in this one.
  add(kMonday - kInterval, 40, "letter");
  auto import = *HistoryImport::Begin(tables, {}, kMonday);
  ASSERT_TRUE(import->Feed(file).ok());
  ASSERT_TRUE(import->Commit(false).ok());
  const Profiles profiles = *tables.ReadProfiles(kMonday, LocalQuarterOfWeek, "UTC");
  ASSERT_EQ(profiles.size(), 2U);
  const WeekProfile& tax = profiles.at({"tax", ""});
  const int nine = LocalQuarterOfWeek(kMonday, "UTC");
  EXPECT_NEAR(tax.At(nine + 3, 0.5)->per_minute, 2.0, 0.05);
  EXPECT_EQ(tax.quarters_known(), 8);
  EXPECT_FALSE(tax.At(nine - 1, 0.5));  // nobody was watching then: that is not none
  EXPECT_LT(profiles.at({"tax", "permits"}).At(nine + 6, 0.5)->per_minute, 0.02);
}

TEST(HistoryStore, GoesOnWhereItStood) {
  const std::string path = ::testing::TempDir() + "wissel-history-test.sqlite";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  {
    auto store = *HistoryStore::Open(wissel::testing::At(path));
    EXPECT_EQ(store->sequence(), 0U);
    store->Write(Batch(0, 10, 3));
    store->Write(Batch(10, 20, 4));
  }
  auto store = *HistoryStore::Open(wissel::testing::At(path));
  EXPECT_EQ(store->sequence(), 20U);
  ASSERT_TRUE(store->BeginAfter(30).ok());
  EXPECT_EQ(store->sequence(), 30U);
  std::promise<int64_t> arrivals;
  store->Read("tax", kMonday, kMonday + kInterval, [&](absl::StatusOr<std::vector<HistoryRow>> r) {
    arrivals.set_value(r->at(0).counts.arrivals);
  });
  EXPECT_EQ(arrivals.get_future().get(), 7);
}

}  // namespace
}  // namespace wissel::metrics
