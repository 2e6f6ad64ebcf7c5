// Who is there in each slot, each counted for one queue, so that what is missing and too much costs
// least; kept up while people come and go.
//
// In a slot the price of a queue is convex in the number that is counted for it, and people can be
// moved along chains of queues that they share. Adding somebody therefore costs what the cheapest
// queue at the end of such a chain costs, and nothing better can be had by moving others as well
// (successive shortest paths: Ahuja, Magnanti, Orlin, Network Flows, 1993, chapter 9).
//
// Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/team.h"

namespace wissel::scheduling {

class Cover {
 public:
  // Nobody is there yet. The team must outlive it.
  explicit Cover(const Team& team);

  void Add(int kind, int slot);
  void Remove(int kind, int slot);
  void Add(int person, const std::vector<std::optional<Duty>>& duties);
  void Remove(int person, const std::vector<std::optional<Duty>>& duties);

  // What one more of this kind would cost in the slot; less than 0 where somebody is missing.
  double PriceOfOneMore(int kind, int slot) const;
  // The same for all slots.
  std::vector<double> Prices(int kind) const;

  // Of all slots, floors at the team's price.
  double cost() const { return cost_; }
  int counted(int slot, int queue) const { return counts_[Index(slot, queue)]; }

 private:
  size_t Index(int slot, int queue) const { return static_cast<size_t>(slot) * queues_ + queue; }
  int16_t& Counted(int slot, int queue, int kind) {
    return of_kind_[(Index(slot, queue)) * kinds_ + kind];
  }
  double Price(int slot, int queue, int count) const;
  // The queues that somebody counted for one of `from` could be moved to, along chains.
  uint32_t Reachable(int slot, uint32_t from) const;
  int CheapestOf(int slot, uint32_t queues) const;
  // Moves one person along the shortest chain from `from` to a queue of `to`; returns which.
  void Shift(int slot, int from, int to);
  void Count(int slot, int queue, int kind, int change);

  const Team* team_;
  int queues_;
  int kinds_;
  std::vector<int> counts_;       // by slot and queue
  std::vector<int16_t> of_kind_;  // of those, by kind
  std::vector<uint32_t> others_;  // by slot and queue: the queues that those counted could serve
  double cost_ = 0;
};

}  // namespace wissel::scheduling
