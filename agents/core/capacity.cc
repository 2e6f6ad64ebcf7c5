#include "agents/core/capacity.h"

#include <algorithm>

namespace wissel {
namespace {

int32_t InterruptibleUnits(const RoutingProfile& profile, const Load& load, Channel by) {
  int32_t units = 0;
  for (const ChannelCapacity& held : profile.channels) {
    if (ChannelSet::FromBits(held.interrupted_by).Has(by)) {
      units += load.active_units[IndexOf(held.channel)];
    }
  }
  return units;
}

RoomCheck CheckRoom(const RoutingProfile& profile, const Load& load,
                    const ChannelCapacity& wanted) {
  if (load.items[IndexOf(wanted.channel)] >= wanted.limit) return RoomCheck::kChannelLimit;
  if (IsOverfull(profile, load)) return RoomCheck::kOverfull;
  const int32_t free = profile.units - load.units();
  if (free >= wanted.cost) return RoomCheck::kRoom;
  if (free + InterruptibleUnits(profile, load, wanted.channel) >= wanted.cost)
    return RoomCheck::kRoom;
  return RoomCheck::kUnits;
}

}  // namespace

const ChannelCapacity* RoutingProfile::Find(Channel channel) const {
  for (const ChannelCapacity& capacity : channels) {
    if (capacity.channel == channel) return &capacity;
  }
  return nullptr;
}

QueueHelp HelpFor(const QueuePreferences& preferences, QueueId queue, Channel channel) {
  const auto first = std::lower_bound(
      preferences.begin(), preferences.end(), queue,
      [](const QueuePreference& preference, QueueId id) { return preference.queue < id; });
  QueueHelp help;
  for (auto it = first; it != preferences.end() && it->queue == queue; ++it) {
    // The one for every channel stands first.
    if (!it->channel || it->channel == channel) help = it->help;
  }
  return help;
}

RoomCheck CheckRoom(const RoutingProfile& profile, const Load& load, Channel channel) {
  const ChannelCapacity* wanted = profile.Find(channel);
  return wanted == nullptr ? RoomCheck::kNotTaken : CheckRoom(profile, load, *wanted);
}

ChannelSet RoomFor(const RoutingProfile& profile, const Load& load) {
  ChannelSet room;
  for (const ChannelCapacity& capacity : profile.channels) {
    if (CheckRoom(profile, load, capacity) == RoomCheck::kRoom) room.Add(capacity.channel);
  }
  return room;
}

bool IsOverfull(const RoutingProfile& profile, const Load& load) {
  return load.assigned_units > profile.units;
}

int32_t CostOf(const RoutingProfile& profile, Channel channel) {
  const ChannelCapacity* capacity = profile.Find(channel);
  return capacity == nullptr ? profile.units : capacity->cost;
}

int32_t LoadPermille(const RoutingProfile& profile, const Load& load) {
  return static_cast<int32_t>(int64_t{load.units()} * 1000 / std::max(profile.units, 1));
}

}  // namespace wissel
