// What happened in each quarter of an hour (UTC), queue by queue: the board's books cut at the
// quarters, and arrivals by topic. A fold beside the board; whoever keeps history takes it away
// from time to time.
//
// Everything is counted in the quarter in which it happened: a contact that arrives at 9:14 and is
// answered at 9:16 is offered in the first and answered in the second. Hence, over quarters in a
// row, offered - answered - abandoned - ended_otherwise is what was added to the waiting. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/core/board.h"
#include "metrics/core/rows.h"
#include "router/core/event.h"

namespace wissel::metrics {

inline constexpr Duration kInterval = Duration::Minutes(15);
Instant StartOfInterval(Instant t);

// The queue that a contact from outside was meant for. None: appointments and outbound items are
// the center's own doing, and no arrivals. Nor is a consult, which only ConsultStarted tells, the
// event behind it: who counts takes it back then.
std::optional<QueueId> ArrivalAt(const ItemEntered& entered, Instant at);

struct IntervalCounts {
  DayCounters counters;  // offered: stays that began in it
  int64_t arrivals = 0;
  int64_t waiting = 0;  // after the last change in it

  bool operator==(const IntervalCounts&) const = default;
};

struct IntervalKey {
  std::string queue;  // its name, "tax"
  Instant start;

  auto operator<=>(const IntervalKey&) const = default;
};
struct ChannelKey {
  std::string queue;
  Channel channel = Channel::kVoice;
  Instant start;

  auto operator<=>(const ChannelKey&) const = default;
};
struct TopicKey {
  std::string queue;
  std::string topic;
  Instant start;

  auto operator<=>(const TopicKey&) const = default;
};

// What the events after `after` up to `sequence` add to the history.
struct IntervalBatch {
  uint64_t after = 0;
  uint64_t sequence = 0;
  std::map<IntervalKey, IntervalCounts> queues;
  // The same, each event by the channel of its item; `waiting` is the queue's. A call for which a
  // callback was promised is a callback from then on.
  std::map<ChannelKey, IntervalCounts> channels;
  std::map<TopicKey, int64_t> topics;
  std::set<Instant> alive;  // quarters in which the center was seen at work
  std::string time_zone;    // of the center, as configured then; empty: not known yet
};

class IntervalFold {
 public:
  // Counts what comes after what the board includes.
  void Begin(const Board& board);
  // `after`: the board that includes the event; once for each event.
  void Count(const Event& event, const Board& after);
  // The center is at work, whether something happens or not.
  void SeeAlive(Instant now) { batch_.alive.insert(StartOfInterval(now)); }

  // Where the counts that have not been taken begin: they are of what came after this event.
  uint64_t after() const { return batch_.after; }

  // Since the last time, or the beginning.
  IntervalBatch Take();

 private:
  struct Arrival {
    QueueId queue;
    Channel channel;
    const std::string& topic;
    Instant start;
  };
  void CountArrival(const Arrival& arrival, int64_t many, const Directory& directory);

  uint64_t version_ = 0;
  std::vector<DayCounters> last_;  // by queue
  IntervalBatch batch_;
};

}  // namespace wissel::metrics
