// An agent as the engine sees them from moment to moment: presence, what they hold, since when
// idle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/capacity.h"
#include "agents/core/presence.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel {

inline constexpr int64_t kGivenByOne = 1'000'000;

struct AgentState {
  AgentId id;
  Presence presence = Presence::kOffline;
  bool not_responding = false;  // missed an offer and has not acted since
  Instant presence_since;
  // The idle clock: when the last accepted item ended, or the sign-in if that was later.
  Instant idle_since;
  uint64_t session = 0;
  std::string away_reason;
  std::optional<QueuedPresence> queued;
  std::optional<Instant> work_kept_until;  // set: the lease is lost
  // What queues that choose by weight have given them: every item that they accept adds
  // kGivenByOne / their weight. Who has the least is chosen first, so the numbers of items go by
  // the weights.
  int64_t given = 0;
  // Offered and assigned items in the order of their offers.
  std::vector<ItemId> work;
  // What `work` amounts to; follows from it.
  Load load;

  bool signed_in() const { return presence != Presence::kOffline; }
  bool connection_lost() const { return work_kept_until.has_value(); }
  // May be given new work, room permitting.
  bool open_for_work() const {
    return presence == Presence::kAvailable && !not_responding && !queued && !connection_lost();
  }

  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "presence", self.presence);
    f(3, "not_responding", self.not_responding);
    f(4, "presence_since", self.presence_since);
    f(5, "idle_since", self.idle_since);
    f(6, "session", self.session);
    f(7, "away_reason", self.away_reason);
    f(8, "queued", self.queued);
    f(9, "work_kept_until", self.work_kept_until);
    f(10, "work", self.work);
    f(20, "given", self.given);
  }
};

}  // namespace wissel
