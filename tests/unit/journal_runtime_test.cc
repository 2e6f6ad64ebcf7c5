#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "base/runtime/engine_clock.h"
#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/task_thread.h"
#include "base/runtime/thread.h"
#include "gtest/gtest.h"

namespace wissel {
namespace {

TEST(Inbox, GivesEverythingAtOnceInOrder) {
  Inbox<int> inbox(10);
  for (int i : {1, 2, 3}) EXPECT_EQ(inbox.Push(i), PushResult::kPushed);
  std::vector<int> items;
  EXPECT_TRUE(inbox.Drain(items, std::nullopt));
  EXPECT_EQ(items, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(inbox.size(), 0u);
}

TEST(Inbox, TurnsAwayWhenFullAndKeepsTheItem) {
  Inbox<std::string> inbox(1);
  std::string first = "first", second = "second";
  EXPECT_EQ(inbox.Push(first), PushResult::kPushed);
  EXPECT_EQ(inbox.Push(second), PushResult::kFull);
  EXPECT_EQ(second, "second");
  EXPECT_EQ(inbox.Push(second, 1), PushResult::kPushed) << "one beyond the capacity";
}

TEST(Inbox, GivesWhatCameBeforeTheClose) {
  Inbox<int> inbox(10);
  int item = 1;
  inbox.Push(item);
  inbox.Close();
  EXPECT_EQ(inbox.Push(item), PushResult::kClosed);
  std::vector<int> items;
  EXPECT_TRUE(inbox.Drain(items, std::nullopt));
  EXPECT_EQ(items.size(), 1u);
  items.clear();
  EXPECT_FALSE(inbox.Drain(items, std::nullopt));
}

TEST(Inbox, ReturnsEmptyAtTheDeadline) {
  Inbox<int> inbox(10);
  std::vector<int> items;
  EXPECT_TRUE(inbox.Drain(items, std::chrono::steady_clock::now()));
  EXPECT_TRUE(items.empty());
}

TEST(Inbox, LosesNothingFromManySenders) {
  constexpr int kSenders = 4, kEach = 5000;
  Inbox<int> inbox(kSenders * kEach);
  std::vector<std::unique_ptr<Thread>> senders;
  for (int s = 0; s < kSenders; ++s) {
    senders.push_back(std::make_unique<Thread>("sender", [&inbox, s] {
      for (int i = 0; i < kEach; ++i) {
        int item = s * kEach + i;
        ASSERT_EQ(inbox.Push(item), PushResult::kPushed);
      }
    }));
  }
  std::vector<int> next(kSenders, 0);
  for (int seen = 0; seen < kSenders * kEach;) {
    std::vector<int> items;
    ASSERT_TRUE(inbox.Drain(items, std::nullopt));
    for (int item : items) {
      EXPECT_EQ(item % kEach, next[item / kEach]++) << "each sender's items keep their order";
      ++seen;
    }
  }
}

TEST(TaskThread, DoesWhatCameBeforeAndAfterItsStartInOrder) {
  TaskThread room("room", 10);
  std::vector<int> done;
  EXPECT_TRUE(room.Ask([&] { done.push_back(1); }).ok());
  EXPECT_TRUE(room.Post([&] { done.push_back(2); }));
  int rounds = 0;
  room.Start([&]() -> std::optional<Duration> {
    ++rounds;
    return std::nullopt;
  });
  EXPECT_TRUE(room.Ask([&] { done.push_back(3); }).ok());
  EXPECT_TRUE(room.Settle());
  EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(rounds, 1);
}

TEST(TaskThread, TurnsAwayWhoAsksWhenTooManyWaitAndNoAnswer) {
  TaskThread room("room", 1);
  EXPECT_TRUE(room.Ask([] {}).ok());
  EXPECT_EQ(room.Ask([] {}).code(), absl::StatusCode::kResourceExhausted);
  bool answered = false;
  EXPECT_TRUE(room.Post([&] { answered = true; }));
  room.Start([] { return std::nullopt; });
  EXPECT_TRUE(room.Settle());
  EXPECT_TRUE(answered);
}

TEST(TaskThread, ComesBackWhenSomethingIsDue) {
  TaskThread room("room", 1);
  std::promise<void> thrice;
  room.Start([&, calls = 0]() mutable -> std::optional<Duration> {
    if (++calls < 3) return Duration();
    if (calls == 3) thrice.set_value();
    return std::nullopt;
  });
  EXPECT_TRUE(room.Post([] {}));  // the first round; nothing else is asked
  thrice.get_future().wait();
}

TEST(TaskThread, StillDoesAtTheEndWhatWasGiven) {
  bool done = false;
  TaskThread room("room", 1);
  const auto post = room.poster();
  room.Start([] { return std::nullopt; });
  post([&] { done = true; });
  room.Stop();
  EXPECT_TRUE(done);
  EXPECT_EQ(room.Ask([] {}).code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(room.Settle());
  post([] {});  // whoever outlives it does no harm
}

TEST(EngineClock, FollowsTheSteadyClockNotTheWall) {
  Instant wall = Instant::FromMillis(1'000'000);
  Duration steady = Duration::Millis(77);
  EngineClock clock(Instant(), {[&] { return wall; }, [&] { return steady; }});
  EXPECT_EQ(clock.now(), Instant::FromMillis(1'000'000));
  wall = wall + Duration::Hours(1);
  EXPECT_EQ(clock.now(), Instant::FromMillis(1'000'000));
  steady += Duration::Seconds(2);
  wall = Instant();
  EXPECT_EQ(clock.now(), Instant::FromMillis(1'002'000));
}

TEST(EngineClock, StartsNoEarlierThanTheLastTimeKnown) {
  const Instant last = Instant::FromMillis(5'000'000);
  Duration steady;
  EngineClock clock(last, {[] { return Instant::FromMillis(1'000'000); }, [&] { return steady; }});
  EXPECT_EQ(clock.now(), last);
  steady += Duration::Millis(1);
  EXPECT_EQ(clock.now(), last + Duration::Millis(1));
}

TEST(Log, WritesOneLineWithQuotedValues) {
  EXPECT_EQ(FormatLogLine(1795251620042, LogLevel::kWarning, "the journal cannot be written",
                          {{"sequence", 7}, {"reason", "disk \"a\"\nfull"}, {"none", ""}}),
            "2026-11-21T09:00:20.042Z warning the journal cannot be written sequence=7 "
            "reason=\"disk \\\"a\\\"\\x0afull\" none=\"\"");
}

TEST(Ticker, TicksUntilStopped) {
  std::promise<void> third;
  int ticks = 0;
  Ticker ticker("ticker", Duration::Millis(1), [&] {
    if (++ticks == 3) third.set_value();
  });
  third.get_future().wait();
  ticker.Stop();
  const int stopped_at = ticks;
  EXPECT_GE(stopped_at, 3);
  ticker.Stop();
  EXPECT_EQ(ticks, stopped_at);
}

}  // namespace
}  // namespace wissel
