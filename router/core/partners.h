// The accounts of partners who share the work of a queue: exact credit, and what was taken in the
// running settlement interval. Plain values; State keeps one book for each queue with an
// allocation.
//
// Of every decision each partner gains its share, and who takes the item pays for it: the taker
// pays every other partner that partner's share. So the credits of all make zero at every moment,
// and after N decisions a partner has taken (N x share - credit) / sum of shares of them, exactly.
// Nobody gains beyond kMostDecisionsOwed decisions, and what one may not gain the taker need not
// pay: a partner that was away finds at most so many waiting for it. What it would have gained
// beyond is forgotten, which is the one thing that the exactness gives way to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "router/core/config.h"
#include "router/core/event.h"

namespace wissel {

// A partner is owed at most so many decisions.
inline constexpr int32_t kMostDecisionsOwed = 10;
// Fewer taken in an interval say nothing about a service level.
inline constexpr uint32_t kLeastTakenForFloor = 10;

// How one partner stands beside the others of an allocation: smallest goes first.
struct PartnerTurn {
  bool outside = false;  // not of the allocation
  bool below_floor = false;
  int32_t owes = 0;  // minus the credit
  size_t place = 0;  // in the order of the configuration

  auto operator<=>(const PartnerTurn&) const = default;
};

class PartnerBook {
 public:
  // Accounts at zero; no allocation: none.
  void Begin(const std::optional<PartnerAllocation>& allocation);

  bool empty() const { return accounts_.empty(); }
  const std::vector<PartnerAccount>& accounts() const { return accounts_; }
  // When the running interval began; none: nothing was taken in it.
  std::optional<Instant> from() const { return from_; }
  Instant until() const { return *from_ + interval_; }  // of a running interval
  uint32_t taken_by_others() const { return taken_by_others_; }
  // So many parts make one decision.
  int32_t weight() const { return weight_; }

  // Whose turn it is by credit alone; the book is not empty.
  const PartnerAccount& Due() const;
  const PartnerAccount* Find(const std::optional<PartnerId>& partner) const;
  PartnerTurn TurnOf(const std::optional<PartnerId>& partner, Instant now) const;
  bool IsBelowFloor(const PartnerAccount& account, Instant now) const;

  // An item of the queue is accepted.
  void Take(const std::optional<PartnerId>& taker, bool in_time,
            const std::optional<PartnerDue>& due, Instant at);
  // The running interval as it stands.
  PartnersSettled Settled(QueueId queue, Instant to) const;
  void Settle();
  // The floor alone changes nothing about who is owed what.
  void SetFloor(int32_t permille) { floor_permille_ = permille; }

  // As it was saved, beside the allocation that it was begun with.
  void Restore(std::vector<PartnerAccount> accounts, std::optional<Instant> from,
               uint32_t taken_by_others);

 private:
  std::vector<PartnerAccount> accounts_;
  std::optional<Instant> from_;
  uint32_t taken_by_others_ = 0;
  int32_t weight_ = 0;
  int32_t floor_permille_ = 0;
  Duration interval_;
};

// Settlements, the last so many of them. The journal has them all.
struct RecordedSettlement {
  uint64_t number = 0;  // rising by one, from 1
  Instant at;
  PartnersSettled settled;

  static void Fields(auto&& self, auto&& f) {
    f(1, "number", self.number);
    f(2, "at", self.at);
    f(3, "settled", self.settled);
  }
};

class Settlements {
 public:
  explicit Settlements(size_t kept) : kept_(kept) {}

  void Remember(Instant at, const PartnersSettled& settled) {
    oldest_first_.push_back({next_++, at, settled});
    if (oldest_first_.size() > kept_) oldest_first_.pop_front();
  }
  // Of a queue that is gone nobody can ask any more.
  void Forget(QueueId queue) {
    std::erase_if(oldest_first_,
                  [queue](const RecordedSettlement& s) { return s.settled.queue == queue; });
  }
  // One that was saved; `next` is the number after the last that ever was.
  void Restore(RecordedSettlement saved) { oldest_first_.push_back(std::move(saved)); }
  void set_next(uint64_t next) { next_ = next; }

  uint64_t next() const { return next_; }
  const std::deque<RecordedSettlement>& oldest_first() const { return oldest_first_; }

 private:
  size_t kept_;
  uint64_t next_ = 1;
  std::deque<RecordedSettlement> oldest_first_;
};

}  // namespace wissel
