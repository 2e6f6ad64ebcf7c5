// Lists in random worlds: whatever people, clocks and managers do, nobody is called twice at once,
// too often, or too late, and every entry ends once.
#include "channels/outbound/core/list.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wissel::outbound {
namespace {

constexpr Instant kStart = Instant::FromMillis(1'772'442'000'000);

Entry Waiting(int64_t number, Instant next = kStart) {
  Entry entry;
  entry.number = number;
  entry.contact = "outbounds/" + std::to_string(number);
  entry.next = next;
  return entry;
}

TEST(ListTest, OpensThoseThatAreLongestDueAndNoMoreThanHaveRoom) {
  List list({.most_open = 2}, Phase::kRunning);
  list.Put(Waiting(1, kStart + Duration::Seconds(2)));
  list.Put(Waiting(2, kStart + Duration::Seconds(1)));
  list.Put(Waiting(3, kStart));
  EXPECT_TRUE(list.Next(kStart - Duration::Millis(1), 10).empty());
  EXPECT_EQ(list.NextTime(), kStart);
  const std::vector<Entry> next = list.Next(kStart + Duration::Seconds(5), 10);
  ASSERT_EQ(next.size(), 2u);
  EXPECT_EQ(next[0].number, 3);
  EXPECT_EQ(next[1].number, 2);
  for (const Entry& entry : next) list.Put(entry);
  EXPECT_TRUE(list.Next(kStart + Duration::Seconds(5), 10).empty());
  EXPECT_EQ(list.NextTime(), std::nullopt) << "there is no room";
}

TEST(ListTest, APausedListOpensNothingAndKeepsItsDeadlines) {
  List list({.most_open = 5}, Phase::kPaused);
  Entry entry = Waiting(1);
  entry.deadline = kStart + Duration::Minutes(1);
  list.Put(entry);
  EXPECT_TRUE(list.Next(kStart, 10).empty());
  EXPECT_EQ(list.NextTime(), entry.deadline);
  EXPECT_TRUE(list.Over(*entry.deadline - Duration::Millis(1), 10).empty());
  const std::vector<Entry> over = list.Over(*entry.deadline, 10);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].state, EntryState::kExpired);
}

TEST(ListTest, FewerAttemptsThanWereMadeEndAnEntry) {
  List list({.most_open = 1, .attempts = 3}, Phase::kRunning);
  Entry entry = Waiting(1);
  entry.attempts = 2;
  list.Put(entry);
  EXPECT_TRUE(list.Over(kStart, 10).empty());
  list.SetRules({.most_open = 1, .attempts = 2});
  EXPECT_TRUE(list.Next(kStart, 10).empty());
  ASSERT_EQ(list.Over(kStart, 10).size(), 1u);
  EXPECT_EQ(list.Over(kStart, 10)[0].state, EntryState::kNoAnswer);
}

TEST(EntryTest, WhatTheEngineDidNotTakeIsNoAttempt) {
  const ListRules rules{.most_open = 1, .attempts = 1};
  const Entry after =
      After(Opened(Waiting(1)), AttemptEnd::kNotMade, 0, rules, Phase::kRunning, kStart);
  EXPECT_EQ(after.state, EntryState::kPending);
  EXPECT_EQ(after.attempts, 0);
  EXPECT_GT(after.next, kStart);
  EXPECT_EQ(after.items, 1) << "the next request is another one";
}

// A list, an engine that does as it likes, and a disk.
class World {
 public:
  explicit World(uint32_t seed) : random_(seed), list_(SomeRules(), Phase::kRunning) {
    for (int64_t number = 1; number <= 1 + Pick(60); ++number) {
      Entry entry = Waiting(number, kStart + Duration::Minutes(Pick(90)));
      if (Pick(2) == 0) entry.deadline = kStart + Duration::Minutes(Pick(600));
      Put(entry);
    }
  }

  void Run() {
    for (int step = 0; step < 3'000 && !Done(); ++step) Step();
    if (list_.phase() == Phase::kPaused) list_.SetPhase(Phase::kRunning);
    for (int step = 0; step < 20'000 && !Done(); ++step) Step(/*quiet=*/true);
    EXPECT_TRUE(Done()) << "an entry has no outcome";
    for (const auto& [number, entry] : disk_) EXPECT_EQ(outcomes_[number], 1) << number;
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  ListRules SomeRules() {
    return {.most_open = 1 + Pick(5),
            .attempts = 1 + Pick(4),
            .pause = Duration::Minutes(1 + Pick(200))};
  }
  bool Done() const { return list_.entries().empty(); }

  void Put(const Entry& entry) {
    const auto before = disk_.find(entry.number);
    if (before != disk_.end()) {
      EXPECT_FALSE(IsOutcome(before->second.state)) << "it has ended already";
    }
    if (IsOutcome(entry.state)) ++outcomes_[entry.number];
    disk_[entry.number] = entry;
    list_.Put(entry);
    int open = 0;
    for (const auto& [number, each] : disk_) open += each.state == EntryState::kOpen ? 1 : 0;
    EXPECT_EQ(open, list_.open());
  }

  void Step(bool quiet = false) {
    now_ = now_ + Duration::Millis(Pick(20 * 60'000));
    for (const Entry& entry : list_.Over(now_, 1 + Pick(10))) Put(entry);
    const int room = list_.rules().most_open - list_.open();
    const std::vector<Entry> next = list_.Next(now_, 1 + Pick(10));
    EXPECT_LE(static_cast<int>(next.size()), std::max(room, 0));
    for (const Entry& entry : next) {
      const Entry& before = disk_.at(entry.number);
      EXPECT_EQ(before.state, EntryState::kPending) << "called twice at once";
      EXPECT_LE(before.next, now_) << "called too early";
      EXPECT_LT(before.attempts, list_.rules().attempts) << "called too often";
      if (before.deadline) EXPECT_LT(now_, *before.deadline) << "called too late";
      EXPECT_EQ(list_.phase(), Phase::kRunning);
      Put(entry);
    }
    std::vector<Entry> open;
    for (const auto& [number, entry] : list_.entries()) {
      if (entry.state == EntryState::kOpen) open.push_back(entry);
    }
    for (const Entry& entry : open) {
      if (Pick(2) == 0) End(entry);
    }
    if (!quiet && Pick(20) == 0) list_.SetRules(SomeRules());
    if (!quiet && Pick(20) == 0) list_.SetPhase(Pick(2) == 0 ? Phase::kPaused : Phase::kRunning);
    if (!quiet && Pick(400) == 0) list_.SetPhase(Phase::kStopped);
    if (Pick(10) == 0) Restart();
  }

  void End(const Entry& entry) {
    // Most people do not answer.
    const int dice = Pick(20);
    const AttemptEnd end = dice < 9 ? static_cast<AttemptEnd>(dice + 1) : AttemptEnd::kMissed;
    const Entry after = After(entry, end, 1, list_.rules(), list_.phase(), now_);
    const bool counts = end == AttemptEnd::kMissed || end == AttemptEnd::kLost;
    EXPECT_EQ(after.attempts, entry.attempts + (counts ? 1 : 0));
    if (counts && !IsOutcome(after.state)) {
      EXPECT_EQ(after.next, now_ + list_.rules().pause) << "called again too soon";
    }
    Put(after);
  }

  // From what is on the disk the list is what it was.
  void Restart() {
    List list(list_.rules(), list_.phase());
    for (const auto& [number, entry] : disk_) list.Put(entry);
    EXPECT_EQ(list.entries(), list_.entries());
    EXPECT_EQ(list.NextTime(), list_.NextTime());
    list_ = std::move(list);
  }

  std::mt19937 random_;
  List list_;
  Instant now_ = kStart;
  std::map<int64_t, Entry> disk_;
  std::map<int64_t, int> outcomes_;
};

TEST(ListTest, RandomWorlds) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    World(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace wissel::outbound
