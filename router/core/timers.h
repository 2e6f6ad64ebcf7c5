// When the engine wants to be woken. An entry is only a hint that something may be due: whoever
// takes it looks at the state, which alone says what is. So nothing has to be taken out when plans
// change, and a state that was saved and restored has the same timers as one that was not.
//
// Entries fire in the order of (due time, kind, subject).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "router/core/monotone_queue.h"

namespace wissel {

enum class TimerKind : uint8_t {
  kQueueHours,      // subject: queue
  kReconnect,       // agent
  kOfferDeadline,   // item
  kWrapUp,          // item
  kKeep,            // item
  kStep,            // item
  kRetry,           // item
  kShow,            // item
  kOverflow,        // item
  kExpire,          // item
  kRelease,         // item
  kNoticeEnds,      // notice
  kPartnersSettle,  // queue
  kSilence,         // item
};
inline constexpr int kTimerKinds = 14;
// Of an item that waits, or begins to, and may have an agent now.
constexpr bool LetsAnItemLook(TimerKind kind) {
  return kind >= TimerKind::kKeep && kind <= TimerKind::kRelease;
}

struct Timer {
  Instant due;
  TimerKind kind = TimerKind::kQueueHours;
  uint64_t subject = 0;
  auto operator<=>(const Timer&) const = default;
};

class Timers {
 public:
  void Add(TimerKind kind, Instant due, uint64_t subject) {
    const Timer timer{due, kind, subject};
    auto& queue = queues_[static_cast<size_t>(kind)];
    queue.Push(timer);
    if (!next_ || timer < *next_) next_ = timer;
    if (queue.size() >= sweep_at_[static_cast<size_t>(kind)]) sweep_due_ = true;
  }

  const std::optional<Timer>& Next() const { return next_; }
  // The first of its kind.
  void Pop(TimerKind kind) {
    queues_[static_cast<size_t>(kind)].Pop();
    FindNext();
  }

  // Some kind has grown to twice what its last sweep left; Sweep all, then Swept.
  bool sweep_due() const { return sweep_due_; }
  void Swept() {
    sweep_due_ = false;
    FindNext();
  }

  // Drops hints that `holds` denies, from kinds that have grown to twice what the last sweep left.
  template <class Holds>
  void Sweep(TimerKind kind, Holds holds) {
    auto& queue = queues_[static_cast<size_t>(kind)];
    size_t& limit = sweep_at_[static_cast<size_t>(kind)];
    if (queue.size() < limit) return;
    queue.Compact(holds);
    limit = std::max(kSmallestSweep, 2 * queue.size());
  }

 private:
  void FindNext() {
    next_.reset();
    for (const auto& queue : queues_) {
      if (!queue.empty() && (!next_ || queue.Top() < *next_)) next_ = queue.Top();
    }
  }

  static constexpr size_t kSmallestSweep = 65'536;
  std::array<MonotoneQueue<Timer>, kTimerKinds> queues_;
  std::optional<Timer> next_;  // the first of all
  bool sweep_due_ = false;
  std::array<size_t, kTimerKinds> sweep_at_ = [] {
    std::array<size_t, kTimerKinds> sizes;
    sizes.fill(kSmallestSweep);
    return sizes;
  }();
};

}  // namespace wissel
