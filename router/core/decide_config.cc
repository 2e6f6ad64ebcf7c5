// Configuration: what refers to what is checked here, so that the rest can rely on it.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

constexpr Duration kLongestPause = Duration::Days(90);

template <class T, class Key>
bool Rises(const std::vector<T>& values, Key key) {
  return std::adjacent_find(values.begin(), values.end(), [&](const T& a, const T& b) {
           return !(key(a) < key(b));
         }) == values.end();
}

absl::Status CheckChannels(const RoutingProfile& profile) {
  if (!Rises(profile.channels, [](const ChannelCapacity& c) { return c.channel; })) {
    return RefuseField("channels", "a channel is listed twice", "each channel once, by number");
  }
  for (size_t i = 0; i < profile.channels.size(); ++i) {
    const ChannelCapacity& c = profile.channels[i];
    const std::string at = fmt::format("channels[{}].", i);
    if (!IsChannel(static_cast<int>(c.channel))) {
      return RefuseField(at + "channel", "is no channel", "a channel");
    }
    if (c.limit < 1 || c.limit > 100) {
      return RefuseField(at + "limit", fmt::format("{} is no limit", c.limit), "from 1 to 100");
    }
    if (c.cost < 0 || c.cost > profile.units) {
      return RefuseField(at + "cost", fmt::format("{} units do not fit", c.cost),
                         fmt::format("from 0 to the total of {}", profile.units));
    }
    if (c.offer_timeout < Duration::Seconds(1) || c.offer_timeout > Duration::Hours(24)) {
      return RefuseField(at + "offerTimeout", "is out of range", "between 1 s and 24 h");
    }
  }
  return absl::OkStatus();
}

}  // namespace

template <class Id, class Config>
absl::Status Decider::CheckName(const ResourceTable<Id, Config>& table, std::optional<Id> id,
                                const Config& config, const char* kind) const {
  if (config.name.empty()) return RefuseField("name", "has no name", "a name");
  const std::optional<Id> same = table.FindId(config.name);
  if (same && same != id) {
    return Refuse(absl::StatusCode::kAlreadyExists, "name",
                  fmt::format("there is a {} \"{}\" already", kind, config.name));
  }
  return absl::OkStatus();
}

template <class Id, class Config>
Decider::Subject Decider::ConfigureNamed(const ResourceTable<Id, Config>& table,
                                         const Configure<Id, Config>& c, const char* kind) {
  if (c.id) WISSEL_RETURN_IF_ERROR(CheckVersion(table, *c.id, kind, c.if_digest));
  WISSEL_RETURN_IF_ERROR(CheckName(table, c.id, c.config, kind));
  const Id id = c.id.value_or(table.next_id());
  Emit(Configured<Id, Config>{id, c.config});
  return id.value();
}

Decider::Subject Decider::On(const ConfigureCenter& c) {
  if (c.config.reconnect_grace < Duration() || c.config.reconnect_grace > Duration::Hours(1)) {
    return RefuseField("reconnectGrace", "is out of range", "from 0 to 1 h");
  }
  if (c.config.most_hops < 1 || c.config.most_hops > 20) {
    return RefuseField("mostHops", "is out of range", "from 1 to 20");
  }
  const bool more_hops = c.config.most_hops > s_.directory.center.most_hops;
  Emit(CenterConfigured{c.config});
  if (more_hops) LookAgainEverywhere();
  return uint64_t{0};
}

Decider::Subject Decider::On(const ConfigureSkill& c) {
  return ConfigureNamed(s_.directory.skills, c, "skill");
}

// Teams and partners are named in constraints: a new name makes new facts of their agents.
Decider::Subject Decider::On(const ConfigureTeam& c) {
  if (c.id && s_.directory.teams.Find(*c.id) != nullptr &&
      s_.directory.teams.Get(*c.id).name != c.config.name) {
    return RefuseField("name", "a team keeps its name", "the name it has");
  }
  return ConfigureNamed(s_.directory.teams, c, "team");
}

Decider::Subject Decider::On(const ConfigurePartner& c) {
  if (c.id && s_.directory.partners.Find(*c.id) != nullptr &&
      s_.directory.partners.Get(*c.id).name != c.config.name) {
    return RefuseField("name", "a partner keeps its name", "the name it has");
  }
  return ConfigureNamed(s_.directory.partners, c, "partner");
}

absl::Status Decider::CheckPreferences(const QueuePreferences& preferences) const {
  if (!Rises(preferences, [](const QueuePreference& p) { return p.key(); })) {
    return RefuseField("queues", "a queue is listed twice for a channel",
                       "each queue once for each channel");
  }
  for (size_t i = 0; i < preferences.size(); ++i) {
    const std::string at = fmt::format("queues[{}].", i);
    const QueuePreference& p = preferences[i];
    if (s_.directory.queues.Find(p.queue) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, at + "queue", "there is no such queue");
    }
    if (p.channel && !IsChannel(static_cast<int>(*p.channel))) {
      return RefuseField(at + "channel", "is no channel", "a channel");
    }
    if (p.help.rank > 9) return RefuseField(at + "rank", "is no rank", "from 0 to 9");
    if (p.help.delay < Duration() || p.help.delay > Duration::Days(30)) {
      return RefuseField(at + "delay", "is out of range", "from 0 to 30 days");
    }
  }
  return absl::OkStatus();
}

Decider::Subject Decider::On(const ConfigureProfile& c) {
  if (c.config.units < 1 || c.config.units > 10'000) {
    return RefuseField("units", fmt::format("{} units", c.config.units), "from 1 to 10,000");
  }
  WISSEL_RETURN_IF_ERROR(CheckChannels(c.config));
  WISSEL_RETURN_IF_ERROR(CheckPreferences(c.config.queues));
  if (c.id) {
    const RoutingProfile* before = s_.directory.profiles.Find(*c.id);
    for (const State::AgentRow& row : s_.agents) {
      if (before == nullptr || row.state.work.empty()) continue;
      if (s_.directory.agents.Get(row.state.id).profile != *c.id) continue;
      for (ItemId id : row.state.work) {
        if (c.config.Find(ItemAt(id).channel) == nullptr) {
          return Refuse(
              absl::StatusCode::kFailedPrecondition, "channels",
              fmt::format("{} holds {} of a channel that goes", NameOf(row.state.id), NameOf(id)));
        }
      }
    }
  }
  WISSEL_ASSIGN_OR_RETURN(const uint64_t id,
                          ConfigureNamed(s_.directory.profiles, c, "routing profile"));
  RevokeWhatNoLongerFits();
  ServeEveryone();
  LookAgainEverywhere();
  return id;
}

absl::Status Decider::CheckSkills(const Requirement& requirement) const {
  for (size_t i = 0; i < requirement.steps.size(); ++i) {
    for (size_t j = 0; j < requirement.steps[i].skills.size(); ++j) {
      if (s_.directory.skills.Find(requirement.steps[i].skills[j].skill) != nullptr) continue;
      return Refuse(absl::StatusCode::kNotFound, fmt::format("steps[{}].skills[{}].skill", i, j),
                    "there is no such skill");
    }
  }
  return absl::OkStatus();
}

absl::Status Decider::CheckQueue(const ConfigureQueue& c) const {
  const QueueConfig& q = c.config;
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(Validate(c.requirement), "requirement"));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckSkills(c.requirement), "requirement"));
  if (!IsChannel(static_cast<int>(q.channel)))
    return RefuseField("channel", "is no channel", "a channel");
  if (q.answer_within < Duration::Seconds(1) || q.answer_within > Duration::Days(30)) {
    return RefuseField("answerWithin", "is out of range", "between 1 s and 30 days");
  }
  if (q.default_band > 9) return RefuseField("defaultBand", "is no band", "from 0 to 9");
  if (q.max_declines < 1 || q.max_declines > 100) {
    return RefuseField("maxDeclines", "is out of range", "from 1 to 100");
  }
  if (q.decline_gap < Duration() || q.decline_gap > Duration::Hours(24)) {
    return RefuseField("declineGap", "is out of range", "from 0 to 24 h");
  }
  if (q.wake_hold < Duration() || q.wake_hold > Duration::Hours(24)) {
    return RefuseField("wakeHold", "is out of range", "from 0 to 24 h");
  }
  if (q.conversation_expires < Duration::Minutes(1) ||
      q.conversation_expires > Duration::Days(60)) {
    return RefuseField("conversationExpires", "is out of range", "between 1 min and 60 days");
  }
  if (q.longest_pause < Duration() || q.longest_pause > kLongestPause) {
    return RefuseField("longestPause", "is out of range", "from 0 to 90 days");
  }
  const bool timed = q.wrap_up.mode == WrapUpMode::kTimed;
  if (timed && (q.wrap_up.limit < Duration::Seconds(1) || q.wrap_up.limit > Duration::Hours(1))) {
    return RefuseField("wrapUp.limit", "a timed wrap-up has to end", "between 1 s and 1 h");
  }
  if (q.wrap_up.mode == WrapUpMode::kMandatory && q.reason_codes.empty()) {
    return RefuseField("reasonCodes", "a mandatory wrap-up asks for a reason code",
                       "at least one reason code");
  }
  if (q.selection.size() > 8) return RefuseField("selection", "too many keys", "at most 8");
  if (q.share_floor_permille < 0 || q.share_floor_permille > 1000) {
    return RefuseField("shareFloor", "is no share", "0 to 1");
  }
  WISSEL_RETURN_IF_ERROR(
      WithFieldPrefix(CheckAllocation(q.partner_allocation), "partnerAllocation"));
  if (q.closed_action == ClosedActionKind::kRedirect) {
    if (!q.closed_queue || s_.directory.queues.Find(*q.closed_queue) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, "hours.closedAction.queue",
                    "there is no such queue");
    }
    if (q.closed_queue == c.id) {
      return RefuseField("hours.closedAction.queue", "a queue cannot redirect to itself",
                         "another queue");
    }
  }
  if (q.closed_action == ClosedActionKind::kCallback && !q.retry) {
    return RefuseField("retry", "callbacks are promised, but not how often they are tried",
                       "how often and how long a customer is tried");
  }
  return CheckGates(c);
}

absl::Status Decider::CheckGates(const ConfigureQueue& c) const {
  const auto check_target = [&](std::optional<QueueId> queue, const std::string& at) {
    if (!queue || s_.directory.queues.Find(*queue) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, at, "there is no such queue");
    }
    if (queue == c.id) {
      return RefuseField(at, "a queue cannot overflow into itself", "another queue");
    }
    return absl::OkStatus();
  };
  const auto check_gates = [&](const std::vector<EntryGate>& gates, const char* field) {
    if (gates.size() > 10) return RefuseField(field, "too many gates", "at most 10");
    for (size_t i = 0; i < gates.size(); ++i) {
      const std::string at = fmt::format("{}[{}].", field, i);
      if (gates[i].when == EntryGate::When::kWaiting && gates[i].waiting < 1) {
        return RefuseField(at + "waiting", "such a gate would always hold", "at least 1");
      }
      const bool by_wait = gates[i].when == EntryGate::When::kEstimatedWait;
      if (by_wait &&
          (gates[i].wait < Duration::Seconds(1) || gates[i].wait > Duration::Hours(24))) {
        return RefuseField(at + "wait", "is out of range", "between 1 s and 24 h");
      }
      if (gates[i].from_band > 9) return RefuseField(at + "fromBand", "is no band", "from 0 to 9");
      if (gates[i].action != EntryGate::Action::kRedirect) continue;
      WISSEL_RETURN_IF_ERROR(check_target(gates[i].queue, at + "queue"));
    }
    return absl::OkStatus();
  };
  WISSEL_RETURN_IF_ERROR(check_gates(c.config.entry_gates, "entryGates"));
  WISSEL_RETURN_IF_ERROR(check_gates(c.config.surge.gates, "surge.gates"));
  if (const std::optional<RetryRule>& retry = c.config.retry) {
    if (retry->attempts < 1 || retry->attempts > 100) {
      return RefuseField("retry.attempts", "is out of range", "from 1 to 100");
    }
    if (retry->gap < Duration::Seconds(1) || retry->gap > Duration::Days(30)) {
      return RefuseField("retry.gap", "is out of range", "between 1 s and 30 days");
    }
    if (retry->expires_after < Duration::Seconds(1) || retry->expires_after > Duration::Days(365)) {
      return RefuseField("retry.expiresAfter", "is out of range", "between 1 s and 365 days");
    }
    if (retry->per_slot < 0 || retry->per_slot > 100'000) {
      return RefuseField("retry.perSlot", "is out of range", "from 0 to 100,000");
    }
  }
  if (!c.config.overflow) return absl::OkStatus();
  if (c.config.overflow->after < Duration::Seconds(1) ||
      c.config.overflow->after > Duration::Days(30)) {
    return RefuseField("overflow.after", "is out of range", "between 1 s and 30 days");
  }
  return check_target(c.config.overflow->queue, "overflow.queue");
}

// Waiting items without a requirement of their own follow their queue's.
void Decider::FollowRequirement(QueueId queue) {
  const QueueConfig config = s_.directory.queues.Get(queue);
  std::vector<ItemId> moved;
  s_.items.ForEach(ItemId(), [&](const ItemTable::Row& row) {
    const Item& item = row.item;
    if (item.queue == queue && !IsEnded(item.state) && !item.own_requirement &&
        item.requirement != config.requirement) {
      moved.push_back(item.id);
    }
    return true;
  });
  for (ItemId id : moved) {
    const Item& item = ItemAt(id);
    Emit(ItemUpdated{id, item.band, false, config.requirement, item.head_start, item.due});
  }
  std::vector<Looking> looking;
  looking.reserve(moved.size());
  for (ItemId id : moved) looking.push_back({OrderOf(ItemAt(id)), false});
  PlaceInOrder(std::move(looking));
}

Decider::Subject Decider::On(const ConfigureQueue& c) {
  if (c.id) WISSEL_RETURN_IF_ERROR(CheckVersion(s_.directory.queues, *c.id, "queue", c.if_digest));
  WISSEL_RETURN_IF_ERROR(CheckName(s_.directory.queues, c.id, c.config, "queue"));
  WISSEL_RETURN_IF_ERROR(CheckQueue(c));
  const QueueId id = c.id.value_or(s_.directory.queues.next_id());
  QueueConfig config = c.config;
  config.requirement = Define(c.requirement);
  const QueueConfig* before = s_.directory.queues.Find(id);
  const bool blocks_now =
      before != nullptr && !before->wrap_up.blocks_capacity && config.wrap_up.blocks_capacity;
  if (before != nullptr && !SharesAlike(before->partner_allocation, config.partner_allocation)) {
    SettlePartners(id);
  }
  Emit(QueueConfigured{id, config});
  CloseStepThatIsGone(id);
  if (blocks_now) RevokeWhatNoLongerFits();
  TurnHours(id);
  FollowRequirement(id);
  ServeEveryone();
  LookAgainEverywhere();
  return id.value();
}

absl::Status Decider::CheckAgent(const AgentConfig& config) const {
  if (!Rises(config.skills, [](const SkillLevel& s) { return s.skill; })) {
    return RefuseField("skills", "a skill is listed twice", "each skill once");
  }
  for (size_t i = 0; i < config.skills.size(); ++i) {
    if (s_.directory.skills.Find(config.skills[i].skill) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, fmt::format("skills[{}].skill", i),
                    "there is no such skill");
    }
    if (config.skills[i].level < 1 || config.skills[i].level > 10) {
      return RefuseField(fmt::format("skills[{}].level", i),
                         fmt::format("{} is no level", config.skills[i].level),
                         "a level from 1 to 10");
    }
  }
  if (!Rises(config.attributes, [](const Attribute& a) { return a.key; })) {
    return RefuseField("attributes", "an attribute is listed twice", "each key once");
  }
  for (size_t i = 0; i < config.attributes.size(); ++i) {
    const std::string& key = config.attributes[i].key;
    if (key.empty() || key == "team" || key == "partner") {
      return RefuseField(fmt::format("attributes[{}].key", i), fmt::format("\"{}\" is no key", key),
                         "another key; team and partner have fields of their own");
    }
  }
  if (config.weight < 1 || config.weight > 100) {
    return RefuseField("selectionWeight", fmt::format("{} is no weight", config.weight),
                       "from 1 to 100");
  }
  if (config.team && s_.directory.teams.Find(*config.team) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "team", "there is no such team");
  }
  if (config.partner && s_.directory.partners.Find(*config.partner) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "partner", "there is no such partner");
  }
  if (s_.directory.profiles.Find(config.profile) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "routingProfile",
                  "there is no such routing profile");
  }
  return absl::OkStatus();
}

Decider::Subject Decider::On(const ConfigureAgent& c) {
  WISSEL_RETURN_IF_ERROR(CheckAgent(c.config));
  std::vector<WaitLines::GroupRef> groups_before;
  if (c.id && s_.FindAgent(*c.id) != nullptr) {
    groups_before = s_.lines.GroupsOf(*s_.AgentAt(*c.id).pool);
    for (ItemId id : AgentAt(*c.id).work) {
      if (s_.directory.profiles.Get(c.config.profile).Find(ItemAt(id).channel) == nullptr) {
        return Refuse(
            absl::StatusCode::kFailedPrecondition, "routingProfile",
            fmt::format("the agent holds {}, of a channel that this profile does not take",
                        NameOf(id)));
      }
    }
  }
  WISSEL_ASSIGN_OR_RETURN(const uint64_t value, ConfigureNamed(s_.directory.agents, c, "agent"));
  const AgentId id(static_cast<uint32_t>(value));
  RevokeWhatNoLongerFits(id);
  Serve(id);
  AfterLeaving(id);
  std::vector<Looking> looking;
  LookAgain(groups_before, looking);
  PlaceInOrder(std::move(looking));
  return value;
}

}  // namespace wissel
