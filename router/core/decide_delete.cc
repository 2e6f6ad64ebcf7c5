// What is deleted: nothing that something else still refers to.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

absl::Status StillUsed(const std::string& what, const std::string& by) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                fmt::format("{} is used by {}", what, by));
}

bool Mentions(const Requirement& requirement, SkillId skill) {
  return std::any_of(
      requirement.steps.begin(), requirement.steps.end(), [&](const RequirementStep& s) {
        return std::any_of(s.skills.begin(), s.skills.end(),
                           [&](const SkillNeed& need) { return need.skill == skill; });
      });
}

bool SendsTo(const QueueConfig& queue, QueueId target) {
  const auto leads = [&](const std::vector<EntryGate>& gates) {
    return std::any_of(gates.begin(), gates.end(),
                       [&](const EntryGate& gate) { return gate.queue == target; });
  };
  return queue.closed_queue == target || (queue.overflow && queue.overflow->queue == target) ||
         leads(queue.entry_gates) || leads(queue.surge.gates);
}

bool Shares(const QueueConfig& queue, PartnerId partner) {
  if (!queue.partner_allocation) return false;
  const std::vector<PartnerShare>& shares = queue.partner_allocation->shares;
  return std::any_of(shares.begin(), shares.end(),
                     [&](const PartnerShare& share) { return share.partner == partner; });
}

}  // namespace

Decider::Subject Decider::On(const DeleteSkill& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.skills, c.id, "skill", c.if_digest));
  const std::string name = "skills/" + s_.directory.skills.Get(c.id).name;
  absl::Status used;
  s_.directory.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    for (const SkillLevel& s : agent.skills) {
      if (s.skill == c.id && used.ok()) used = StillUsed(name, NameOf(id));
    }
  });
  s_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (used.ok() && Mentions(s_.pools.RequirementOf(queue.requirement), c.id)) {
      used = StillUsed(name, NameOf(id));
    }
  });
  for (const auto& [id, requirement] : s_.requirements) {
    if (used.ok() && s_.requirement_uses[id.value()] > 0 && Mentions(requirement, c.id)) {
      used = StillUsed(name, "work items");
    }
  }
  WISSEL_RETURN_IF_ERROR(used);
  Emit(SkillDeleted{c.id});
  return c.id.value();
}

Decider::Subject Decider::On(const DeleteTeam& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.teams, c.id, "team", c.if_digest));
  absl::Status used;
  s_.directory.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    if (used.ok() && agent.team == c.id) used = StillUsed("the team", NameOf(id));
  });
  WISSEL_RETURN_IF_ERROR(used);
  Emit(TeamDeleted{c.id});
  return c.id.value();
}

Decider::Subject Decider::On(const DeletePartner& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.partners, c.id, "partner", c.if_digest));
  absl::Status used;
  s_.directory.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    if (used.ok() && agent.partner == c.id) used = StillUsed("the partner", NameOf(id));
  });
  s_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (used.ok() && Shares(queue, c.id)) used = StillUsed("the partner", NameOf(id));
  });
  WISSEL_RETURN_IF_ERROR(used);
  Emit(PartnerDeleted{c.id});
  return c.id.value();
}

Decider::Subject Decider::On(const DeleteProfile& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.profiles, c.id, "routing profile", c.if_digest));
  absl::Status used;
  s_.directory.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    if (used.ok() && agent.profile == c.id) used = StillUsed("the routing profile", NameOf(id));
  });
  WISSEL_RETURN_IF_ERROR(used);
  Emit(ProfileDeleted{c.id});
  return c.id.value();
}

Decider::Subject Decider::On(const DeleteQueue& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.queues, c.id, "queue", c.if_digest));
  const size_t living = s_.queues[c.id.value()].living;
  if (living > 0) return StillUsed(NameOf(c.id), fmt::format("{} work items", living));
  absl::Status used;
  s_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (used.ok() && id != c.id && SendsTo(queue, c.id)) used = StillUsed(NameOf(c.id), NameOf(id));
  });
  s_.directory.profiles.ForEach([&](ProfileId, const RoutingProfile& profile) {
    const bool named =
        std::any_of(profile.queues.begin(), profile.queues.end(),
                    [&](const QueuePreference& preference) { return preference.queue == c.id; });
    if (used.ok() && named) used = StillUsed(NameOf(c.id), "routingProfiles/" + profile.name);
  });
  WISSEL_RETURN_IF_ERROR(used);
  SettlePartners(c.id);
  Emit(QueueDeleted{c.id});
  return c.id.value();
}

Decider::Subject Decider::On(const DeleteAgent& c) {
  WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.agents, c.id, "agent", c.if_digest));
  if (AgentAt(c.id).signed_in()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is signed in", NameOf(c.id)));
  }
  if (!AgentAt(c.id).work.empty()) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} has {} set aside", NameOf(c.id), NameOf(AgentAt(c.id).work.front())),
        "transfer it first");
  }
  std::vector<Looking> looking;
  for (const OrderKey& key : s_.lines.KeptFor(c.id)) looking.push_back({key, false});
  Emit(AgentDeleted{c.id});
  PlaceInOrder(std::move(looking));
  return c.id.value();
}

}  // namespace wissel
