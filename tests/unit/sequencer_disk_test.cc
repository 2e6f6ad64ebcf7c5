// The whole shard over a disk that fails: what was answered is there afterwards.
#include <filesystem>
#include <thread>

#include "gtest/gtest.h"
#include "router/journal/sqlite_journal.h"
#include "tests/simulation/vfs_fault.h"
#include "tests/unit/journal_testing.h"
#include "tests/unit/sequencer_testing.h"

namespace wissel {
namespace {

absl::StatusOr<std::unique_ptr<Sequencer>> OpenOver(const FaultyDisk& disk,
                                                    const std::string& directory,
                                                    SequencerOptions options = {}) {
  auto journal = OpenSqliteJournal(directory, {.vfs = disk.vfs(), .checkpoint_pages = 12});
  if (!journal.ok()) return journal.status();
  return Sequencer::Open(*std::move(journal), {}, std::move(options));
}

// What the disk would have if the power went now.
std::unique_ptr<Engine> AfterAPowerCutNow(const FaultyDisk& disk, FaultyDisk::Unsynced unsynced,
                                          uint64_t seed = 0) {
  TemporaryDirectory directory;
  disk.CopyAfterPowerCut(directory.path(), unsynced, seed);
  auto journal = OpenSqliteJournal(directory.path());
  EXPECT_TRUE(journal.ok()) << journal.status();
  if (!journal.ok()) return nullptr;
  auto recovered = Recover(**journal, nullptr, {});
  EXPECT_TRUE(recovered.ok()) << recovered.status();
  return recovered.ok() ? std::make_unique<Engine>(std::move(recovered->engine)) : nullptr;
}

TEST(DurableBeforeVisible, NoAnswerLeavesBeforeItsBatchIsSynced) {
  FaultyDisk disk;
  TemporaryDirectory directory;
  auto sequencer = OpenOver(disk, directory.path());
  ASSERT_TRUE(sequencer.ok()) << sequencer.status();
  std::atomic<int> observed = 0;
  (*sequencer)->AddObserver([&](const CommittedBatch&, const Engine& engine) {
    auto on_disk = AfterAPowerCutNow(disk, FaultyDisk::Unsynced::kLost);
    ASSERT_NE(on_disk, nullptr);
    EXPECT_EQ(on_disk->Digest(), engine.Digest());
    ++observed;
  });
  (*sequencer)->Start();
  SmallCenter center(**sequencer);
  std::atomic<int> answered = 0;
  for (int i = 0; i < 40; ++i) {
    Command command;
    command.body = NewItem(center.queue);
    (*sequencer)->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
      ASSERT_TRUE(outcome.ok());
      auto on_disk = AfterAPowerCutNow(disk, FaultyDisk::Unsynced::kLost);
      ASSERT_NE(on_disk, nullptr);
      EXPECT_NE(on_disk->FindItem(ItemId(outcome->subject)), nullptr);
      ++answered;
    });
  }
  (*sequencer)->Stop();
  EXPECT_EQ(answered, 40);
  EXPECT_GT(observed, 0);
}

TEST(PowerCut, KeepsEveryCommandThatWasAnswered) {
  for (uint64_t cut = 25; cut < 190; cut += 3) {
    FaultyDisk disk;
    TemporaryDirectory directory;
    std::atomic<bool> dead = false;
    SequencerOptions options;
    options.on_fatal = [&](const absl::Status&) { dead = true; };
    auto sequencer = OpenOver(disk, directory.path(), std::move(options));
    ASSERT_TRUE(sequencer.ok()) << sequencer.status();
    (*sequencer)->Start();
    SmallCenter center(**sequencer);
    disk.CutPower(cut);
    std::atomic<uint64_t> last_item = 0;
    std::atomic<int> waiting = 0;
    for (int i = 0; i < 60 && !dead; ++i) {
      Command command;
      command.body = NewItem(center.queue);
      ++waiting;
      (*sequencer)->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
        if (outcome.ok()) last_item = outcome->subject;
        --waiting;
      });
      while (waiting > 3 && !dead) std::this_thread::yield();
    }
    (*sequencer)->Stop();
    for (auto unsynced :
         {FaultyDisk::Unsynced::kLost, FaultyDisk::Unsynced::kKept, FaultyDisk::Unsynced::kSome}) {
      auto engine = AfterAPowerCutNow(disk, unsynced, cut);
      ASSERT_NE(engine, nullptr);
      for (uint64_t item = 1; item <= last_item; ++item)
        ASSERT_NE(engine->FindItem(ItemId(item)), nullptr) << "cut at " << cut;
    }
  }
}

TEST(FullDisk, GoesOnWithoutARestartWhenThereIsRoomAgain) {
  FaultyDisk disk;
  TemporaryDirectory directory;
  auto sequencer = OpenOver(disk, directory.path());
  ASSERT_TRUE(sequencer.ok()) << sequencer.status();
  (*sequencer)->Start();
  SmallCenter center(**sequencer);
  const uint64_t before = Must(**sequencer, NewItem(center.queue));
  const uint64_t digest = DigestNow(**sequencer);

  disk.FailWrites(2, SQLITE_FULL);
  EXPECT_EQ(Ask(**sequencer, NewItem(center.queue)).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(DigestNow(**sequencer), digest);
  EXPECT_FALSE((*sequencer)->writable());

  disk.Mend();
  while (!(*sequencer)->writable()) std::this_thread::yield();
  EXPECT_EQ(Must(**sequencer, NewItem(center.queue)), before + 1) << "the refused one never was";
  const uint64_t after = DigestNow(**sequencer);
  (*sequencer)->Stop();
  sequencer->reset();
  auto again = OpenOver(disk, directory.path());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->engine().Digest(), after);
}

TEST(FailedSync, StopsTheShard) {
  FaultyDisk disk;
  TemporaryDirectory directory;
  std::promise<absl::Status> fatal;
  SequencerOptions options;
  options.on_fatal = [&](const absl::Status& status) { fatal.set_value(status); };
  auto sequencer = OpenOver(disk, directory.path(), std::move(options));
  ASSERT_TRUE(sequencer.ok()) << sequencer.status();
  (*sequencer)->Start();
  SmallCenter center(**sequencer);
  disk.FailSyncs(0, SQLITE_IOERR_FSYNC);
  std::atomic<bool> answered = false;
  Command command;
  command.body = NewItem(center.queue);
  (*sequencer)->Submit(command, [&](const auto&, const Engine&) { answered = true; });
  EXPECT_EQ(fatal.get_future().get().code(), absl::StatusCode::kInternal);
  (*sequencer)->Stop();
  EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace wissel
