#include "tests/reference/reference_router.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace wissel::reference {
namespace {

int LevelOf(const AgentConfig& agent, SkillId skill) {
  for (const SkillLevel& has : agent.skills) {
    if (has.skill == skill) return has.level;
  }
  return 0;
}

std::optional<std::string> TextOf(const AgentConfig& agent, const std::string& key,
                                  const Model& model) {
  if (key == "team") {
    if (!agent.team) return std::nullopt;
    return "teams/" + model.teams.at(*agent.team).name;
  }
  if (key == "partner") {
    if (!agent.partner) return std::nullopt;
    return "partners/" + model.partners.at(*agent.partner).name;
  }
  for (const Attribute& attribute : agent.attributes) {
    if (attribute.key == key) return attribute.text;
  }
  return std::nullopt;
}

std::optional<int64_t> NumberOf(const AgentConfig& agent, const std::string& key) {
  for (const Attribute& attribute : agent.attributes) {
    if (attribute.key == key) return attribute.number;
  }
  return std::nullopt;
}

bool IsTrue(const Constraint& constraint, const AgentConfig& agent, const Model& model) {
  switch (constraint.kind) {
    case Constraint::Kind::kAll:
      for (const Constraint& child : constraint.children) {
        if (!IsTrue(child, agent, model)) return false;
      }
      return true;
    case Constraint::Kind::kAny:
      for (const Constraint& child : constraint.children) {
        if (IsTrue(child, agent, model)) return true;
      }
      return false;
    case Constraint::Kind::kNot:
      return !IsTrue(constraint.children.front(), agent, model);
    case Constraint::Kind::kEquals:
    case Constraint::Kind::kIn: {
      const std::optional<std::string> text = TextOf(agent, constraint.attribute, model);
      if (!text) return false;
      for (const std::string& wanted : constraint.texts) {
        if (wanted == *text) return true;
      }
      return false;
    }
    case Constraint::Kind::kAtLeast: {
      const std::optional<int64_t> number = NumberOf(agent, constraint.attribute);
      return number && *number >= constraint.number;
    }
    case Constraint::Kind::kAtMost: {
      const std::optional<int64_t> number = NumberOf(agent, constraint.attribute);
      return number && *number <= constraint.number;
    }
  }
  return false;
}

bool Meets(const RequirementStep& step, const AgentConfig& agent, const Model& model) {
  for (const SkillNeed& need : step.skills) {
    if (!need.preferred && LevelOf(agent, need.skill) < need.min_level) return false;
  }
  return !step.constraint || IsTrue(*step.constraint, agent, model);
}

int Sign(int64_t difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

}  // namespace

std::optional<Fit> FitOf(const Requirement& requirement, int step, const AgentConfig& agent,
                         const Model& model) {
  for (int ring = 0; ring <= step; ++ring) {
    const RequirementStep& rung = requirement.steps[static_cast<size_t>(ring)];
    if (!Meets(rung, agent, model)) continue;
    int score = 0;
    for (const SkillNeed& need : rung.skills) {
      if (need.preferred) score += need.weight * LevelOf(agent, need.skill);
    }
    return Fit{ring, score};
  }
  return std::nullopt;
}

const Holding& ReferenceRouter::HoldingOf(AgentId agent) const {
  auto it = holdings_.find(agent);
  if (it == holdings_.end()) it = holdings_.emplace(agent, model_.HoldingOf(agent)).first;
  return it->second;
}

std::optional<Fit> ReferenceRouter::FitOf(const ItemPicture& item,
                                          const AgentPicture& agent) const {
  return reference::FitOf(model_.RequirementOf(item), item.step, agent.config, model_);
}

std::optional<Fit> ReferenceRouter::FitInTurn(const ItemPicture& item,
                                              const PreferredAgent& turn) const {
  const auto agent = model_.agents.find(turn.agent);
  if (agent == model_.agents.end()) return std::nullopt;
  if (auto fit = FitOf(item, agent->second); fit || !turn.skip_skills) return fit;
  // Once more as if nothing but the constraints were asked.
  Requirement lenient = model_.RequirementOf(item);
  for (RequirementStep& step : lenient.steps) {
    std::erase_if(step.skills, [](const SkillNeed& need) { return !need.preferred; });
  }
  return reference::FitOf(lenient, item.step, agent->second.config, model_);
}

std::optional<size_t> ReferenceRouter::TurnOf(const ItemPicture& item, AgentId agent) {
  if (item.keep) {
    if (item.keep->agent != agent) return std::nullopt;
    return item.keep->preference;
  }
  for (size_t i = 0; item.stay && i < item.preferred.size(); ++i) {
    if (item.preferred[i].agent == agent) return i;
  }
  return std::nullopt;
}

bool ReferenceRouter::IsAnyoneLeftFor(const ItemPicture& item) const {
  for (const PreferredAgent& turn : item.preferred) {
    const auto found = model_.agents.find(turn.agent);
    if (found == model_.agents.end()) continue;
    const AgentPicture& agent = found->second;
    const auto refusal = item.refusals.find(turn.agent);
    const bool too_often =
        refusal != item.refusals.end() &&
        refusal->second.count >= model_.queues.at(item.queue).config.max_declines;
    const bool may_come = agent.here() || item.fallback.stay_for;
    if (may_come && !too_often && FitInTurn(item, turn) && Sees(agent, item) &&
        Takes(agent, item.channel)) {
      return true;
    }
  }
  return false;
}

std::optional<Instant> ReferenceRouter::FirstSlot(QueueId id, Instant from, Instant until) const {
  const QueuePicture& queue = model_.queues.at(id);
  for (int64_t quarter = 0;; ++quarter) {
    const Instant slot = Instant::FromMillis(quarter * 900'000);
    if (slot < from) {
      quarter = std::max(quarter, from.millis() / 900'000 - 1);
      continue;
    }
    if (slot <= model_.now) continue;  // has begun
    if (slot >= until) return std::nullopt;
    bool open = !queue.config.hours;
    for (const Opening& o : queue.openings) open |= o.from <= slot && slot < o.to;
    int promised = 0;
    for (const auto& [item_id, item] : model_.living) {
      const bool then = item.queue == id && item.state == ItemState::kScheduled &&
                        item.channel == Channel::kCallback && *item.not_before >= slot &&
                        *item.not_before < slot + Duration::Minutes(15);
      promised += then;
    }
    if (open && promised < queue.config.retry->per_slot) return slot;
  }
}

bool ReferenceRouter::Takes(const AgentPicture& agent, Channel channel) const {
  for (const ChannelCapacity& capacity : model_.ProfileOf(agent).channels) {
    if (capacity.channel == channel) return true;
  }
  return false;
}

bool ReferenceRouter::HasRoom(const AgentPicture& agent, Channel channel) const {
  const RoutingProfile& profile = model_.ProfileOf(agent);
  const Holding& holding = HoldingOf(agent.id);
  if (holding.assigned_units > profile.units) return false;  // over: nothing more
  for (const ChannelCapacity& wanted : profile.channels) {
    if (wanted.channel != channel) continue;
    if (holding.items[IndexOf(channel)] >= wanted.limit) return false;
    int free = profile.units - holding.units();
    if (free >= wanted.cost) return true;
    for (const ChannelCapacity& held : profile.channels) {
      const bool interruptible = (held.interrupted_by >> IndexOf(channel) & 1) != 0;
      if (interruptible) free += holding.active_units[IndexOf(held.channel)];
    }
    return free >= wanted.cost;
  }
  return false;
}

bool ReferenceRouter::IsExcluded(const ItemPicture& item, const AgentPicture& agent,
                                 Instant now) const {
  if (item.asked_by == agent.id) return true;  // nobody answers their own question
  auto refusal = item.refusals.find(agent.id);
  if (refusal == item.refusals.end()) return false;
  if (refusal->second.count >= model_.queues.at(item.queue).config.max_declines) return true;
  if (now < refusal->second.retry_at) return true;
  if (refusal->second.count == 0) return false;  // taken from them, not refused
  // Not again while somebody present has not been asked.
  for (const auto& [id, other] : model_.agents) {
    const auto before = item.refusals.find(id);
    const bool refused = before != item.refusals.end() && before->second.count > 0;
    if (id == agent.id || id == item.asked_by) continue;
    if (refused || !other.open_for_work()) continue;
    const std::optional<size_t> turn = TurnOf(item, id);
    if (item.stay && !turn) continue;  // does not see it at all
    const auto fit = item.stay ? FitInTurn(item, item.preferred[*turn]) : FitOf(item, other);
    if (Takes(other, item.channel) && Sees(other, item) && fit) return true;
  }
  return false;
}

bool ReferenceRouter::Sees(const AgentPicture& agent, const ItemPicture& item) const {
  return Model::HelpOf(model_.ProfileOf(agent), item.queue, item.channel).delay <= item.shown;
}

bool ReferenceRouter::MayBeAsked(const AgentPicture& agent, const ItemPicture& item,
                                 Instant now) const {
  return Sees(agent, item) && !IsExcluded(item, agent, now);
}

bool ReferenceRouter::CouldTake(const AgentPicture& agent, const ItemPicture& item,
                                Instant now) const {
  if (item.state != ItemState::kWaiting || !agent.open_for_work()) return false;
  const std::optional<size_t> turn = TurnOf(item, agent.id);
  if ((item.keep || item.stay) && !turn) return false;
  // Its time has passed, while the queue was closed; it is about to look elsewhere.
  if (item.keep && item.keep->until && *item.keep->until <= now) return false;
  if (!turn) {
    // Their turn: skills may not be asked.
    const std::optional<Turn> now_theirs = PreferredTurn(item);
    if (now_theirs && now_theirs->agent == agent.id && !now_theirs->keep_until) return true;
  }
  if (!HasRoom(agent, item.channel)) return false;
  if (turn && *turn >= kKeptByWake) return true;
  const auto fit = turn ? FitInTurn(item, item.Turns().at(*turn)) : FitOf(item, agent);
  return fit && MayBeAsked(agent, item, now);
}

Check ReferenceRouter::FirstFailing(const AgentPicture& agent, const ItemPicture& item) const {
  const bool given_to_them =
      item.keep && item.keep->preference >= kKeptByWake && item.keep->agent == agent.id;
  const std::optional<size_t> turn = TurnOf(item, agent.id);
  if (!given_to_them) {
    const auto fit = turn ? FitInTurn(item, item.Turns().at(*turn)) : FitOf(item, agent);
    if (!fit) return FirstLack(item, agent);
  }
  if (agent.presence == Presence::kOffline) return Check::kOffline;
  if (agent.work_kept_until) return Check::kConnectionLost;
  if (agent.not_responding) return Check::kNotResponding;
  if (agent.queued) return Check::kLeaving;
  if (agent.presence == Presence::kAway) return Check::kAway;
  if ((item.keep || item.stay) && !turn) return Check::kHeldForOther;
  if (!given_to_them) {
    if (!Sees(agent, item)) return Check::kHelpsLater;
    if (item.asked_by == agent.id) return Check::kAsksThemself;
    if (IsExcluded(item, agent, model_.now)) {
      const int most = model_.queues.at(item.queue).config.max_declines;
      const int count = item.refusals.at(agent.id).count;
      if (count == 0) return Check::kPulledBack;
      return count >= most ? Check::kRefusedTooOften : Check::kRefusedBefore;
    }
  }
  if (!Takes(agent, item.channel)) return Check::kChannelNotTaken;
  if (HasRoom(agent, item.channel)) return Check::kNone;
  for (const ChannelCapacity& capacity : model_.ProfileOf(agent).channels) {
    const int held = HoldingOf(agent.id).items[IndexOf(item.channel)];
    if (capacity.channel == item.channel && held >= capacity.limit) return Check::kChannelLimit;
  }
  return Check::kUnits;
}

// Of the step in force, which asks for least: a skill, its level, the constraint.
Check ReferenceRouter::FirstLack(const ItemPicture& item, const AgentPicture& agent) const {
  const Requirement& requirement = model_.RequirementOf(item);
  const RequirementStep& step = requirement.steps[static_cast<size_t>(item.step)];
  for (const SkillNeed& need : step.skills) {
    if (need.preferred) continue;
    const int level = LevelOf(agent.config, need.skill);
    if (level == 0) return Check::kSkill;
    if (level < need.min_level) return Check::kSkillLevel;
  }
  return Check::kConstraint;
}

std::vector<AgentId> ReferenceRouter::AgentsFor(const ItemPicture& item) const {
  std::vector<AgentId> agents;
  for (const auto& [id, agent] : model_.agents) {
    if (CouldTake(agent, item, model_.now)) agents.push_back(id);
  }
  return agents;
}

int ReferenceRouter::Compare(SelectionKey key, const ItemPicture& item, const AgentPicture& a,
                             const AgentPicture& b) const {
  const Fit fit_a = FitOf(item, a).value_or(Fit{});
  const Fit fit_b = FitOf(item, b).value_or(Fit{});
  switch (key) {
    case SelectionKey::kRing:
      return Sign(fit_a.ring - fit_b.ring);
    case SelectionKey::kMatchScore:
      return Sign(fit_b.score - fit_a.score);
    case SelectionKey::kLoadRatio:
      return Sign(LoadPermille(a) - LoadPermille(b));
    case SelectionKey::kIdleSince:
      return Sign(a.idle_since.millis() - b.idle_since.millis());
    case SelectionKey::kFewestSkills:
      return Sign(static_cast<int64_t>(a.config.skills.size()) -
                  static_cast<int64_t>(b.config.skills.size()));
    case SelectionKey::kMostSkills:
      return Sign(static_cast<int64_t>(b.config.skills.size()) -
                  static_cast<int64_t>(a.config.skills.size()));
    case SelectionKey::kFixedOrder:
      return Sign(int64_t{a.config.order} - b.config.order);
    case SelectionKey::kWeighted:
      return Sign(a.given - b.given);
  }
  return 0;
}

std::optional<AgentId> ReferenceRouter::BestAgentFor(const ItemPicture& item) const {
  const AgentPicture* best = nullptr;
  for (AgentId id : AgentsFor(item)) {  // by rising id: of equals the first stays
    const AgentPicture& agent = model_.agents.at(id);
    if (best == nullptr) {
      best = &agent;
      continue;
    }
    const QueueConfig& queue = model_.queues.at(item.queue).config;
    if (queue.partner_allocation) {
      const int turn = ComparePartners(item, agent, *best);
      if (turn < 0) best = &agent;
      if (turn != 0) continue;
    }
    for (SelectionKey key : queue.selection) {
      const int order = Compare(key, item, agent, *best);
      if (order < 0) best = &agent;
      if (order != 0) break;
    }
  }
  if (best == nullptr) return std::nullopt;
  return best->id;
}

std::optional<ItemId> ReferenceRouter::FirstBy(const AgentPicture& agent, auto key) const {
  const ItemPicture* first = nullptr;
  for (const auto& [id, item] : model_.living) {
    if (!CouldTake(agent, item, model_.now)) continue;
    if (first == nullptr || key(item) < key(*first)) first = &item;
  }
  if (first == nullptr) return std::nullopt;
  return first->id;
}

std::optional<ItemId> ReferenceRouter::BestItemFor(const AgentPicture& agent) const {
  return FirstBy(agent, [&](const ItemPicture& item) {
    return std::tuple(item.band, !item.keep && !item.stay, !IsOwedShare(item.queue),
                      RankOf(item, agent), item.due, item.id);
  });
}

std::optional<ItemId> ReferenceRouter::FirstToLookAt(const AgentPicture& agent) const {
  return FirstBy(agent, [](const ItemPicture& item) {
    return std::tuple(item.band, !item.keep && !item.stay, item.due, item.id);
  });
}

bool ReferenceRouter::IsOwedShare(QueueId id) const {
  const QueuePicture& queue = model_.queues.at(id);
  const int floor = queue.config.share_floor_permille;
  return floor > 0 && queue.share_credit + floor >= 1000;
}

bool ReferenceRouter::Holds(const EntryGate& gate, QueueId queue,
                            const std::vector<QueueWait>& waits) const {
  if (gate.when == EntryGate::When::kEstimatedWait) {
    for (const QueueWait& wait : waits) {
      if (wait.queue == queue) return wait.p80 > gate.wait;
    }
    return false;
  }
  if (gate.when == EntryGate::When::kWaiting) {
    int waiting = 0;
    for (const auto& [id, item] : model_.living) {
      waiting += item.queue == queue && item.state == ItemState::kWaiting;
    }
    return waiting >= gate.waiting;
  }
  const QueueConfig& config = model_.queues.at(queue).config;
  const Requirement& requirement = model_.requirements.at(config.requirement);
  const int last = static_cast<int>(requirement.steps.size()) - 1;
  for (const auto& [id, agent] : model_.agents) {
    if (!agent.here() || !Takes(agent, config.channel)) continue;
    if (reference::FitOf(requirement, last, agent.config, model_)) return false;
  }
  return true;
}

const EntryGate* ReferenceRouter::FindGate(QueueId id, int band,
                                           const std::vector<QueueWait>& waits) const {
  const QueuePicture& queue = model_.queues.at(id);
  std::vector<const EntryGate*> gates;
  if (queue.surge) {
    for (const EntryGate& gate : queue.config.surge.gates) gates.push_back(&gate);
  }
  for (const EntryGate& gate : queue.config.entry_gates) gates.push_back(&gate);
  for (const EntryGate* gate : gates) {
    if (band >= gate->from_band && Holds(*gate, id, waits)) return gate;
  }
  return nullptr;
}

int ReferenceRouter::RankOf(const ItemPicture& item, const AgentPicture& agent) const {
  return Model::HelpOf(model_.ProfileOf(agent), item.queue, item.channel).rank;
}

std::vector<QueueId> ReferenceRouter::StandingBy(const ItemPicture& item,
                                                 const AgentPicture& agent) const {
  std::vector<QueueId> queues;
  for (const auto& [id, queue] : model_.queues) {
    if (queue.config.share_floor_permille == 0) continue;
    bool stands_by = id == item.queue;
    for (const auto& [other_id, other] : model_.living) {
      if (other.queue != id || other.band > item.band || other.keep || other.stay) continue;
      stands_by |= CouldTake(agent, other, model_.now);
    }
    if (stands_by) queues.push_back(id);
  }
  return queues;
}

std::optional<ReferenceRouter::Turn> ReferenceRouter::PreferredTurn(const ItemPicture& item) const {
  if (!item.turns_open) return std::nullopt;
  const std::vector<PreferredAgent> turns = item.Turns();
  for (size_t i = item.next_preference; i < turns.size(); ++i) {
    const PreferredAgent& preferred = turns[i];
    auto found = model_.agents.find(preferred.agent);
    if (found == model_.agents.end()) continue;
    const AgentPicture& agent = found->second;
    if (!FitInTurn(item, preferred) || !agent.open_for_work()) continue;
    if (!MayBeAsked(agent, item, model_.now)) continue;
    if (HasRoom(agent, item.channel)) return Turn{agent.id, i, std::nullopt};
    if (!Takes(agent, item.channel) || preferred.hold_for == Duration()) continue;
    return Turn{agent.id, i, model_.now + preferred.hold_for};
  }
  return std::nullopt;
}

bool ReferenceRouter::AnyoneHereQualifies(const ItemPicture& item) const {
  for (const auto& [id, agent] : model_.agents) {
    if (agent.here() && FitOf(item, agent)) return true;
  }
  return false;
}

int ReferenceRouter::LoadPermille(const AgentPicture& agent) const {
  const int total = model_.ProfileOf(agent).units;
  return static_cast<int>(int64_t{HoldingOf(agent.id).units()} * 1000 / (total > 0 ? total : 1));
}

}  // namespace wissel::reference
