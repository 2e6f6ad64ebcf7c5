// What the events of configuration change in the shadow model.
#include <utility>

#include "fmt/format.h"
#include "tests/reference/model.h"

namespace wissel::reference {

void Model::On(const RulesApplied& e, Instant) {
  if (changes_to_come > 0) Fault("rules are applied in the midst of others");
  if (e.changes == 0) Fault("rules are applied that change nothing");
  if (e.version != revision + e.changes) Fault("rules have the number of another version");
  changes_to_come = e.changes;
}
void Model::On(const CenterConfigured& e, Instant) {
  center = e.config;
  ++revision;
}
void Model::On(const SkillConfigured& e, Instant) {
  skills[e.id] = e.config;
  ++revision;
}
void Model::On(const TeamConfigured& e, Instant) {
  teams[e.id] = e.config;
  ++revision;
}
void Model::On(const PartnerConfigured& e, Instant) {
  partners[e.id] = e.config;
  ++revision;
}
void Model::On(const ProfileConfigured& e, Instant) {
  profiles[e.id] = e.config;
  NoteChangedCapacity();
  ++revision;
}
void Model::On(const QueueConfigured& e, Instant) {
  auto [it, is_new] = queues.try_emplace(e.id);
  QueuePicture& queue = it->second;
  if (is_new) queue.open = !e.config.hours;  // with hours, closed until openings are given
  if (!e.config.hours) queue.openings.clear();
  if (e.config.share_floor_permille == 0) queue.share_credit = 0;
  const auto before = std::exchange(queue.config, e.config).partner_allocation;
  const auto& after = queue.config.partner_allocation;
  const bool same =
      before.has_value() == after.has_value() &&
      (!after || (before->shares == after->shares && before->interval == after->interval));
  if (!same) {
    if (queue.interval) Fault("other shares before what was taken is settled");
    BeginPartners(queue);
  }
  ++revision;
}
void Model::On(const AgentConfigured& e, Instant) {
  agents[e.id].id = e.id;
  agents[e.id].config = e.config;
  NoteChangedCapacity();
  ++revision;
}
void Model::On(const SkillDeleted& e, Instant) {
  if (skills.erase(e.id) == 0) Fault("deleted a skill that is not there");
  ++revision;
}
void Model::On(const TeamDeleted& e, Instant) {
  if (teams.erase(e.id) == 0) Fault("deleted a team that is not there");
  ++revision;
}
void Model::On(const PartnerDeleted& e, Instant) {
  if (partners.erase(e.id) == 0) Fault("deleted a partner that is not there");
  ++revision;
}
void Model::On(const ProfileDeleted& e, Instant) {
  if (profiles.erase(e.id) == 0) Fault("deleted a profile that is not there");
  for (const auto& [id, agent] : agents) {
    if (agent.config.profile == e.id) Fault("deleted a profile that an agent has");
  }
  ++revision;
}
void Model::On(const QueueDeleted& e, Instant) {
  if (queues.contains(e.id) && queues[e.id].interval) Fault("deleted a queue with open accounts");
  if (queues.erase(e.id) == 0) Fault("deleted a queue that is not there");
  for (const auto& [id, item] : living) {
    if (item.queue == e.id) Fault("deleted a queue with items in it");
  }
  ++revision;
}
void Model::On(const AgentDeleted& e, Instant) {
  if (!WorkOf(e.id).empty()) Fault("deleted an agent who holds work");
  if (agents.erase(e.id) == 0) Fault("deleted an agent who is not there");
  ++revision;
}
void Model::On(const RequirementDefined& e, Instant) {
  if (requirements.contains(e.id)) Fault("defined a requirement twice");
  if (e.requirement.steps.empty()) Fault("defined a requirement without steps");
  requirements[e.id] = e.requirement;
}
void Model::On(const RequirementForgotten& e, Instant) {
  for (const auto& [id, item] : living) {
    if (item.requirement == e.id) Fault("forgot a requirement that an item needs");
  }
  for (const auto& [id, queue] : queues) {
    if (queue.config.requirement == e.id) Fault("forgot a requirement that a queue needs");
  }
  if (requirements.erase(e.id) == 0) Fault("forgot a requirement that is not there");
}
void Model::On(const OpeningsSet& e, Instant) {
  if (!queues.contains(e.queue)) return Fault("openings of a queue that is not there");
  queues[e.queue].openings = e.openings;
}
void Model::On(const QueueOpened& e, Instant) {
  if (!queues.contains(e.queue)) return Fault("opened a queue that is not there");
  if (queues[e.queue].open) Fault("opened a queue that is open");
  queues[e.queue].open = true;
}
void Model::On(const QueueClosed& e, Instant) {
  if (!queues.contains(e.queue)) return Fault("closed a queue that is not there");
  if (!queues[e.queue].open) Fault("closed a queue that is closed");
  queues[e.queue].open = false;
}

}  // namespace wissel::reference
