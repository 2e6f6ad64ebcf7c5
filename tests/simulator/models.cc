#include "tests/simulator/models.h"

#include <algorithm>
#include <cmath>

#include "base/invariant.h"
#include "fmt/format.h"
#include "forecasting/core/simulation/simulation.h"

namespace wissel::simulation {
namespace {

RoutingProfile VoiceProfile(std::string name) {
  RoutingProfile profile;
  profile.name = std::move(name);
  profile.channels = {ChannelCapacity{.auto_accept = true}};
  return profile;
}

// One interval, of which a tenth is warm-up.
void SetLength(Model& model, double seconds, int batches) {
  model.interval = Duration::Seconds(static_cast<int64_t>(1.1 * seconds));
  model.warm_up = Duration::Seconds(static_cast<int64_t>(0.1 * seconds));
  model.batches = batches;
}

}  // namespace

Distribution Exponential(double mean_s) {
  return *Distribution::Make(Distribution::Kind::kExponential, mean_s);
}

Model StationModel(const StationOptions& o) {
  Model model;
  SetLength(model, o.contacts * o.aht_s / o.load, o.batches);
  ConfigureQueue queue;
  queue.config.name = "calls";
  queue.requirement.steps = {RequirementStep{{SkillNeed{SkillId(1), 1, false, 1}}, {}, {}}};
  model.rules = {ConfigureSkill{{}, {"calls", ""}, {}},
                 ConfigureProfile{{}, VoiceProfile("voice"), {}}, queue};
  ModelQueue calls{.name = "calls", .id = QueueId(1), .calls = {1.1 * o.contacts}};
  calls.handle = Exponential(o.aht_s);
  if (o.patience_s) calls.patience = Exponential(*o.patience_s);
  calls.threshold_s = o.threshold_s;
  model.queues = {calls};
  ModelGroup group{.name = "agents", .agent = {}, .agents = {o.agents}};
  group.agent.profile = ProfileId(1);
  group.agent.skills = {{SkillId(1), 5}};
  model.groups = {group};
  return model;
}

Model SkillsModel(const SkillsOptions& o) {
  Model model;
  SetLength(model, o.contacts * o.service_s / o.load, o.batches);
  model.lines = o.agents + o.extra_lines;
  const auto types = static_cast<uint32_t>(o.types);
  for (uint32_t type = 1; type <= types; ++type) {
    model.rules.push_back(ConfigureSkill{{}, {fmt::format("type-{}", type), ""}, {}});
  }
  for (uint32_t type = 1; type <= types; ++type) {
    ConfigureQueue queue;
    queue.config.name = fmt::format("type-{}", type);
    queue.requirement.steps = {RequirementStep{{SkillNeed{SkillId(type), 1, false, 1}}, {}, {}}};
    model.rules.push_back(queue);
    ModelQueue calls{
        .name = queue.config.name, .id = QueueId(type), .calls = {1.1 * o.contacts / o.types}};
    calls.handle = Exponential(o.service_s);
    if (o.patience_s) calls.patience = Exponential(*o.patience_s);
    calls.threshold_s = o.threshold_s;
    model.queues.push_back(calls);
  }
  // One group for each type and each turn of the others.
  const int patterns = o.types * (o.types - 1);
  for (int pattern = 0; pattern < patterns; ++pattern) {
    const int type = pattern % o.types, turn = pattern / o.types;
    RoutingProfile profile = VoiceProfile(fmt::format("order-{}", pattern));
    ModelGroup group{.name = fmt::format("agents-{}", pattern), .agent = {}, .agents = {}};
    group.agents = {o.agents / patterns + (pattern < o.agents % patterns)};
    group.agent.profile = ProfileId(static_cast<uint32_t>(pattern) + 1);
    for (int place = 0; place < o.skills; ++place) {
      const int other = (type + 1 + (turn + place - 1) % (o.types - 1)) % o.types;
      const auto skill = static_cast<uint32_t>(place == 0 ? type : other) + 1;
      profile.queues.push_back(
          {QueueId(skill), {}, {.rank = static_cast<uint8_t>(place + 1), .delay = {}}});
      group.agent.skills.push_back({SkillId(skill), static_cast<uint8_t>(10 - place)});
    }
    std::sort(profile.queues.begin(), profile.queues.end(),
              [](const auto& a, const auto& b) { return a.key() < b.key(); });
    std::sort(group.agent.skills.begin(), group.agent.skills.end(),
              [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
    model.rules.push_back(ConfigureProfile{{}, profile, {}});
    model.groups.push_back(group);
  }
  return model;
}

std::vector<Tally> Observe(const Model& model, uint64_t seed) {
  auto simulation = Simulation::Start(model, seed, 0);
  INVARIANT(simulation.ok());
  simulation->Run();
  return simulation->tallies();
}

}  // namespace wissel::simulation
