// A simulated day of a center with the real engine, for measuring promises of a wait: Poisson
// arrivals by the quarter of an hour with a surge, log-normal handle times, customers whose
// patience is exponential, agents with overlapping skills who come, take breaks and go.
//
// The same seed gives the same day. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <vector>

#include "router/core/engine.h"
#include "router/core/pace.h"
#include "tests/reference/dice.h"

namespace wissel::waits {

// What happened to one item, as the customer saw it.
struct Fate {
  Duration waited;
  bool answered = false;
};

// Whoever watches the day. Called when an item has begun to wait, and when that is over.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void OnEvent(const Event&, const Engine&) {}
  virtual void OnWaiting(ItemId item, QueueId queue, Instant now) = 0;
  virtual void OnFate(ItemId item, const Fate& fate) = 0;
};

class Day {
 public:
  explicit Day(uint64_t seed);

  const Engine& engine() const { return engine_; }
  const Pace& pace() const { return pace_; }
  Instant now() const { return now_; }
  int64_t items() const { return items_; }
  Duration longest_wait() const { return longest_wait_; }
  // Now, more arrive than an ordinary day brings.
  bool surges() const { return surge_from_ <= now_ && now_ < surge_to_; }

  // From the morning to the evening of one day more. Each item that waits is promised what the
  // estimator says of it, if it says anything.
  void Run(const std::vector<Watcher*>& watchers);

 private:
  struct Act {
    Instant at;
    uint64_t number = 0;
    std::function<void()> act;
    bool operator>(const Act& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct Kind {
    std::string name;
    Channel channel = Channel::kVoice;
    Duration answer_within;
    int skill = 0;
    double an_hour = 0;  // at the height of an ordinary day
    double handle_seconds = 0;
    double patience_seconds = 0;  // 0: endless
  };

  void Configure();
  void PlanArrivals(Instant midnight);
  void PlanShift(AgentId agent, Instant midnight);
  void Arrive(size_t kind);
  void At(Instant at, std::function<void()> act);
  // What it was about.
  uint64_t Do(CommandBody command);
  void WakeUntil(Instant to);
  void Tell(const std::vector<Event>& events);
  void React(const Event& event);
  void End(ItemId item, bool answered);

  double Uniform();
  double Exponential(double mean);
  double LogNormal(double mean, double variation);
  Duration Seconds(double s) const { return Duration::Millis(static_cast<int64_t>(s * 1000)); }

  reference::SeededDice dice_;
  Engine engine_;
  Pace pace_;
  Instant now_;
  std::vector<Kind> kinds_;
  std::vector<QueueId> queues_;
  std::vector<AgentId> agents_;
  std::priority_queue<Act, std::vector<Act>, std::greater<>> acts_;
  uint64_t acts_planned_ = 0;
  std::map<ItemId, Instant> waiting_since_;
  std::map<ItemId, size_t> kind_of_;
  std::vector<Watcher*> watchers_;
  int64_t items_ = 0;
  Duration longest_wait_;
  Instant surge_from_;
  Instant surge_to_;
  int day_ = 0;
};

}  // namespace wissel::waits
