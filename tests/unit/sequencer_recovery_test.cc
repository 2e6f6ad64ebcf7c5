// Snapshots, recovery, and what `wissel journal` shows of a journal.
#include <filesystem>
#include <sstream>

#include "base/sql/sqlite.h"
#include "gmock/gmock.h"
#include "router/journal/inspect.h"
#include "router/journal/sqlite_journal.h"
#include "tests/unit/journal_testing.h"
#include "tests/unit/sequencer_testing.h"

namespace wissel {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RecoveryTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Sequencer>> TryOpen(SequencerOptions options = {}) {
    options.time = clock_.source();
    auto journal = OpenSqliteJournal(data_.path());
    if (!journal.ok()) return journal.status();
    return Sequencer::Open(*std::move(journal), snapshots_, std::move(options));
  }
  std::unique_ptr<Sequencer> Open(SequencerOptions options = {}) {
    auto sequencer = TryOpen(std::move(options));
    EXPECT_TRUE(sequencer.ok()) << sequencer.status();
    return *std::move(sequencer);
  }
  // A short day; the digest at its end.
  uint64_t WorkADay() {
    auto sequencer = Open();
    sequencer->Start();
    SmallCenter center(*sequencer);
    BecomeAvailable(*sequencer, center.anna);
    for (int i = 0; i < 5; ++i) {
      Must(*sequencer, NewItem(center.queue));
      clock_.Advance(Duration::Seconds(3));
    }
    sequencer->Stop();
    return sequencer->engine().Digest();
  }
  // More of it, over a restart.
  uint64_t WorkOn() {
    auto sequencer = Open();
    sequencer->Start();
    const QueueId queue = *sequencer->directory()->queues.FindId("pensions");
    for (int i = 0; i < 5; ++i) Must(*sequencer, NewItem(queue));
    sequencer->Stop();
    return sequencer->engine().Digest();
  }
  uint64_t RecoveredDigest() { return Open()->engine().Digest(); }
  void Damage(uint64_t sequence, size_t at) {
    const std::string path =
        data_.path() + "/snapshots/snapshot-" + std::to_string(sequence) + ".wsnap";
    std::string bytes = ReadFile(path);
    ASSERT_GT(bytes.size(), at);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    WriteFile(path, bytes);
  }

  HandClock clock_;
  TemporaryDirectory data_;
  const SnapshotStore snapshots_{data_.path() + "/snapshots"};
};

TEST_F(RecoveryTest, AStopLeavesASnapshotThatMakesTheSameEngine) {
  const uint64_t digest = WorkADay();
  ASSERT_EQ(snapshots_.List().size(), 1u);
  auto snapshot = snapshots_.Load(snapshots_.List().front());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->digest, digest);
  auto sequencer = Open();
  EXPECT_EQ(sequencer->engine().Digest(), digest);
  EXPECT_EQ(sequencer->last_sequence(), snapshot->position.sequence);
}

TEST_F(RecoveryTest, TheJournalAloneMakesTheSameEngine) {
  const uint64_t digest = WorkADay();
  std::filesystem::remove_all(data_.path() + "/snapshots");
  EXPECT_EQ(RecoveredDigest(), digest);
}

TEST_F(RecoveryTest, ASnapshotAndTheRestOfTheJournalMakeTheSameEngine) {
  WorkADay();
  const uint64_t first = snapshots_.List().front();
  const uint64_t digest = WorkOn();
  ASSERT_EQ(snapshots_.List().size(), 2u);
  std::filesystem::remove(data_.path() + "/snapshots/snapshot-" +
                          std::to_string(snapshots_.List().front()) + ".wsnap");
  ASSERT_THAT(snapshots_.List(), ElementsAre(first));
  EXPECT_EQ(RecoveredDigest(), digest);
}

TEST_F(RecoveryTest, ADamagedSnapshotIsPassedOver) {
  WorkADay();
  const uint64_t digest = WorkOn();
  const std::vector<uint64_t> both = snapshots_.List();
  ASSERT_EQ(both.size(), 2u);
  Damage(both[0], 100);
  EXPECT_EQ(snapshots_.Load(both[0]).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(RecoveredDigest(), digest) << "from the older one";
  Damage(both[1], 70);
  EXPECT_EQ(RecoveredDigest(), digest) << "from the journal";
}

TEST_F(RecoveryTest, EveryByteOfASnapshotCounts) {
  WorkADay();
  const uint64_t sequence = snapshots_.List().front();
  const std::string path =
      data_.path() + "/snapshots/snapshot-" + std::to_string(sequence) + ".wsnap";
  const std::string good = ReadFile(path);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    WriteFile(path, bad);
    EXPECT_EQ(snapshots_.Load(sequence).status().code(), StatusCode::kDataLoss) << "byte " << i;
    WriteFile(path, good.substr(0, i));
    EXPECT_EQ(snapshots_.Load(sequence).status().code(), StatusCode::kDataLoss) << "cut to " << i;
  }
}

TEST_F(RecoveryTest, AJournalThatHasLostItsEndIsNotTaken) {
  WorkADay();
  std::filesystem::copy(data_.path() + "/journal.sqlite", data_.path() + "/earlier.sqlite");
  WorkOn();
  std::filesystem::rename(data_.path() + "/earlier.sqlite", data_.path() + "/journal.sqlite");
  const auto sequencer = TryOpen();
  EXPECT_EQ(sequencer.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(sequencer.status().message()), HasSubstr("has been as far as"));
}

TEST_F(RecoveryTest, ASnapshotOfAnotherJournalIsNotTaken) {
  WorkADay();
  auto snapshot = snapshots_.Load(snapshots_.List().front());
  ASSERT_TRUE(snapshot.ok());
  snapshot->position.hash[0] ^= 1;
  ASSERT_TRUE(snapshots_.Save(*snapshot).ok());
  EXPECT_EQ(TryOpen().status().code(), StatusCode::kDataLoss);
}

TEST_F(RecoveryTest, TwoSnapshotsAreKept) {
  WorkADay();
  WorkOn();
  const uint64_t second = snapshots_.List().front();
  WorkOn();
  const std::vector<uint64_t> kept = snapshots_.List();
  EXPECT_THAT(kept, ElementsAre(::testing::Gt(second), second));
}

TEST_F(RecoveryTest, SnapshotsAreMadeWhileWorkGoesOn) {
  SequencerOptions options;
  options.snapshot_every = 20;
  auto sequencer = Open(std::move(options));
  sequencer->Start();
  SmallCenter center(*sequencer);
  while (snapshots_.List().empty()) Must(*sequencer, NewItem(center.queue));
  const uint64_t digest = DigestNow(*sequencer);
  auto snapshot = snapshots_.Load(snapshots_.List().front());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_GE(snapshot->position.sequence, 20u);
  // A crash: no last snapshot.
  TemporaryDirectory crashed;
  std::filesystem::copy(
      data_.path(), crashed.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  auto journal = OpenSqliteJournal(crashed.path());
  ASSERT_TRUE(journal.ok()) << journal.status();
  const SnapshotStore copied(crashed.path() + "/snapshots");
  auto recovered = Recover(**journal, &copied, {});
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->snapshot_sequence, copied.List().front());
  EXPECT_EQ(recovered->engine.Digest(), digest);
}

TEST_F(RecoveryTest, AnUnfinishedSnapshotIsNone) {
  const uint64_t digest = WorkADay();
  WriteFile(data_.path() + "/snapshots/snapshot-99999.wsnap.tmp", "half a snaps");
  EXPECT_EQ(RecoveredDigest(), digest);
}

TEST_F(RecoveryTest, VerifyCountsAGoodJournal) {
  WorkADay();
  WorkOn();
  const auto report = VerifyJournal(data_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events, report->end.sequence);
  EXPECT_EQ(report->epochs, 2u);
  EXPECT_GT(report->batches, 10u);
  EXPECT_LT(*report->first_at, *report->last_at);
}

TEST_F(RecoveryTest, VerifyReadsAJournalInUse) {
  auto sequencer = Open();
  sequencer->Start();
  SmallCenter center(*sequencer);
  const auto report = VerifyJournal(data_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events, sequencer->last_sequence());
  Must(*sequencer, NewItem(center.queue));
}

TEST_F(RecoveryTest, VerifyNamesTheDamage) {
  WorkADay();
  {
    auto db = SqliteConnection::Open(data_.path() + "/journal.sqlite", SQLITE_OPEN_READWRITE, "");
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(db->Run("UPDATE batches SET payload = zeroblob(length(payload))"
                        " WHERE first_sequence <= 3 AND last_sequence >= 3")
                    .ok());
  }
  const auto report = VerifyJournal(data_.path());
  EXPECT_EQ(report.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("damaged at sequence"));
  TemporaryDirectory empty;
  EXPECT_EQ(VerifyJournal(empty.path()).status().code(), StatusCode::kNotFound);
}

TEST_F(RecoveryTest, DumpSaysEachEventInASentence) {
  WorkADay();
  std::ostringstream all;
  ASSERT_TRUE(DumpJournal(data_.path(), 1, std::nullopt, all).ok());
  EXPECT_THAT(all.str(), HasSubstr("queues/pensions"));
  EXPECT_THAT(all.str(), HasSubstr("agents/anna"));
  std::vector<std::string> lines;
  std::istringstream in(all.str());
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_GT(lines.size(), 8u);
  EXPECT_TRUE(lines[0].starts_with("1 2026-11-21T09:00:00.000Z ")) << lines[0];

  std::ostringstream part;
  ASSERT_TRUE(DumpJournal(data_.path(), 4, 6, part).ok());
  EXPECT_EQ(part.str(), lines[3] + "\n" + lines[4] + "\n" + lines[5] + "\n");
}

}  // namespace
}  // namespace wissel
