// Who is here: offline, available, or away with a reason.
#pragma once

#include <cstdint>
#include <string>

namespace wissel {

// The same numbers as wissel.v1.Presence.
enum class Presence : uint8_t { kOffline = 1, kAvailable = 2, kAway = 3 };

// A presence that takes effect when the work at hand has ended.
struct QueuedPresence {
  Presence presence = Presence::kAway;
  std::string away_reason;

  bool operator==(const QueuedPresence&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "presence", self.presence);
    f(2, "away_reason", self.away_reason);
  }
};

}  // namespace wissel
