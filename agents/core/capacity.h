// What an agent can hold at once: a limit per channel, a total in units with a cost per channel,
// and which channel may interrupt which.
//
// Checked in this order: channel limit, units, interrupt rule; whoever is over their units gets
// nothing. An item of an interrupting channel
// may land on an agent whose units are full of interruptible work: that work is then parked. Parked
// work still counts towards its channel's limit, not towards the units.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/core/channel.h"
#include "agents/core/ids.h"
#include "base/time.h"

namespace wissel {

struct ChannelCapacity {
  Channel channel = Channel::kVoice;
  int32_t limit = 1;           // items of this channel at once
  int32_t cost = 100;          // units that one takes
  uint8_t interrupted_by = 0;  // ChannelSet bits
  bool auto_accept = false;
  Duration offer_timeout = Duration::Seconds(20);

  bool operator==(const ChannelCapacity&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "channel", self.channel);
    f(2, "limit", self.limit);
    f(3, "cost", self.cost);
    f(4, "interrupted_by", self.interrupted_by);
    f(5, "auto_accept", self.auto_accept);
    f(6, "offer_timeout", self.offer_timeout);
  }
};

// How willingly the people of a profile help a queue: the lowest rank first, whatever is due; and
// only items that have waited there for `delay`.
struct QueueHelp {
  uint8_t rank = 5;
  Duration delay;

  bool operator==(const QueueHelp&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "rank", self.rank);
    f(2, "delay", self.delay);
  }
};
struct QueuePreference {
  QueueId queue;
  std::optional<Channel> channel;  // none: every channel that has no preference of its own
  QueueHelp help;

  auto key() const { return std::pair(queue, channel); }
  bool operator==(const QueuePreference&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "channel", self.channel);
    f(3, "help", self.help);
  }
};

// By (queue, channel), each once.
using QueuePreferences = std::vector<QueuePreference>;
QueueHelp HelpFor(const QueuePreferences& preferences, QueueId queue, Channel channel);

struct RoutingProfile {
  std::string name;
  std::string display_name;
  int32_t units = 100;
  std::vector<ChannelCapacity> channels;  // by channel, each once; others are not offered
  QueuePreferences queues;                // others are helped by default

  bool operator==(const RoutingProfile&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "name", self.name);
    f(2, "display_name", self.display_name);
    f(3, "units", self.units);
    f(4, "channels", self.channels);
    f(5, "queues", self.queues);
  }
  // Null for a channel that this profile does not take.
  const ChannelCapacity* Find(Channel channel) const;
};

// What an agent holds, counted.
struct Load {
  std::array<int16_t, kChannelCount> items = {};  // towards the channel limits
  // Units of work that stands (`fixed`) and of active work of each channel, which may be parked.
  int32_t fixed_units = 0;
  std::array<int32_t, kChannelCount> active_units = {};
  // Of all these, the units of accepted work.
  int32_t assigned_units = 0;

  int32_t units() const {
    int32_t sum = fixed_units;
    for (int32_t u : active_units) sum += u;
    return sum;
  }
  bool operator==(const Load&) const = default;
};

enum class RoomCheck : uint8_t { kRoom, kNotTaken, kChannelLimit, kUnits, kOverfull };

// The first capacity check that fails for one more item of `channel`.
RoomCheck CheckRoom(const RoutingProfile& profile, const Load& load, Channel channel);

// All channels with room.
ChannelSet RoomFor(const RoutingProfile& profile, const Load& load);

// Accepted work takes more than there is: a manager assigned it, or the profile became smaller.
// Nothing more is offered then, not even what could interrupt.
bool IsOverfull(const RoutingProfile& profile, const Load& load);

// Units that an item takes. One that the profile does not take, which only a manager can assign,
// takes them all.
int32_t CostOf(const RoutingProfile& profile, Channel channel);

// Share of the units in use, in thousandths; over 1000 after a forced assignment.
int32_t LoadPermille(const RoutingProfile& profile, const Load& load);

}  // namespace wissel
