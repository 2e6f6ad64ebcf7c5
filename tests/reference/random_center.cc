#include "tests/reference/random_center.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/format.h"

namespace wissel::reference {
namespace {

const std::vector<std::string> kCities = {"brussels", "ghent", "liege"};

uint8_t Bits(std::initializer_list<Channel> channels) {
  ChannelSet set;
  for (Channel channel : channels) set.Add(channel);
  return set.bits();
}

Constraint RandomTest(Dice& dice, const Model& model) {
  Constraint test;
  switch (dice.Below(4)) {
    case 0:
      test.kind = Constraint::Kind::kEquals;
      test.attribute = "team";
      test.texts = {"teams/" + model.teams.at(PickKey(dice, model.teams)).name};
      break;
    case 1:
      test.kind = Constraint::Kind::kIn;
      test.attribute = "city";
      test.texts = {dice.Pick(kCities), dice.Pick(kCities)};
      if (test.texts[0] == test.texts[1]) test.texts.pop_back();
      break;
    case 2:
      test.kind = Constraint::Kind::kAtLeast;
      test.attribute = "years";
      test.number = dice.Between(0, 5);
      break;
    default:
      test.kind = Constraint::Kind::kAtMost;
      test.attribute = "years";
      test.number = dice.Between(2, 9);
  }
  return test;
}

Constraint RandomConstraint(Dice& dice, const Model& model) {
  if (dice.Chance(50)) return RandomTest(dice, model);
  Constraint constraint;
  const uint32_t kind = dice.Below(3);
  constraint.kind = kind == 0   ? Constraint::Kind::kAll
                    : kind == 1 ? Constraint::Kind::kAny
                                : Constraint::Kind::kNot;
  const int children = kind == 2 ? 1 : 2;
  for (int i = 0; i < children; ++i) constraint.children.push_back(RandomTest(dice, model));
  return constraint;
}

std::vector<SelectionKey> RandomSelection(Dice& dice) {
  std::vector<SelectionKey> chain = {SelectionKey::kRing, SelectionKey::kMatchScore,
                                     SelectionKey::kLoadRatio, SelectionKey::kIdleSince};
  if (dice.Chance(60)) return chain;
  chain = {SelectionKey::kRing,       SelectionKey::kMatchScore,   SelectionKey::kLoadRatio,
           SelectionKey::kIdleSince,  SelectionKey::kFewestSkills, SelectionKey::kMostSkills,
           SelectionKey::kFixedOrder, SelectionKey::kWeighted};
  for (size_t i = chain.size(); i > 1; --i) {
    std::swap(chain[i - 1], chain[dice.Below(static_cast<uint32_t>(i))]);
  }
  chain.resize(1 + dice.Below(4));
  return chain;
}

Channel RandomChannel(Dice& dice) {
  static const std::vector<Channel> kUsual = {Channel::kVoice, Channel::kVoice, Channel::kChat,
                                              Channel::kEmail, Channel::kEmail};
  return dice.Pick(kUsual);
}

WrapUp RandomWrapUp(Dice& dice) {
  WrapUp wrap_up;
  wrap_up.mode = static_cast<WrapUpMode>(1 + dice.Below(4));
  if (wrap_up.mode == WrapUpMode::kTimed) wrap_up.limit = Duration::Seconds(dice.Between(5, 60));
  wrap_up.blocks_capacity = dice.Chance(60);
  return wrap_up;
}

std::optional<QueueId> AnotherQueue(Dice& dice, const Model& model, const std::string& name) {
  if (model.queues.empty()) return std::nullopt;
  const QueueId id = PickKey(dice, model.queues);
  if (model.queues.at(id).config.name == name) return std::nullopt;
  return id;
}

EntryGate RandomGate(Dice& dice, const Model& model, const std::string& name) {
  EntryGate gate;
  gate.when = static_cast<EntryGate::When>(1 + dice.Below(3));
  if (gate.when == EntryGate::When::kEstimatedWait) {
    gate.wait = Duration::Seconds(dice.Between(10, 300));
  }
  if (gate.when == EntryGate::When::kWaiting) {
    gate.waiting = static_cast<int32_t>(dice.Between(1, 8));
  }
  gate.queue = AnotherQueue(dice, model, name);
  if (gate.queue) gate.action = EntryGate::Action::kRedirect;
  return gate;
}

void VaryOverflow(QueueConfig& config, Dice& dice, const Model& model) {
  config.entry_gates.clear();
  config.overflow.reset();
  config.retry.reset();
  if (dice.Chance(60)) {
    config.retry = RetryRule{static_cast<int32_t>(dice.Between(1, 3)),
                             Duration::Seconds(dice.Between(10, 600)),
                             Duration::Seconds(dice.Between(60, 7200))};
    config.retry->per_slot = static_cast<int32_t>(dice.Below(4));
  }
  if (config.closed_action == ClosedActionKind::kHold && config.retry && dice.Chance(30)) {
    config.closed_action = ClosedActionKind::kCallback;
  }
  if (config.closed_action == ClosedActionKind::kCallback && !config.retry) {
    config.closed_action = ClosedActionKind::kHold;
  }
  config.surge = SurgeRule{{}, dice.Chance(60)};
  if (dice.Chance(50)) {
    config.surge.gates.push_back(RandomGate(dice, model, config.name));
    config.surge.gates.back().from_band = static_cast<uint8_t>(dice.Below(8));
  }
  config.share_floor_permille =
      dice.Chance(60) ? 0 : static_cast<int32_t>(dice.Between(1, 8) * 100);
  for (uint32_t left = dice.Chance(25) ? 1 + dice.Below(2) : 0; left > 0; --left) {
    config.entry_gates.push_back(RandomGate(dice, model, config.name));
  }
  const auto target = AnotherQueue(dice, model, config.name);
  if (target && dice.Chance(30)) {
    config.overflow = Overflow{Duration::Seconds(dice.Between(1, 90)), *target};
  }
}

// Shares of the house and the partners, some of them left out; their order is what breaks ties.
void VaryPartners(QueueConfig& config, Dice& dice, const Model& model) {
  const std::vector<int64_t> kFloors = {0, 0, 500, 900, 1000};
  if (config.partner_allocation && dice.Chance(50)) {
    config.partner_allocation->service_level_floor_permille =
        static_cast<int32_t>(dice.Pick(kFloors));
    return;
  }
  config.partner_allocation.reset();
  if (dice.Chance(50)) return;
  PartnerAllocation allocation;
  std::vector<std::optional<PartnerId>> partners = {std::nullopt};
  for (const auto& [id, partner] : model.partners) partners.push_back(id);
  if (dice.Chance(50)) std::swap(partners.front(), partners.back());
  int32_t left = 1000;
  for (const auto& partner : partners) {
    if (dice.Chance(20)) continue;
    const auto share = static_cast<int32_t>(dice.Between(1, left / 2));
    allocation.shares.push_back({partner, share});
    left -= share;
  }
  if (allocation.shares.empty()) allocation.shares.push_back({partners.back(), 1000});
  allocation.service_level_floor_permille = static_cast<int32_t>(dice.Pick(kFloors));
  allocation.interval = Duration::Minutes(dice.Pick(std::vector<int64_t>{1, 5, 30, 1440}));
  config.partner_allocation = std::move(allocation);
}

void Vary(QueueConfig& config, Dice& dice) {
  config.answer_within = Duration::Seconds(dice.Pick(std::vector<int64_t>{10, 20, 60, 300, 3600}));
  config.default_band = static_cast<uint8_t>(dice.Chance(80) ? 5 : dice.Below(10));
  config.max_declines = static_cast<int32_t>(dice.Between(1, 4));
  config.decline_gap = Duration::Seconds(dice.Pick(std::vector<int64_t>{1, 10, 30, 90}));
  config.selection = RandomSelection(dice);
  config.wake_hold = Duration::Seconds(dice.Between(0, 3) * 40);
  config.conversation_expires = Duration::Minutes(dice.Between(1, 40));
  config.longest_pause = Duration::Minutes(dice.Between(0, 2) * 20);
}

}  // namespace

ConfigureQueue RandomQueue(Dice& dice, const Model& model, const CenterSize& size,
                           std::string name) {
  ConfigureQueue queue;
  QueueConfig& config = queue.config;
  config.name = std::move(name);
  config.channel = RandomChannel(dice);
  Vary(config, dice);
  config.reason_codes = {"solved", "referred"};
  if (size.wrap_up) config.wrap_up = RandomWrapUp(dice);
  if (size.hours && dice.Chance(40)) {
    config.hours = OpeningHours{"UTC", {WeeklyHours{0x7f, {DayRange{0, 1440}}}}, {}};
    config.closed_action = static_cast<ClosedActionKind>(1 + dice.Below(3));
    if (config.closed_action == ClosedActionKind::kRefuse) config.closed_message = "We are closed.";
    if (config.closed_action == ClosedActionKind::kRedirect) {
      if (model.queues.empty()) {
        config.closed_action = ClosedActionKind::kHold;
      } else {
        config.closed_queue = PickKey(dice, model.queues);
      }
    }
  }
  VaryOverflow(config, dice, model);
  VaryPartners(config, dice, model);
  queue.requirement = RandomRequirement(dice, model);
  return queue;
}

namespace {

CommandBody RandomQueueChange(Dice& dice, const Model& model) {
  const QueueId id = PickKey(dice, model.queues);
  ConfigureQueue queue{id, model.queues.at(id).config, {}, std::nullopt};
  queue.requirement = dice.Chance(50) ? RandomRequirement(dice, model)
                                      : model.requirements.at(queue.config.requirement);
  Vary(queue.config, dice);
  VaryOverflow(queue.config, dice, model);
  VaryPartners(queue.config, dice, model);
  return queue;
}

}  // namespace

Requirement RandomRequirement(Dice& dice, const Model& model) {
  Requirement requirement;
  const uint32_t steps = dice.Chance(60) ? 1 : 2 + dice.Below(2);
  for (uint32_t i = 0; i < steps; ++i) {
    RequirementStep step;
    for (const auto& [skill, config] : model.skills) {
      if (!dice.Chance(35)) continue;
      SkillNeed need{skill, static_cast<uint8_t>(dice.Between(1, 8)), dice.Chance(30), 1};
      if (need.preferred) need.weight = static_cast<uint8_t>(dice.Between(1, 3));
      if (need.preferred) need.min_level = 1;
      step.skills.push_back(need);
    }
    if (dice.Chance(20)) step.constraint = RandomConstraint(dice, model);
    if (i + 1 < steps) {
      step.expires_after = Duration::Seconds(dice.Between(1, 90));
      step.skip_if_none = dice.Chance(40);
    }
    requirement.steps.push_back(std::move(step));
  }
  return requirement;
}

QueuePreferences RandomPreferences(Dice& dice, const Model& model) {
  QueuePreferences preferences;
  for (const auto& [id, queue] : model.queues) {
    if (!dice.Chance(40)) continue;
    QueueHelp help{static_cast<uint8_t>(dice.Below(10)), Duration()};
    if (dice.Chance(40)) help.delay = Duration::Seconds(10 * dice.Between(1, 9));
    if (dice.Chance(70)) preferences.push_back({id, std::nullopt, help});
    if (dice.Chance(30)) preferences.push_back({id, RandomChannel(dice), {1, Duration()}});
  }
  return preferences;
}

RoutingProfile RandomProfile(Dice& dice, std::string name) {
  RoutingProfile profile;
  profile.name = std::move(name);
  profile.units = 100;
  auto add = [&](Channel channel, int limit, int cost, uint8_t interrupted_by) {
    ChannelCapacity capacity;
    capacity.channel = channel;
    capacity.limit = limit;
    capacity.cost = cost;
    capacity.interrupted_by = interrupted_by;
    capacity.auto_accept = dice.Chance(12);
    capacity.offer_timeout = Duration::Seconds(dice.Between(5, 40));
    profile.channels.push_back(capacity);
  };
  if (dice.Chance(85)) add(Channel::kVoice, 1, dice.Chance(50) ? 100 : 60, 0);
  if (dice.Chance(60) || profile.channels.empty()) {
    const uint8_t by = dice.Chance(70) ? Bits({Channel::kVoice, Channel::kChat}) : 0;
    add(Channel::kEmail, static_cast<int>(dice.Between(1, 4)),
        static_cast<int>(dice.Between(20, 60)), by);
  }
  if (dice.Chance(60)) {
    const uint8_t by = dice.Chance(30) ? Bits({Channel::kVoice}) : 0;
    add(Channel::kChat, static_cast<int>(dice.Between(1, 3)),
        static_cast<int>(dice.Between(25, 60)), by);
  }
  if (dice.Chance(50)) add(Channel::kCallback, 1, dice.Chance(50) ? 100 : 50, 0);
  return profile;
}

AgentConfig RandomAgent(Dice& dice, const Model& model, std::string name) {
  AgentConfig agent;
  agent.name = std::move(name);
  for (const auto& [skill, config] : model.skills) {
    if (dice.Chance(60)) {
      agent.skills.push_back(SkillLevel{skill, static_cast<uint8_t>(dice.Between(1, 10))});
    }
  }
  if (dice.Chance(70))
    agent.attributes.push_back(Attribute{"city", dice.Pick(kCities), std::nullopt});
  if (dice.Chance(70))
    agent.attributes.push_back(Attribute{"years", std::nullopt, dice.Between(0, 9)});
  if (dice.Chance(80)) agent.team = PickKey(dice, model.teams);
  if (dice.Chance(45)) agent.partner = PickKey(dice, model.partners);
  agent.profile = PickKey(dice, model.profiles);
  agent.order = static_cast<int32_t>(dice.Below(5));
  if (dice.Chance(60)) agent.weight = static_cast<int32_t>(dice.Between(1, 100));
  return agent;
}

std::vector<Opening> RandomOpenings(Dice& dice, Instant now) {
  std::vector<Opening> openings;
  Instant at = now - Duration::Minutes(dice.Between(0, 60));
  const int64_t count = dice.Between(2, 8);
  for (int64_t i = 0; i < count; ++i) {
    const Instant from = at;
    at = at + Duration::Minutes(dice.Between(30, 300));
    if (at > now) openings.push_back(Opening{from, at});
    at = at + Duration::Minutes(dice.Between(5, 120));
  }
  return openings;
}

CommandBody RandomReconfiguration(Dice& dice, const Model& model) {
  switch (dice.Below(8)) {
    case 0:
    case 1:
      return RandomQueueChange(dice, model);
    case 2: {
      const ProfileId id = PickKey(dice, model.profiles);
      RoutingProfile profile = RandomProfile(dice, model.profiles.at(id).name);
      profile.queues = RandomPreferences(dice, model);
      return ConfigureProfile{id, std::move(profile), std::nullopt};
    }
    case 3: {
      CenterConfig center = model.center;
      center.reconnect_grace = Duration::Seconds(dice.Between(10, 120));
      center.most_hops = static_cast<int32_t>(dice.Between(1, 4));
      center.lost_work = dice.Chance(50) ? LostWorkRule::kReturnToQueue : LostWorkRule::kComplete;
      return ConfigureCenter{center};
    }
    case 4:
      if (model.agents.size() > 3) return DeleteAgent{PickKey(dice, model.agents), std::nullopt};
      [[fallthrough]];
    case 5: {
      const std::string name = fmt::format("agent-{}", dice.Below(1000));
      return ConfigureAgent{std::nullopt, RandomAgent(dice, model, name), std::nullopt};
    }
    default: {
      const AgentId id = PickKey(dice, model.agents);
      return ConfigureAgent{id, RandomAgent(dice, model, model.agents.at(id).config.name),
                            std::nullopt};
    }
  }
}

void SetUpCenter(Inspector& inspector, Dice& dice, const CenterSize& size, Instant now) {
  auto decide = [&](CommandBody body) {
    const auto outcome = inspector.Decide(Command{std::move(body), std::nullopt}, now);
    if (inspector.ok() && !outcome.ok()) {
      inspector.Fault("setting up is refused: " + outcome.status().ToString());
    }
  };
  const Model& model = inspector.model();
  CenterConfig center;
  center.display_name = "Center";
  center.away_reasons = {"break", "meal"};
  center.lost_work = dice.Chance(70) ? LostWorkRule::kReturnToQueue : LostWorkRule::kComplete;
  decide(ConfigureCenter{center});
  auto named = [](const char* kind, int i) {
    return NamedConfig{fmt::format("{}-{}", kind, i), fmt::format("{} {}", kind, i)};
  };
  for (int i = 0; i < size.skills; ++i) decide(ConfigureSkill{{}, named("skill", i), {}});
  for (int i = 0; i < size.teams; ++i) decide(ConfigureTeam{{}, named("team", i), {}});
  for (int i = 0; i < 2; ++i) decide(ConfigurePartner{{}, named("partner", i), {}});
  for (int i = 0; i < size.profiles; ++i) {
    decide(ConfigureProfile{{}, RandomProfile(dice, fmt::format("profile-{}", i)), {}});
  }
  for (int i = 0; i < size.queues && inspector.ok(); ++i) {
    decide(RandomQueue(dice, model, size, fmt::format("queue-{}", i)));
  }
  // Profiles rank and delay queues that came after them.
  for (const auto& [id, profile] : std::map(model.profiles)) {
    if (!inspector.ok() || !dice.Chance(50)) continue;
    RoutingProfile changed = profile;
    changed.queues = RandomPreferences(dice, model);
    decide(ConfigureProfile{id, std::move(changed), {}});
  }
  for (int i = 0; i < size.agents && inspector.ok(); ++i) {
    decide(ConfigureAgent{{}, RandomAgent(dice, model, fmt::format("agent-x{}", i)), {}});
  }
}

}  // namespace wissel::reference
