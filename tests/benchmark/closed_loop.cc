#include "tests/benchmark/closed_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/invariant.h"
#include "fmt/format.h"

namespace wissel::benchmark {
namespace {

constexpr int kLivesARound = 100'000;
constexpr int kEventsOfALife = 4;

}  // namespace

void ClosedLoop::Wake() {
  const auto timer = engine_.NextTimer();
  if (timer && *timer <= now_) engine_.Wake(now_, events_);
}

uint64_t ClosedLoop::Ask(CommandBody body) {
  Wake();
  const auto outcome = engine_.Decide({std::move(body), {}}, now_, events_);
  INVARIANT(outcome.ok());
  return outcome->subject;
}

void ClosedLoop::AcceptOffers() {
  for (size_t i = 0; i < events_.size(); ++i) {
    const auto* offer = std::get_if<OfferMade>(&events_[i].body);
    if (offer == nullptr) continue;
    held_.push_back({offer->agent, offer->item});
    Ask(AcceptOffer{offer->agent, offer->offer});
  }
  events_seen_ += events_.size();
}

void ClosedLoop::Do(CommandBody body) {
  events_.clear();
  Ask(std::move(body));
  AcceptOffers();
}

void ClosedLoop::CompleteOldest() {
  const Held oldest = held_.front();
  held_.pop_front();
  Do(CompleteItem{oldest.agent, oldest.item, {}});
}

AgentId ClosedLoop::Employ(AgentConfig config) {
  const AgentId id(static_cast<uint32_t>(Ask(ConfigureAgent{{}, std::move(config), {}})));
  Ask(SignIn{id});
  Ask(SetPresence{id, Presence::kAvailable, ""});
  events_.clear();
  return id;
}

double ClosedLoop::TimedRound(int lives, const std::function<void()>& live) {
  events_seen_ = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < lives; ++i) live();
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(events_seen_);
}

PlainRules::PlainRules(int agents, int waiting) {
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
    Employ(std::move(agent));
  }
  const int busy = waiting == 0 ? agents / 2 : agents + waiting;
  for (int i = 0; i < busy; ++i) Enter();
}

void PlainRules::Enter() { Do(CreateItem{queues_[arrivals_.NextQueue()], {}, {}, {}, {}, "", {}}); }

double PlainRules::Round() {
  const double nanoseconds = TimedRound(kLivesARound, [this] {
    PassTime(Duration::Millis(1));
    Enter();
    CompleteOldest();
  });
  INVARIANT(events_seen() == static_cast<size_t>(kLivesARound) * kEventsOfALife);
  return nanoseconds;
}

}  // namespace wissel::benchmark
