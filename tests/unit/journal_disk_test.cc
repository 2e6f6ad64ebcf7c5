// The SQLite journal over a disk that fails: full, broken, without power.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "router/journal/sqlite_journal.h"
#include "tests/simulation/vfs_fault.h"
#include "tests/unit/journal_testing.h"

namespace wissel {
namespace {

std::string PayloadOf(uint64_t sequence) {
  return std::to_string(sequence) + ":" + std::string(sequence * 2311 % 15'000, 'p');
}
std::string RowOf(uint64_t sequence) {
  return fmt::format("{}-{} {}", sequence, sequence, PayloadOf(sequence));
}

SqliteJournalOptions Over(const FaultyDisk& disk) {
  return {.vfs = disk.vfs(), .checkpoint_pages = 12};
}

// A life with appends, checkpoints and a restart. Calls `acknowledged` after each durable append
// and ends at the first error.
absl::Status LiveALittle(const FaultyDisk& disk, const std::string& directory,
                         const std::function<void(uint64_t)>& acknowledged) {
  for (uint64_t start : {1, 11}) {
    auto journal = OpenSqliteJournal(directory, Over(disk));
    if (!journal.ok()) return journal.status();
    const auto epoch = (*journal)->AcquireEpoch();
    if (!epoch.ok()) return epoch.status();
    for (uint64_t i = start; i < start + 10; ++i) {
      absl::Status status = (*journal)->Append({*epoch, i, i}, PayloadOf(i));
      if (!status.ok()) return status;
      acknowledged(i);
      status = (*journal)->Maintain(true);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

class PowerCutTest : public ::testing::TestWithParam<FaultyDisk::Unsynced> {};
INSTANTIATE_TEST_SUITE_P(UnsyncedWrites, PowerCutTest,
                         ::testing::Values(FaultyDisk::Unsynced::kLost, FaultyDisk::Unsynced::kKept,
                                           FaultyDisk::Unsynced::kSome));

TEST_P(PowerCutTest, AtAnyWriteKeepsWhatWasAcknowledged) {
  uint64_t operations = 0;
  {
    FaultyDisk disk;
    TemporaryDirectory directory;
    ASSERT_TRUE(LiveALittle(disk, directory.path(), [](uint64_t) {}).ok());
    operations = disk.operations();
  }
  ASSERT_GT(operations, 100u);
  for (uint64_t cut = 0; cut < operations; ++cut) {
    FaultyDisk disk;
    TemporaryDirectory before, after;
    disk.CutPower(cut);
    uint64_t last = 0;
    (void)LiveALittle(disk, before.path(), [&](uint64_t sequence) { last = sequence; });

    disk.CopyAfterPowerCut(after.path(), GetParam(), cut);
    std::error_code none;
    std::filesystem::copy_file(before.path() + "/journal.lock", after.path() + "/journal.lock",
                               none);
    auto journal = OpenSqliteJournal(after.path());
    ASSERT_TRUE(journal.ok()) << "cut at " << cut << ": " << journal.status();
    const std::vector<std::string> rows = ReadAll(**journal);
    ASSERT_GE(rows.size(), last) << "cut at " << cut;
    ASSERT_LE(rows.size(), last + 1) << "cut at " << cut;
    for (uint64_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], RowOf(i + 1)) << "cut at " << cut;
    const auto epoch = (*journal)->AcquireEpoch();
    ASSERT_TRUE(epoch.ok());
    const uint64_t next = rows.size() + 1;
    ASSERT_TRUE((*journal)->Append({*epoch, next, next}, "goes on").ok()) << "cut at " << cut;
  }
}

class FullDiskTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Errors, FullDiskTest, ::testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE));

TEST_P(FullDiskTest, LeavesNoTraceAndGoesOnWhenMended) {
  for (uint64_t nth = 0; nth < 60; ++nth) {
    FaultyDisk disk;
    TemporaryDirectory directory;
    auto journal = OpenSqliteJournal(directory.path(), Over(disk));
    ASSERT_TRUE(journal.ok()) << journal.status();
    const uint64_t epoch = *(*journal)->AcquireEpoch();
    disk.FailWrites(nth, GetParam());
    uint64_t failures = 0;
    for (uint64_t i = 1; i <= 20; ++i) {
      absl::Status status = (*journal)->Append({epoch, i, i}, PayloadOf(i));
      if (!status.ok()) {
        ++failures;
        ASSERT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
        EXPECT_EQ((*journal)->CheckWritable().code(), absl::StatusCode::kUnavailable);
        EXPECT_EQ((*journal)->Tail()->end.sequence, i - 1) << "write " << nth;
        EXPECT_EQ(ReadAll(**journal).size(), i - 1);
        disk.Mend();
        ASSERT_TRUE((*journal)->CheckWritable().ok());
        status = (*journal)->Append({epoch, i, i}, PayloadOf(i));
      }
      ASSERT_TRUE(status.ok()) << status;
      status = (*journal)->Maintain(true);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(failures, 1u) << "write " << nth;
    ASSERT_EQ(ReadAll(**journal).size(), 20u);
    journal->reset();
    auto again = OpenSqliteJournal(directory.path());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(ReadAll(**again).size(), 20u);
  }
}

TEST(FailedSync, IsNeverTakenForARefusalThatLeftNoTrace) {
  for (uint64_t nth = 0; nth < 25; ++nth) {
    FaultyDisk disk;
    TemporaryDirectory directory;
    auto journal = OpenSqliteJournal(directory.path(), Over(disk));
    ASSERT_TRUE(journal.ok()) << journal.status();
    const uint64_t epoch = *(*journal)->AcquireEpoch();
    disk.FailSyncs(nth, SQLITE_IOERR_FSYNC);
    absl::Status status;
    for (uint64_t i = 1; i <= 40 && status.ok(); ++i) {
      status = (*journal)->Append({epoch, i, i}, PayloadOf(i));
      if (status.ok()) status = (*journal)->Maintain(true);
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << "sync " << nth << ": " << status;
  }
}

TEST(SyncedBeforeAcknowledged, EveryAppendHasItsSync) {
  FaultyDisk disk;
  TemporaryDirectory directory;
  uint64_t syncs = 0;
  ASSERT_TRUE(LiveALittle(disk, directory.path(), [&](uint64_t) {
                EXPECT_GT(disk.syncs(), syncs);
                syncs = disk.syncs();
              }).ok());
}

}  // namespace
}  // namespace wissel
