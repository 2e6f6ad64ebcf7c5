// The events of partner allocation and of opened steps, and what an offer says of the partner whose
// turn it was. Part of event.h, which lists them among all others; include that.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agents/core/ids.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel {

// Why an item went to another partner than the one who was due by credit.
// The same numbers as wissel.v1.PartnerDeviation.
enum class PartnerDeviation : uint8_t {
  kNobodyFree = 1,    // none of theirs who could take it had room
  kBelowFloor = 2,    // their service level was below the floor, another's was not
  kRefused = 3,       // theirs who had room had refused it, or had it taken back
  kKeptForAgent = 4,  // it was for one agent: preferred, or transferred to them
  kEarlierRing = 5,   // theirs who had room are of a later step
  kForced = 6,        // a manager assigned it
  kFreedFirst = 7,    // who took it had been looked at before theirs, after a change of rules
};
inline constexpr int kPartnerDeviations = 7;

// Of an item whose queue has a partner allocation: whose turn it was by credit, and why it went to
// somebody else, if it did.
struct PartnerDue {
  std::optional<PartnerId> partner;           // none: the house
  std::optional<PartnerDeviation> deviation;  // none: it went to them

  bool operator==(const PartnerDue&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "partner", self.partner);
    f(2, "deviation", self.deviation);
  }
};

struct DeviationCount {
  PartnerDeviation reason = PartnerDeviation::kNobodyFree;
  uint32_t count = 0;

  bool operator==(const DeviationCount&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "reason", self.reason);
    f(2, "count", self.count);
  }
};

// The account of one partner of an allocation: its credit, which goes on, and what was counted in
// the running interval.
struct PartnerAccount {
  std::optional<PartnerId> partner;  // none: the house
  int32_t share_permille = 0;
  // What the partner is owed, negative: has had too much; in parts of a decision, of which one has
  // as many as all shares of the allocation make together. The credits of all make zero.
  int32_t credit = 0;
  uint32_t taken = 0;
  uint32_t taken_in_time = 0;
  // Decisions that were the partner's turn and went to another, by reason.
  std::vector<DeviationCount> deviations;

  bool operator==(const PartnerAccount&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "partner", self.partner);
    f(2, "share_permille", self.share_permille);
    f(3, "credit", self.credit);
    f(4, "taken", self.taken);
    f(5, "taken_in_time", self.taken_in_time);
    f(6, "deviations", self.deviations);
  }
};

// An interval is over in which something of the queue was taken. What is counted begins anew, the
// credits are carried over.
struct PartnersSettled {
  QueueId queue;
  Instant from;
  Instant to;  // the end of the interval, or the change of rules that cut it short
  std::vector<PartnerAccount> accounts;  // in the order of the allocation
  uint32_t taken_by_others = 0;          // by agents of partners that are not of the allocation

  bool operator==(const PartnersSettled&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "from", self.from);
    f(3, "to", self.to);
    f(4, "accounts", self.accounts);
    f(5, "taken_by_others", self.taken_by_others);
  }
};

// A manager opens a step of the queue's requirement now: what waits by that requirement reaches it
// at once, what comes begins there.
struct StepOpened {
  QueueId queue;
  uint8_t step = 0;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "step", self.step);
  }
};
// Steps go by their times again. What waits stays where it is.
struct StepClosed {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};

}  // namespace wissel
