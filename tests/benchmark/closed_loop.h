// Drives an engine in a closed loop as the live shard drives it: timers are fired when they are
// due, what is offered is accepted at once, the oldest item held is completed first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "router/core/engine.h"
#include "tests/benchmark/center.h"

namespace wissel::benchmark {

class ClosedLoop {
 protected:
  uint64_t Ask(CommandBody body);
  // Asks, and accepts whatever is offered on the way.
  void Do(CommandBody body);
  void CompleteOldest();
  void PassTime(Duration time) { now_ = now_ + time; }
  // Configured, signed in and available.
  AgentId Employ(AgentConfig config);
  // Nanoseconds an event of so many lives.
  double TimedRound(int lives, const std::function<void()>& live);
  size_t events_seen() const { return events_seen_; }

 private:
  struct Held {
    AgentId agent;
    ItemId item;
  };

  void Wake();
  void AcceptOffers();

  Engine engine_;
  Instant now_ = Instant::FromMillis(1'795'248'000'000);
  std::vector<Event> events_;
  size_t events_seen_ = 0;
  std::deque<Held> held_;
};

// The plain center (center.h): skills, order, offer, accept, complete.
class PlainRules : public ClosedLoop {
 public:
  // Without a backlog half of the agents are idle; with one all are busy.
  explicit PlainRules(int agents = 10'000, int waiting = 10'000);
  double Round();

 private:
  void Enter();

  std::vector<QueueId> queues_;
  Arrivals arrivals_;
};

}  // namespace wissel::benchmark
