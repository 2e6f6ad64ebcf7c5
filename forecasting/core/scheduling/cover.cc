#include "forecasting/core/scheduling/cover.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/invariant.h"

namespace wissel::scheduling {
namespace {

// Calls `visit` with each queue of a set.
template <class Visit>
void ForEachQueue(uint32_t set, const Visit& visit) {
  for (; set != 0; set &= set - 1) visit(std::countr_zero(set));
}

}  // namespace

Cover::Cover(const Team& team)
    : team_(&team), queues_(static_cast<int>(team.problem().queues.size())), kinds_(team.kinds()) {
  const size_t cells = static_cast<size_t>(team.problem().slots()) * queues_;
  counts_.assign(cells, 0);
  others_.assign(cells, 0);
  of_kind_.assign(cells * kinds_, 0);
  for (int slot = 0; slot < team.problem().slots(); ++slot) {
    for (int q = 0; q < queues_; ++q) cost_ += Price(slot, q, 0);
  }
}

double Cover::Price(int slot, int queue, int count) const {
  const Demand& demand = team_->problem().DemandOf(slot, queue);
  return count < demand.required ? team_->UnderPrice(slot, queue) * (demand.required - count)
                                 : demand.over_price * (count - demand.required);
}

uint32_t Cover::Reachable(int slot, uint32_t from) const {
  uint32_t reached = from;
  uint32_t fresh = from;
  while (fresh != 0) {
    uint32_t next = 0;
    ForEachQueue(fresh, [&](int q) { next |= others_[Index(slot, q)]; });
    fresh = next & ~reached;
    reached |= next;
  }
  return reached;
}

int Cover::CheapestOf(int slot, uint32_t queues) const {
  int best = -1;
  double best_price = 0;
  ForEachQueue(queues, [&](int q) {
    const int count = counts_[Index(slot, q)];
    const double price = Price(slot, q, count + 1) - Price(slot, q, count);
    if (best < 0 || price < best_price) {
      best = q;
      best_price = price;
    }
  });
  return best;
}

double Cover::PriceOfOneMore(int kind, int slot) const {
  const int q = CheapestOf(slot, Reachable(slot, team_->queues_of(kind)));
  const int count = counts_[Index(slot, q)];
  return Price(slot, q, count + 1) - Price(slot, q, count);
}

std::vector<double> Cover::Prices(int kind) const {
  std::vector<double> prices(team_->problem().slots());
  for (size_t slot = 0; slot < prices.size(); ++slot) {
    prices[slot] = PriceOfOneMore(kind, static_cast<int>(slot));
  }
  return prices;
}

void Cover::Count(int slot, int queue, int kind, int change) {
  const size_t cell = Index(slot, queue);
  cost_ -= Price(slot, queue, counts_[cell]);
  counts_[cell] += change;
  cost_ += Price(slot, queue, counts_[cell]);
  int16_t& count = Counted(slot, queue, kind);
  count = static_cast<int16_t>(count + change);
  if (change > 0) {
    others_[cell] |= team_->queues_of(kind);
  } else if (count == 0) {
    others_[cell] = 0;
    for (int k = 0; k < kinds_; ++k) {
      if (of_kind_[cell * kinds_ + k] > 0) others_[cell] |= team_->queues_of(k);
    }
  }
}

void Cover::Shift(int slot, int from, int to) {
  if (from == to) return;
  // Breadth first, so that the chain is shortest and nobody on it is moved twice.
  std::array<int, kMostQueues> before{};
  before.fill(-1);
  std::vector<int> line{from};
  for (size_t i = 0; i < line.size() && before[to] < 0; ++i) {
    ForEachQueue(others_[Index(slot, line[i])], [&](int q) {
      if (q == from || before[q] >= 0) return;
      before[q] = line[i];
      line.push_back(q);
    });
  }
  INVARIANT(before[to] >= 0);
  for (int q = to; q != from; q = before[q]) {
    int kind = 0;
    while (Counted(slot, before[q], kind) == 0 || (team_->queues_of(kind) >> q & 1U) == 0) ++kind;
    Count(slot, before[q], kind, -1);
    Count(slot, q, kind, 1);
  }
}

void Cover::Add(int kind, int slot) {
  const uint32_t own = team_->queues_of(kind);
  const int to = CheapestOf(slot, Reachable(slot, own));
  // Where the chain begins: a queue of their own from which `to` can be reached.
  int from = to;
  if ((own >> to & 1U) == 0) {
    ForEachQueue(own, [&](int q) {
      if ((Reachable(slot, 1U << q) >> to & 1U) != 0) from = q;
    });
    Shift(slot, from, to);
  }
  Count(slot, from, kind, 1);
}

void Cover::Remove(int kind, int slot) {
  // The queue that they are counted for; another from which somebody can take that place may be the
  // one that can do best without.
  int best_own = -1;
  int best = -1;
  double best_saved = 0;
  for (int own = 0; own < queues_; ++own) {
    if (Counted(slot, own, kind) == 0) continue;
    for (int q = 0; q < queues_; ++q) {
      const int count = counts_[Index(slot, q)];
      if (count == 0 || (Reachable(slot, 1U << q) >> own & 1U) == 0) continue;
      const double saved = Price(slot, q, count) - Price(slot, q, count - 1);
      if (best < 0 || saved > best_saved) {
        best = q;
        best_own = own;
        best_saved = saved;
      }
    }
  }
  INVARIANT(best >= 0);
  Count(slot, best_own, kind, -1);
  Shift(slot, best, best_own);
}

void Cover::Add(int person, const std::vector<std::optional<Duty>>& duties) {
  for (size_t day = 0; day < duties.size(); ++day) {
    if (!duties[day]) continue;
    for (const int slot : SlotsOf(team_->problem(), static_cast<int>(day), *duties[day])) {
      Add(team_->kind_of(person), slot);
    }
  }
}

void Cover::Remove(int person, const std::vector<std::optional<Duty>>& duties) {
  for (size_t day = 0; day < duties.size(); ++day) {
    if (!duties[day]) continue;
    for (const int slot : SlotsOf(team_->problem(), static_cast<int>(day), *duties[day])) {
      Remove(team_->kind_of(person), slot);
    }
  }
}

}  // namespace wissel::scheduling
