#include "forecasting/service/presence_record.h"

#include <string>
#include <variant>

namespace wissel::forecasting {
namespace {

using scheduling::Activity;

// Changes that are older are forgotten: no day is longer.
constexpr Duration kRemembered = Duration::Hours(26);

// Away for a break or lunch is a break; away for anything else is work of another kind.
Activity ActivityOf(Presence presence, const std::string& away_reason) {
  switch (presence) {
    case Presence::kOffline:
      return Activity::kOff;
    case Presence::kAvailable:
      return Activity::kWork;
    case Presence::kAway:
      break;
  }
  return away_reason == "break" || away_reason == "lunch" ? Activity::kBreak : Activity::kWork;
}

}  // namespace

PresenceRecord::PresenceRecord(const Engine& engine) : since_(engine.now()) {
  engine.directory().agents.ForEach([&](AgentId id, const AgentConfig&) {
    const AgentState* const state = engine.FindAgent(id);
    if (state == nullptr) return;
    changes_[id] = {{since_, ActivityOf(state->presence, state->away_reason)}};
  });
}

void PresenceRecord::Fold(const Event& event) {
  const auto* const change = std::get_if<PresenceChanged>(&event.body);
  if (change == nullptr) return;
  auto& list = changes_[change->agent];
  list.push_back({event.at, ActivityOf(change->presence, change->away_reason)});
  while (list.size() > 1 && list[1].at + kRemembered < event.at) list.erase(list.begin());
}

const std::vector<scheduling::ActivityChange>* PresenceRecord::Of(AgentId agent) const {
  const auto found = changes_.find(agent);
  return found == changes_.end() ? nullptr : &found->second;
}

}  // namespace wissel::forecasting
