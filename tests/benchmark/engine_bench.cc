// The engine's closed loop: a contact enters, is offered, accepted, and the oldest one held is
// completed. Without a backlog half of the agents are idle; with one all are busy, and each
// completion takes the next out of the line. Driven as the live shard drives it: timers are fired
// when they are due.
#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>

#include "base/invariant.h"
#include "fmt/format.h"
#include "router/core/engine.h"
#include "tests/benchmark/bare_index.h"
#include "tests/benchmark/center.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 7;
constexpr int kLivesARound = 100'000;
constexpr int kEventsOfALife = 4;

double NanosecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

class EngineLoop {
 public:
  EngineLoop(int agents, int waiting) {
    Configure(agents);
    const int busy = waiting == 0 ? agents / 2 : agents + waiting;
    for (int i = 0; i < busy; ++i) Enter();
  }

  // Nanoseconds an event.
  double Round() {
    events_seen_ = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kLivesARound; ++i) {
      now_ = now_ + Duration::Millis(1);
      Enter();
      const Held oldest = held_.front();
      held_.pop_front();
      Do(CompleteItem{oldest.agent, oldest.item, {}});
    }
    const double nanoseconds = NanosecondsSince(start);
    INVARIANT(events_seen_ == static_cast<size_t>(kLivesARound) * kEventsOfALife);
    return nanoseconds / static_cast<double>(events_seen_);
  }

 private:
  struct Held {
    AgentId agent;
    ItemId item;
  };

  uint64_t Ask(CommandBody body) {
    if (const auto timer = engine_.NextTimer(); timer && *timer <= now_)
      engine_.Wake(now_, events_);
    const auto outcome = engine_.Decide({std::move(body), {}}, now_, events_);
    INVARIANT(outcome.ok());
    return outcome->subject;
  }

  // What is offered on the way is accepted at once.
  void Do(CommandBody body) {
    events_.clear();
    Ask(std::move(body));
    for (size_t i = 0; i < events_.size(); ++i) {
      const auto* offer = std::get_if<OfferMade>(&events_[i].body);
      if (offer == nullptr) continue;
      held_.push_back({offer->agent, offer->item});
      Ask(AcceptOffer{offer->agent, offer->offer});
    }
    events_seen_ += events_.size();
  }

  void Enter() { Do(CreateItem{queues_[arrivals_.NextQueue()], {}, {}, {}, {}, "", {}}); }

  void Configure(int agents) {
    RoutingProfile profile;
    profile.name = "voice";
    profile.channels = {ChannelCapacity{}};
    const ProfileId voice(static_cast<uint32_t>(Ask(ConfigureProfile{{}, profile, {}})));
    std::vector<SkillId> skills;
    for (int i = 0; i < kQueues; ++i) {
      const NamedConfig skill{fmt::format("skill-{}", i), ""};
      skills.emplace_back(static_cast<uint32_t>(Ask(ConfigureSkill{{}, skill, {}})));
      ConfigureQueue queue;
      queue.config.name = fmt::format("queue-{}", i);
      queue.requirement.steps = {RequirementStep{{SkillNeed{skills.back(), 1, false, 1}}, {}, {}}};
      queues_.emplace_back(static_cast<uint32_t>(Ask(queue)));
    }
    for (int i = 0; i < agents; ++i) {
      AgentConfig agent;
      agent.name = fmt::format("agent-{}", i);
      agent.profile = voice;
      for (int skill : SkillsOf(SkillSetOf(i))) agent.skills.push_back({skills[skill], 5});
      std::sort(agent.skills.begin(), agent.skills.end(),
                [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
      const AgentId id(static_cast<uint32_t>(Ask(ConfigureAgent{{}, agent, {}})));
      Ask(SignIn{id});
      Ask(SetPresence{id, Presence::kAvailable, ""});
      events_.clear();
    }
  }

  Engine engine_;
  Instant now_ = Instant::FromMillis(1'795'248'000'000);
  std::vector<QueueId> queues_;
  Arrivals arrivals_;
  std::vector<Event> events_;
  size_t events_seen_ = 0;
  std::deque<Held> held_;
};

class BareLoop {
 public:
  BareLoop(int agents, int waiting) : index_(agents) {
    const int busy = waiting == 0 ? agents / 2 : agents + waiting;
    for (int i = 0; i < busy; ++i) Enter();
  }

  // Nanoseconds of what would be an event.
  double Round() {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kLivesARound; ++i) {
      Enter();
      const int agent = held_.front();
      held_.pop_front();
      if (index_.Free(agent) != 0) held_.push_back(agent);
    }
    return NanosecondsSince(start) / kLivesARound / kEventsOfALife;
  }

 private:
  void Enter() {
    if (const int agent = index_.Enter(arrivals_.NextQueue()); agent >= 0) held_.push_back(agent);
  }

  BareIndex index_;
  Arrivals arrivals_;
  std::deque<int> held_;
};

struct World {
  World(int agents, int waiting, std::string name)
      : name(std::move(name)), engine(agents, waiting), bare(agents, waiting) {}

  std::string name;
  EngineLoop engine;
  BareLoop bare;
  std::vector<double> engine_ns;
  std::vector<double> bare_ns;
};

std::string NameOf(const char* agents, const char* waiting) {
  const std::string name = fmt::format("engine.plain.agents_{}", agents);
  return *waiting == '\0' ? name : fmt::format("{}_waiting_{}", name, waiting);
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkEngine() {
  std::vector<std::unique_ptr<World>> worlds;
  for (const auto& [agents, agents_name] :
       {std::pair{1'000, "1k"}, {10'000, "10k"}, {100'000, "100k"}}) {
    for (const auto& [waiting, name] : {std::pair{0, ""}, {10'000, "10k"}, {1'000'000, "1m"}}) {
      worlds.push_back(std::make_unique<World>(agents, waiting, NameOf(agents_name, name)));
    }
  }
  for (const auto& world : worlds) {  // warm
    world->engine.Round();
    world->bare.Round();
  }
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& world : worlds) {
      world->engine_ns.push_back(world->engine.Round());
      world->bare_ns.push_back(world->bare.Round());
    }
  }
  std::vector<Figure> figures;
  for (const auto& world : worlds) {
    figures.push_back({world->name, Median(world->engine_ns), "ns/event", Median(world->bare_ns),
                       "an index that only matches"});
  }
  const double smallest = figures.front().value;
  const double largest = figures.back().value;
  figures.push_back({"engine.plain.events_per_s.agents_10k", 1e9 / figures[3].value, "events/s",
                     1e9 / *figures[3].base, "an index that only matches"});
  figures.push_back(
      {"engine.plain.growth", largest, "ns/event", smallest, "1,000 agents, none waiting"});
  return figures;
}

}  // namespace wissel::benchmark
