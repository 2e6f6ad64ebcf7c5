// How fast items have been answered of late, and how promises of a wait have turned out: a fold
// over events, beside the engine and not part of its state. wait_estimate.h makes estimates of it.
//
// Figures are kept per queue, for the last hour, in twelve pieces of five minutes. What a promise
// turned out to be stretches or shrinks the next ones: of a long run of promises the shares that
// are kept come to those that the figures name, whatever is wrong with the model behind them
// (tracking of a quantile, Robbins & Monro 1951; of intervals, Gibbs & Candes 2021, eq. 2).
//
// Not thread-safe. Each event costs a look-up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/time.h"
#include "router/core/event.h"
#include "router/core/ids.h"
#include "router/core/promise.h"

namespace wissel {

class Engine;

// The factor by which a quantile is corrected, learnt from how often it held.
class Stretch {
 public:
  explicit Stretch(double share) : share_(share) {}
  void Learn(bool kept);
  double factor() const { return factor_; }

 private:
  double share_;  // that is to be kept
  double factor_ = 1;
};

class Pace {
 public:
  static constexpr Duration kPiece = Duration::Minutes(5);
  static constexpr size_t kPieces = 12;

  Pace() = default;
  // As of an engine: what waits and what is handled, and nothing seen yet.
  explicit Pace(const Engine& engine);

  void Fold(const Event& event);

  struct Counts {
    int64_t entered = 0;    // began to wait in the queue
    int64_t answered = 0;   // accepted by an agent
    int64_t abandoned = 0;  // left while waiting
    int64_t freed = 0;      // ended with an agent, who has room again
    Duration rung;          // sum over the answered, from the offer to its accept
    Duration waited;        // sum over the answered and the abandoned
    Duration occupied;      // sum over the freed, from the offer on, without the time parked

    Counts& operator+=(const Counts& other);
  };
  // Of the last `pieces` pieces, the one under way included.
  Counts Recent(QueueId queue, Instant now, size_t pieces = kPieces) const;
  // The time that those cover, less where the record is younger.
  Duration Covered(Instant now, size_t pieces = kPieces) const;

  struct Stretches {
    Stretch p50{0.5};
    Stretch p80{0.82};  // a little more than is said: a customer minds a broken promise more
  };
  const Stretches& StretchesOf(QueueId queue) const;

 private:
  struct Piece {
    int64_t number = -1;  // of five minutes since the epoch
    Counts counts;
  };
  struct OfQueue {
    std::array<Piece, kPieces> pieces;
    Stretches stretches;
    bool wrap_up_blocks = true;
  };
  // An item that has not ended.
  struct Open {
    QueueId queue;
    Instant since;  // waits
    std::optional<Instant> occupies_since;
    Instant offered;
    Instant parked;
    std::optional<Promise> promise;
  };

  void On(const QueueConfigured& e, Instant at);
  void On(const QueueDeleted& e, Instant at);
  void On(const ItemEntered& e, Instant at);
  void On(const ItemReleased& e, Instant at);
  void On(const ItemTransferred& e, Instant at);
  void On(const ItemReturned& e, Instant at);
  void On(const ItemOverflowed& e, Instant at);
  void On(const ItemAbandoned& e, Instant at);
  void On(const ItemCancelled& e, Instant at);
  void On(const ItemExpired& e, Instant at);
  void On(const ItemMerged& e, Instant at);
  void On(const ItemInformed& e, Instant at);
  void On(const CallbackPromised& e, Instant at);
  void On(const ItemPaused& e, Instant at);
  void On(const ItemPostponed& e, Instant at);
  void On(const OfferMade& e, Instant at);
  void On(const OfferAccepted& e, Instant at);
  void On(const ItemAssigned& e, Instant at);
  void On(const ItemPulledBack& e, Instant at);
  void On(const ItemHandedOver& e, Instant at);
  void On(const ItemSetAside& e, Instant at);
  void On(const ItemWoken& e, Instant at);
  void On(const ItemRequeued& e, Instant at);
  void On(const ItemParked& e, Instant at);
  void On(const ItemResumed& e, Instant at);
  void On(const WrapUpStarted& e, Instant at);
  void On(const ItemCompleted& e, Instant at);
  void On(const WaitPromised& e, Instant at);
  // The rest says nothing of how fast items are answered.
  template <class Other>
  void On(const Other&, Instant) {}

  OfQueue& QueueAt(QueueId queue);
  Counts& Now(QueueId queue, Instant at);
  // Null for an item from before the record began.
  Open* Find(ItemId item);
  void BeginWait(Open& open, QueueId queue, Instant at);
  void Free(Open& open, Instant at);
  void Learn(Open& open, Instant at, bool answered);

  std::optional<Instant> began_;
  std::vector<OfQueue> queues_;  // by id
  absl::flat_hash_map<ItemId, Open> open_;
};

}  // namespace wissel
