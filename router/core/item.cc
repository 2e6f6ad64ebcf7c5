#include "router/core/item.h"

namespace wissel {

const char* NameOf(ItemState state) {
  static constexpr const char* kNames[] = {
      "waiting",  "waiting for hours",   "offered",   "active",    "held",      "parked",
      "wrapping", "completed",           "abandoned", "cancelled", "scheduled", "expired",
      "merged",   "answered by a notice"};
  return kNames[static_cast<int>(state) - 1];
}

const Refusal* Item::FindRefusal(AgentId agent) const {
  for (const Refusal& refusal : refusals) {
    if (refusal.agent == agent) return &refusal;
  }
  return nullptr;
}

}  // namespace wissel
