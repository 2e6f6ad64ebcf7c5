#include "router/core/item.h"

namespace wissel {

const char* NameOf(ItemState state) {
  static constexpr const char* kNames[] = {"waiting",
                                           "waiting for hours",
                                           "offered",
                                           "active",
                                           "held",
                                           "parked",
                                           "wrapping",
                                           "completed",
                                           "abandoned",
                                           "cancelled",
                                           "scheduled",
                                           "expired",
                                           "merged",
                                           "answered by a notice",
                                           "awaiting the customer"};
  return kNames[static_cast<int>(state) - 1];
}

PreferredAgent Item::TurnAt(size_t turn) const {
  if (turn < preferred.size()) return preferred[turn];
  return PreferredAgent{*fallback.agent, fallback.hold_for};
}

std::optional<size_t> Item::FindPreferred(AgentId agent) const {
  for (size_t i = 0; i < preferred.size(); ++i) {
    if (preferred[i].agent == agent) return i;
  }
  return std::nullopt;
}

const Refusal* Item::FindRefusal(AgentId agent) const {
  for (const Refusal& refusal : refusals) {
    if (refusal.agent == agent) return &refusal;
  }
  return nullptr;
}

}  // namespace wissel
