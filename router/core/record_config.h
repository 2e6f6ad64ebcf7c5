// What the events of configuration and hours change. Part of record.cc, which includes it and has
// the rest.
#pragma once

#include "router/core/record_parts.h"

namespace wissel {

class ConfigRecorder : protected RecorderParts {
 public:
  using RecorderParts::RecorderParts;

  void operator()(const RulesApplied&) {}  // its changes are events of their own
  void operator()(const CenterConfigured& e) {
    s_.directory.center = e.config;
    ++s_.directory.revision;
  }
  void operator()(const SkillConfigured& e) { Put(s_.directory.skills, e); }
  void operator()(const TeamConfigured& e) { Put(s_.directory.teams, e); }
  void operator()(const PartnerConfigured& e) { Put(s_.directory.partners, e); }
  void operator()(const ProfileConfigured& e) {
    const RoutingProfile* before = s_.directory.profiles.Find(e.id);
    const QueuePreferences queues = before == nullptr ? QueuePreferences() : before->queues;
    Put(s_.directory.profiles, e);
    if (e.config.queues != queues && s_.classes.RefreshAll(s_.directory)) s_.MoveBetweenLines();
    s_.directory.agents.ForEach([&](AgentId id, const AgentConfig& config) {
      if (config.profile == e.id) s_.Reindex(id);
    });
  }
  void operator()(const QueueConfigured& e) {
    const QueueConfig* before = s_.directory.queues.Find(e.id);
    s_.Use(e.config.requirement, 1);
    if (before != nullptr) s_.Use(before->requirement, -1);
    const bool had_hours = before != nullptr && before->hours;
    const bool wrap_up_counts_otherwise =
        before != nullptr && before->wrap_up.blocks_capacity != e.config.wrap_up.blocks_capacity;
    if (e.id.value() >= s_.queues.size()) s_.queues.resize(e.id.value() + 1);
    State::QueueRow& row = s_.queues[e.id.value()];
    if (!e.config.hours) {
      row.openings.clear();
      row.open = true;
    } else if (!had_hours) {
      row.open = false;
    }
    s_.share_floors += e.config.share_floor_permille > 0 ? 1 : 0;
    s_.share_floors -= before != nullptr && before->share_floor_permille > 0 ? 1 : 0;
    const bool overflows_otherwise = before != nullptr && before->overflow != e.config.overflow;
    if (e.config.share_floor_permille == 0) row.share_credit = 0;
    row.Follow(before == nullptr ? std::nullopt : before->partner_allocation, e.config);
    Put(s_.directory.queues, e);
    s_.FollowSelection(e.id);
    const bool moves = s_.classes.Refresh(e.id, s_.directory);
    if (moves && before != nullptr) s_.MoveBetweenLines();
    if (overflows_otherwise) s_.ScheduleWaiting();
    if (wrap_up_counts_otherwise) {
      s_.directory.agents.ForEach([&](AgentId id, const AgentConfig&) { s_.Reindex(id); });
    }
  }
  void operator()(const AgentConfigured& e) {
    Put(s_.directory.agents, e);
    if (e.id.value() >= s_.agents.size()) s_.agents.resize(e.id.value() + 1);
    s_.agents[e.id.value()].state.id = e.id;
    s_.SetPool(e.id);
    s_.Reindex(e.id);
  }
  void operator()(const SkillDeleted& e) { Remove(s_.directory.skills, e.id); }
  void operator()(const TeamDeleted& e) { Remove(s_.directory.teams, e.id); }
  void operator()(const PartnerDeleted& e) { Remove(s_.directory.partners, e.id); }
  void operator()(const ProfileDeleted& e) {
    Remove(s_.directory.profiles, e.id);
    if (s_.classes.RefreshAll(s_.directory)) s_.MoveBetweenLines();
  }
  void operator()(const QueueDeleted& e) {
    // What ended in it is no longer remembered: it has no queue to be told of.
    std::erase_if(s_.ended_order_, [&](ItemId id) {
      const bool gone = s_.items.Get(id).item.queue == e.id;
      if (gone) s_.items.Erase(id);
      return gone;
    });
    const QueueConfig& queue = s_.directory.queues.Get(e.id);
    s_.Use(queue.requirement, -1);
    s_.share_floors -= queue.share_floor_permille > 0 ? 1 : 0;
    s_.queues[e.id.value()] = State::QueueRow();
    s_.settlements.Forget(e.id);
    Remove(s_.directory.queues, e.id);
    s_.RefreshOrders();
  }
  void operator()(const AgentDeleted& e) {
    s_.LeavePool(e.id);
    s_.agents[e.id.value()] = State::AgentRow();
    Remove(s_.directory.agents, e.id);
  }
  void operator()(const RequirementDefined& e) {
    s_.AddRequirement(e.id, e.requirement);
    s_.next_requirement = std::max(s_.next_requirement, e.id.value() + 1);
  }
  void operator()(const RequirementForgotten& e) { s_.Forget(e.id); }
  void operator()(const OpeningsSet& e) {
    s_.queues[e.queue.value()].openings = e.openings;
    for (const Opening& opening : e.openings) {
      if (opening.from > at_) s_.timers.Add(TimerKind::kQueueHours, opening.from, e.queue.value());
      if (opening.to > at_) s_.timers.Add(TimerKind::kQueueHours, opening.to, e.queue.value());
    }
  }
  void operator()(const QueueOpened& e) { s_.queues[e.queue.value()].open = true; }
  void operator()(const QueueClosed& e) { s_.queues[e.queue.value()].open = false; }

 private:
  template <class Table, class E>
  void Put(Table& table, const E& event) {
    table.Put(event.id, event.config);
    ++s_.directory.revision;
  }
  template <class Table, class Id>
  void Remove(Table& table, Id id) {
    table.Remove(id);
    ++s_.directory.revision;
  }
};

}  // namespace wissel
