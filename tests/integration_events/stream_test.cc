// Whatever becomes of the readers of a stream, each gets every event that it asked for exactly once
// and in order. Over worlds of the whole engine (tests/simulation): the journal grows a few rows at
// a time, readers come, are slow, leave anywhere, and come back with their last position.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "fmt/format.h"
#include "integration/events/follower.h"
#include "integration/events/hub.h"
#include "router/journal/codec.h"
#include "router/journal/memory_journal.h"
#include "tests/simulation/journaling_subject.h"
#include "tests/simulation/simulation.h"

namespace wissel::events {
namespace {

using Batches = std::vector<simulation::JournalingSubject::Batch>;

Batches World(uint64_t seed, double hours) {
  simulation::SimulationOptions options = simulation::WorldOfSeed(seed, hours);
  auto subject = std::make_shared<simulation::JournalingSubject>(simulation::SmallOptions());
  options.subject = subject;
  EXPECT_TRUE(simulation::Simulate(options).ok());
  return subject->journal();
}

// A shard that does again what was recorded.
class Replay : public Shard {
 public:
  explicit Replay(Batches batches)
      : batches_(std::move(batches)),
        engine_(simulation::SmallOptions()),
        journal_(*OpenMemoryJournal(store_)),
        epoch_(*journal_->AcquireEpoch()) {}

  bool over() const { return next_ == batches_.size(); }
  void Step() {
    const std::vector<Event>& events = batches_[next_++].events;
    std::string payload;
    for (const Event& event : events) {
      engine_.Record(event);
      AppendEvent(payload, event);
      now_ms_ = event.at.millis();
    }
    const CommittedBatch batch{last_sequence_ + 1, events};
    ASSERT_TRUE(
        journal_->Append({epoch_, batch.first_sequence, batch.last_sequence()}, payload).ok());
    last_sequence_ = batch.last_sequence();
    for (const Observer& observer : observers_) observer(batch, engine_);
  }
  std::unique_ptr<JournalReader> Reader() { return *journal_->OpenReader(); }
  JournalPosition position() { return journal_->Tail()->end; }
  const Engine& engine() const { return engine_; }

  void Submit(Command, Done) override { std::abort(); }
  bool Read(std::function<void(const Engine&)>) override { return false; }
  void AddObserver(Observer observer) override { observers_.push_back(std::move(observer)); }
  std::shared_ptr<const Directory> directory() const override { return nullptr; }
  uint64_t last_sequence() const override { return last_sequence_; }
  Instant now() const override { return Instant::FromMillis(now_ms_); }

 private:
  const Batches batches_;
  size_t next_ = 0;
  Engine engine_;
  std::shared_ptr<MemoryJournalStore> store_ = MakeMemoryJournalStore();
  std::unique_ptr<Journal> journal_;
  const uint64_t epoch_;
  std::vector<Observer> observers_;
  std::atomic<uint64_t> last_sequence_ = 0;
  std::atomic<int64_t> now_ms_ = 0;
};

std::string BytesOf(const PublishedPtr& event) { return event->event.SerializeAsString(); }

// What a reader of everything sees.
std::deque<PublishedPtr> All(Replay& shard) {
  std::deque<PublishedPtr> all;
  const auto reader = shard.Reader();
  Follower follower = Follower::From("/wissel", nullptr, 0);
  EXPECT_TRUE(follower.ReadOn(*reader, SIZE_MAX, 0, all).ok());
  return all;
}

// One connection of a reader. The hub's thread gives, the test's thread looks and makes room.
class Connection : public Consumer {
 public:
  explicit Connection(size_t room) : room_(room) {}
  size_t room() override { return room_; }
  void Take(std::vector<PublishedPtr> events, uint64_t position) override {
    std::lock_guard lock(mutex_);
    EXPECT_LE(events.size(), room_);
    room_ -= std::min<size_t>(room_, std::max<size_t>(1, events.size()));
    EXPECT_GE(position, position_);
    position_ = position;
    events_.insert(events_.end(), events.begin(), events.end());
  }
  void End(const absl::Status& status) override {
    std::lock_guard lock(mutex_);
    status_ = status;
  }

  // Room never shrinks but by what is taken.
  void GiveRoom(size_t room) { room_ += room; }
  std::vector<PublishedPtr> events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }
  uint64_t position() const {
    std::lock_guard lock(mutex_);
    return position_;
  }
  absl::Status status() const {
    std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::atomic<size_t> room_;
  mutable std::mutex mutex_;
  std::vector<PublishedPtr> events_;
  uint64_t position_ = 0;
  absl::Status status_;
};

// Someone who reads through many connections, and keeps what came before the line broke.
class Reader {
 public:
  Reader(Hub& hub, Filter filter, uint64_t seed)
      : hub_(hub), filter_(std::move(filter)), dice_(seed) {
    Connect(0);
  }

  void Step() {
    switch (dice_() % 8) {
      case 0:
        return Break();
      case 1:
      case 2:
        return;  // reads nothing for a while
      default:
        connection_->GiveRoom(1 + dice_() % 7);
        hub_.Wake();
    }
  }
  void ReadToTheEnd() {
    connection_->GiveRoom(1'000'000);
    hub_.Wake();
    hub_.Settle();
    Break();
  }
  const std::vector<std::string>& got() const { return got_; }
  const Filter& filter() const { return filter_; }

 private:
  // What the line broke off was read up to some event; the reader knows that one's id, or, having
  // read all, the position.
  void Break() {
    hub_.Leave(connection_);
    hub_.Settle();
    const std::vector<PublishedPtr> events = connection_->events();
    const size_t read = events.empty() ? 0 : dice_() % (events.size() + 1);
    for (size_t i = 0; i < read; ++i) got_.push_back(BytesOf(events[i]));
    const bool all = read == events.size() && dice_() % 2 == 0;
    if (read > 0) last_ = events[read - 1]->sequence;
    if (all) last_ = std::max(last_, connection_->position());
    Connect(last_);
  }
  void Connect(uint64_t after) {
    connection_ = std::make_shared<Connection>(dice_() % 4);
    hub_.Subscribe(connection_, after, filter_);
  }

  Hub& hub_;
  const Filter filter_;
  std::mt19937_64 dice_;
  uint64_t last_ = 0;
  std::shared_ptr<Connection> connection_;
  std::vector<std::string> got_;
};

std::vector<Filter> SomeFilters() {
  return {Filter{}, Filter{{"wissel.work_item.completed.v1"}, {}, ""},
          Filter{{"wissel.agent.", "wissel.queue."}, {}, ""},
          Filter{{}, {"queues/queue-1", "queues/q1"}, ""}, Filter{{"wissel.notice."}, {}, ""}};
}

class StreamOverWorlds : public testing::TestWithParam<uint64_t> {};

TEST_P(StreamOverWorlds, EveryReaderGetsEveryEventOnceAndInOrder) {
  const uint64_t seed = GetParam();
  std::mt19937_64 dice(seed);
  Replay shard(World(seed, 5));
  const auto folder = std::filesystem::path(testing::TempDir()) / fmt::format("stream-{}", seed);
  std::filesystem::create_directories(folder);
  const SnapshotStore snapshots(folder.string());
  for (uint64_t i = dice() % 500; i > 0 && !shard.over(); --i) shard.Step();
  auto hub =
      *Hub::Open(shard, shard.engine(), shard.Reader(), {.snapshots = &snapshots, .window = 30});
  hub->Start();
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 12; ++i) {
    const auto filters = SomeFilters();
    readers.push_back(std::make_unique<Reader>(*hub, filters[dice() % filters.size()], dice()));
  }
  while (!shard.over()) {
    for (uint64_t i = dice() % 40; i > 0 && !shard.over(); --i) shard.Step();
    for (auto& reader : readers) reader->Step();
    if (dice() % 20 == 0) {
      ASSERT_TRUE(snapshots.Save(TakeSnapshot(shard.engine(), shard.position())).ok());
    }
  }
  const std::deque<PublishedPtr> all = All(shard);
  ASSERT_GT(all.size(), 100u);
  for (auto& reader : readers) {
    std::vector<std::string> wanted;
    for (const PublishedPtr& event : all) {
      if (reader->filter().Passes(*event)) wanted.push_back(BytesOf(event));
    }
    for (int i = 0; i < 1000 && reader->got().size() < wanted.size(); ++i) reader->ReadToTheEnd();
    EXPECT_EQ(reader->got().size(), wanted.size());
    EXPECT_TRUE(reader->got() == wanted) << "seed " << seed;
  }
  hub->Stop();
  std::filesystem::remove_all(folder);
}
INSTANTIATE_TEST_SUITE_P(Seeds, StreamOverWorlds, testing::Range<uint64_t>(1, 9));

// More who read back and have stopped taking than there are readings at once.
TEST(Stream, WhoTakesNothingHoldsUpNobody) {
  Replay shard(World(1, 1));
  auto hub = *Hub::Open(shard, shard.engine(), shard.Reader(), {.window = 5});
  hub->Start();
  while (!shard.over()) shard.Step();
  hub->Settle();
  std::vector<std::shared_ptr<Connection>> stuck;
  for (int i = 0; i < 20; ++i) {
    stuck.push_back(std::make_shared<Connection>(1));
    hub->Subscribe(stuck.back(), 0, Filter{});
  }
  hub->Settle();
  const auto reader = std::make_shared<Connection>(1'000'000);
  hub->Subscribe(reader, 0, Filter{});
  hub->Settle();
  const std::deque<PublishedPtr> all = All(shard);
  ASSERT_GT(all.size(), 20u);
  EXPECT_EQ(reader->events().size(), all.size());
  // And they go on where they were.
  for (const auto& one : stuck) {
    EXPECT_EQ(one->events().size(), 1u);
    one->GiveRoom(1'000'000);
  }
  hub->Wake();
  hub->Settle();
  for (const auto& one : stuck) {
    ASSERT_EQ(one->events().size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(BytesOf(one->events()[i]), BytesOf(all[i]));
    }
  }
  hub->Stop();
}

TEST(Worlds, TellAlmostEveryTypeAndNameWhatItIsAbout) {
  std::set<EventType> seen;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Replay shard(World(seed, 5));
    while (!shard.over()) shard.Step();
    for (const PublishedPtr& event : All(shard)) {
      seen.insert(event->type);
      const v1::CloudEvent& e = event->event;
      ASSERT_FALSE(e.subject().empty()) << e.ShortDebugString();
      if (e.type().find(".work_item.") == std::string::npos) continue;
      // Whatever happens to an item is known to belong to its queue.
      ASSERT_FALSE(e.data().queue().empty()) << e.ShortDebugString();
      ASSERT_NE(e.data().channel(), v1::CHANNEL_UNSPECIFIED) << e.ShortDebugString();
      ASSERT_EQ(e.data().offer().rfind("/offers/", 0), std::string::npos) << e.ShortDebugString();
    }
  }
  // Some happen too seldom in these worlds.
  EXPECT_GE(seen.size(), kEventTypes - 8);
}

TEST(Follower, KnowsTheSameWhereverItBegan) {
  Replay shard(World(3, 4));
  const auto folder = std::filesystem::path(testing::TempDir()) / "follower";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const SnapshotStore snapshots(folder.string());
  uint64_t taken = 0;
  for (int i = 0; !shard.over(); ++i) {
    shard.Step();
    if (i != 700) continue;
    taken = shard.last_sequence();
    ASSERT_TRUE(snapshots.Save(TakeSnapshot(shard.engine(), shard.position())).ok());
  }
  const auto reader = shard.Reader();
  Follower late = Follower::From("/wissel", &snapshots, taken + 10);
  EXPECT_EQ(late.sequence(), taken);
  Follower early = Follower::From("/wissel", &snapshots, taken - 1);
  EXPECT_EQ(early.sequence(), 0u);
  std::deque<PublishedPtr> from_late, from_early;
  ASSERT_TRUE(late.ReadOn(*reader, SIZE_MAX, taken + 10, from_late).ok());
  ASSERT_TRUE(early.ReadOn(*reader, SIZE_MAX, taken + 10, from_early).ok());
  ASSERT_EQ(from_late.size(), from_early.size());
  for (size_t i = 0; i < from_late.size(); ++i) {
    ASSERT_EQ(BytesOf(from_late[i]), BytesOf(from_early[i]));
  }
  EXPECT_TRUE(late.book().items() == early.book().items());
  std::filesystem::remove_all(folder);
}

TEST(Stream, BeyondTheEndIsOutOfRange) {
  Replay shard(World(1, 1));
  while (!shard.over()) shard.Step();
  auto hub = *Hub::Open(shard, shard.engine(), shard.Reader(), {});
  hub->Start();
  auto lost = std::make_shared<Connection>(1);
  hub->Subscribe(lost, shard.last_sequence() + 1, {});
  hub->Settle();
  EXPECT_EQ(lost->status().code(), absl::StatusCode::kOutOfRange);
  auto good = std::make_shared<Connection>(1);
  hub->Subscribe(good, shard.last_sequence(), {});
  hub->Settle();
  EXPECT_TRUE(good->status().ok());
  EXPECT_EQ(hub->consumers(), 1u);
  hub->Stop();
  EXPECT_EQ(good->status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::events
