#include <algorithm>
#include <map>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/explain.h"
#include "router/core/state.h"

namespace wissel {
namespace {

constexpr size_t kItemsNamed = 20;

std::string PresenceSentence(const AgentState& agent) {
  if (!agent.signed_in()) return "is signed out";
  if (agent.connection_lost()) return "has lost the connection";
  if (agent.not_responding) return "missed an offer and is not responding";
  std::string sentence = agent.presence == Presence::kAvailable ? "is available" : "is away";
  if (!agent.away_reason.empty()) sentence += ": " + agent.away_reason;
  if (agent.queued) sentence += ", and leaves when the work at hand has ended";
  return sentence;
}

std::string WorkSentence(const State& s, const AgentState& agent) {
  if (agent.work.empty()) {
    if (!agent.signed_in()) return "";
    return fmt::format(" and holds nothing, idle since {}", FormatInstant(agent.idle_since));
  }
  std::string work;
  for (ItemId id : agent.work) {
    const Item& item = s.items.Get(id).item;
    work += fmt::format("{}workItems/{} ({})", work.empty() ? "" : ", ", id.value(),
                        NameOf(item.state));
  }
  return " and holds " + work;
}

// Waiting items by the first check that fails, in the order of the items within a group.
void AddNotOffered(const Engine& engine, AgentId id, AgentExplanation& e) {
  std::vector<const Item*> waiting;
  engine.ForEachLivingItem(ItemId(), [&](const Item& item) {
    if (item.state == ItemState::kWaiting) waiting.push_back(&item);
    return true;
  });
  std::sort(waiting.begin(), waiting.end(),
            [](const Item* a, const Item* b) { return OrderOf(*a) < OrderOf(*b); });
  std::map<std::pair<Check, std::string>, WaitingForOther> groups;
  for (const Item* item : waiting) {
    FailedCheck check = FirstFailedCheck(engine, *item, id);
    auto [group, is_new] = groups.try_emplace({check.check, check.sentence});
    if (is_new) group->second.check = std::move(check);
    if (group->second.items.size() < kItemsNamed) group->second.items.push_back(item->id);
    ++group->second.count;
  }
  for (auto& [key, group] : groups) e.not_offered.push_back(std::move(group));
  std::stable_sort(
      e.not_offered.begin(), e.not_offered.end(),
      [](const WaitingForOther& a, const WaitingForOther& b) { return a.count > b.count; });
}

std::string NotOfferedSentence(const WaitingForOther& group) {
  std::string items;
  for (ItemId id : group.items) {
    items += fmt::format("{}workItems/{}", items.empty() ? "" : ", ", id.value());
  }
  if (group.count > group.items.size()) items += ", ...";
  return fmt::format("Not offered, {} of what waits: the agent {} ({}).", group.count,
                     group.check.sentence, items);
}

}  // namespace

absl::StatusOr<AgentExplanation> ExplainAgent(const Engine& engine, AgentId id) {
  const AgentState* agent = engine.FindAgent(id);
  if (agent == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "name", "there is no such agent");
  }
  const State& s = engine.state();
  AgentExplanation e;
  e.agent = id;
  e.sentences.push_back(fmt::format("agents/{} {}{}.", s.directory.agents.Get(id).name,
                                    PresenceSentence(*agent), WorkSentence(s, *agent)));
  AddNotOffered(engine, id, e);
  if (e.not_offered.empty()) e.sentences.push_back("Nothing waits.");
  for (const WaitingForOther& group : e.not_offered) {
    e.sentences.push_back(NotOfferedSentence(group));
  }
  for (ItemId item_id : agent->work) {
    const Item& item = s.items.Get(item_id).item;
    e.sentences.push_back(DescribeDecision(*item.decision, item, s.directory));
  }
  return e;
}

}  // namespace wissel
