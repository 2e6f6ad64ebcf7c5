// The history: counted once whatever happens, imported without touching what was counted, and read
// back as what is usual.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "fmt/format.h"
#include "metrics/history/history_store.h"
#include "metrics/history/import_csv.h"
#include "metrics/service/calendar.h"

namespace wissel::metrics {
namespace {

constexpr Instant kMonday = Instant::FromMillis(1'772'442'000'000);  // 2 March 2026, 09:00 UTC

IntervalBatch Batch(uint64_t after, uint64_t sequence, int64_t arrivals) {
  IntervalBatch batch{.after = after, .sequence = sequence};
  IntervalCounts& counts = batch.queues[{"tax", kMonday}];
  counts.arrivals = arrivals;
  counts.counters.offered = arrivals;
  counts.counters.handle_sum = Duration::Seconds(90);
  counts.waiting = 7;
  batch.topics[{"tax", "permits", kMonday}] = 1;
  batch.alive.insert(kMonday);
  return batch;
}

TEST(HistoryTables, EveryEventIsCountedOnce) {
  HistoryTables tables = *HistoryTables::Open(":memory:");
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
  EXPECT_EQ(rows[0].counts.waiting, 7);
  EXPECT_TRUE(tables.Read("other", kMonday, kMonday + kInterval)->empty());
  EXPECT_TRUE(tables.Read("", kMonday + kInterval, kMonday + Duration::Days(1))->empty());
}

TEST(HistoryTables, AnImportIsIdempotentAndNeverTouchesWhatWasCounted) {
  HistoryTables tables = *HistoryTables::Open(":memory:");
  ASSERT_TRUE(tables.Add(Batch(0, 10, 3)).ok());
  const Instant before = kMonday - Duration::Days(7);
  const std::vector<ImportedCount> counts = {
      {"tax", "", before, 40}, {"tax", "permits", before, 4}, {"tax", "", kMonday, 99}};
  for (int time = 0; time < 2; ++time) {
    const auto outcome = tables.Import(counts);
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(outcome->written, 2);
    EXPECT_EQ(outcome->known_already, 1);
  }
  const auto rows = *tables.Read("tax", before, kMonday + kInterval);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].imported);
  EXPECT_EQ(rows[0].counts.arrivals, 40);
  EXPECT_FALSE(rows[1].imported);
  EXPECT_EQ(rows[1].counts.arrivals, 3);
  // What the center counts itself takes the place of what was imported.
  IntervalBatch later{.after = 10, .sequence = 11};
  later.queues[{"tax", before}].arrivals = 6;
  ASSERT_TRUE(tables.Add(later).ok());
  EXPECT_EQ((*tables.Read("tax", before, kMonday))[0].counts.arrivals, 6);
}

TEST(HistoryTables, SaysWhatIsUsualAndWhatItDoesNotKnow) {
  HistoryTables tables = *HistoryTables::Open(":memory:");
  std::vector<ImportedCount> counts;
  for (int week = 1; week <= 5; ++week) {
    for (int quarter = 0; quarter < 8; ++quarter) {
      const Instant start = kMonday - Duration::Days(7 * week) + kInterval * quarter;
      counts.push_back({"tax", "", start, week == 3 ? 400 : 30});  // one week is an outlier
      counts.push_back({"tax", "permits", start, quarter == 0 ? 2 : 0});
    }
  }
  // Nobody knew it yesterday: as unusual in the next quarter as in this one.
  counts.push_back({"tax", "letter", kMonday - kInterval, 40});
  ASSERT_TRUE(tables.Import(counts).ok());
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
    auto store = *HistoryStore::Open(path);
    EXPECT_EQ(store->sequence(), 0U);
    store->Write(Batch(0, 10, 3));
    store->Write(Batch(10, 20, 4));
  }
  auto store = *HistoryStore::Open(path);
  EXPECT_EQ(store->sequence(), 20U);
  ASSERT_TRUE(store->BeginAfter(30).ok());
  EXPECT_EQ(store->sequence(), 30U);
  std::promise<int64_t> arrivals;
  store->Read("tax", kMonday, kMonday + kInterval, [&](absl::StatusOr<std::vector<HistoryRow>> r) {
    arrivals.set_value(r->at(0).counts.arrivals);
  });
  EXPECT_EQ(arrivals.get_future().get(), 7);
}

TEST(ImportCsv, ReadsWhatCentersHave) {
  const auto counts = ReadHistoryCsv(
      "\xEF\xBB\xBFqueue;start;arrivals;topic\r\n"
      "phone-nl;2026-03-02T09:00:00Z;31;\r\n"
      "queues/phone-nl;2026-03-02T10:15:00+01:00;4;permits\r\n\r\n"
      "phone-nl;2026-03-02T09:15:00Z;0\r\n",
      kMonday + Duration::Days(1));
  ASSERT_TRUE(counts.ok()) << counts.status();
  ASSERT_EQ(counts->size(), 3U);
  EXPECT_EQ((*counts)[0].start, kMonday);
  EXPECT_EQ((*counts)[0].arrivals, 31);
  EXPECT_EQ((*counts)[1].queue, "phone-nl");
  EXPECT_EQ((*counts)[1].topic, "permits");
  EXPECT_EQ((*counts)[1].start, kMonday + kInterval);
}

TEST(ImportCsv, NamesTheLineAtFault) {
  const auto refused = [](std::string_view text) {
    const auto counts = ReadHistoryCsv(text, kMonday + Duration::Hours(1));
    EXPECT_FALSE(counts.ok()) << text;
    return std::string(counts.status().message());
  };
  const std::string head = "start,queue,arrivals\n";
  EXPECT_EQ(refused("start,queue,count\n"), "line 1: there is no column \"count\"");
  EXPECT_EQ(refused("start,queue\n"), "line 1: the column \"arrivals\" is missing");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,tax,1\nyesterday,tax,1\n"),
            "line 3: \"yesterday\" is no moment");
  EXPECT_EQ(refused(head + "2026-03-02T09:05:00Z,tax,1\n"),
            "line 2: 2026-03-02T09:05:00Z is no quarter of an hour");
  EXPECT_EQ(refused(head + "2026-03-02T10:00:00Z,tax,1\n"),
            "line 2: the quarter from 2026-03-02T10:00:00Z is not over");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,tax,-1\n"), "line 2: \"-1\" is no count");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,tax,1.5\n"), "line 2: \"1.5\" is no count");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,T x,1\n"), "line 2: \"T x\" is no queue");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,tax\n"), "line 2: 2 columns");
  EXPECT_EQ(refused(head + "2026-03-02T09:00:00Z,tax,1\n2026-03-02T09:00:00Z,tax,2\n"),
            "line 3: this quarter stands in the file already");
}

}  // namespace
}  // namespace wissel::metrics
