// The engine with every rule of order and choice in use, at the size of a large center: 5,000
// queues that relax in steps, 20,000 agents of six partners and the house in five routing profiles
// that rank and delay queues, share floors, queues that partners share, overflow, preferred agents,
// 200,000 waiting. One closed loop, all agents busy: a contact enters, and the oldest one held is
// completed, whose agent takes the next.
#include <algorithm>
#include <deque>
#include <memory>

#include "base/invariant.h"
#include "fmt/format.h"
#include "router/core/engine.h"
#include "tests/benchmark/closed_loop.h"
#include "tests/benchmark/suites.h"
#include "tests/reference/dice.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 5;
constexpr int kLivesARound = 50'000;
constexpr int kManyQueues = 5'000;
constexpr int kManyAgents = 20'000;
constexpr int kManyWaiting = 200'000;
constexpr int kSkills = 200;
constexpr int kSkillsOfAnAgent = 5;
constexpr int kSets = 400;
constexpr int kProfiles = 5;
constexpr int kPartners = 6;

class FullRules : public ClosedLoop {
 public:
  FullRules() {
    MakeSkills();
    MakeQueues();
    MakeProfiles();
    MakeAgents();
    for (int i = 0; i < kManyAgents + kManyWaiting; ++i) Live(false);
  }

  // Nanoseconds an event.
  double Round() {
    return TimedRound(kLivesARound, [this] { Live(true); });
  }

 private:
  void Live(bool completes) {
    PassTime(Duration::Millis(1));
    CreateItem create{queues_[dice_.Below(kManyQueues)], {}, {}, {}, {}, "", {}};
    if (dice_.Chance(10)) {
      create.preferred = {{agents_[dice_.Below(kManyAgents)], Duration::Seconds(30)}};
    }
    Do(create);
    if (completes) CompleteOldest();
  }

  void MakeSkills() {
    for (int i = 0; i < kSkills; ++i) {
      const NamedConfig skill{fmt::format("skill-{}", i), ""};
      skills_.emplace_back(static_cast<uint32_t>(Ask(ConfigureSkill{{}, skill, {}})));
    }
    for (int i = 0; i < kPartners; ++i) {
      const NamedConfig partner{fmt::format("partner-{}", i), ""};
      partners_.emplace_back(static_cast<uint32_t>(Ask(ConfigurePartner{{}, partner, {}})));
    }
  }

  // The house's specialists first, then all who have the skill, then a lower level will do.
  static Requirement RequirementOf(SkillId skill) {
    Constraint any_partner;
    any_partner.kind = Constraint::Kind::kIn;
    any_partner.attribute = "partner";
    for (int i = 0; i < kPartners; ++i) {
      any_partner.texts.push_back(fmt::format("partners/partner-{}", i));
    }
    Constraint house;
    house.kind = Constraint::Kind::kNot;
    house.children = {any_partner};
    Requirement requirement;
    requirement.steps = {
        {{SkillNeed{skill, 7, false, 1}}, house, Duration::Seconds(45), true},
        {{SkillNeed{skill, 7, false, 1}}, std::nullopt, Duration::Seconds(60), false},
        {{SkillNeed{skill, 2, false, 1}}, std::nullopt, Duration(), false}};
    return requirement;
  }

  // Half for the house, a quarter for each of two partners.
  PartnerAllocation SharesOf(int queue) const {
    const size_t first = static_cast<size_t>(queue / 10 % kPartners);
    PartnerAllocation allocation;
    allocation.shares = {
        {std::nullopt, 500}, {partners_[first], 250}, {partners_[(first + 1) % kPartners], 250}};
    allocation.service_level_floor_permille = 700;
    return allocation;
  }

  void MakeQueues() {
    for (int i = 0; i < kManyQueues; ++i) {
      ConfigureQueue queue;
      queue.config.name = fmt::format("queue-{}", i);
      queue.config.answer_within = Duration::Seconds(20 + 40 * (i % 4));
      queue.config.share_floor_permille = i % 20 == 0 ? 100 : 0;
      if (i % 10 == 9) queue.config.overflow = Overflow{Duration::Minutes(2), queues_.back()};
      if (i % 10 == 3) queue.config.partner_allocation = SharesOf(i);
      queue.requirement = RequirementOf(skills_[static_cast<size_t>(i % kSkills)]);
      queues_.emplace_back(static_cast<uint32_t>(Ask(queue)));
    }
  }

  void MakeProfiles() {
    for (int p = 0; p < kProfiles; ++p) {
      RoutingProfile profile;
      profile.name = fmt::format("profile-{}", p);
      profile.channels = {ChannelCapacity{}};
      for (int q = p; q < kManyQueues; q += 25) {
        profile.queues.push_back({queues_[static_cast<size_t>(q)], {}, {3, Duration()}});
        if (q + 12 >= kManyQueues) continue;
        profile.queues.push_back(
            {queues_[static_cast<size_t>(q + 12)], {}, {5, Duration::Seconds(30)}});
      }
      std::sort(profile.queues.begin(), profile.queues.end(),
                [](const auto& a, const auto& b) { return a.key() < b.key(); });
      profiles_.emplace_back(static_cast<uint32_t>(Ask(ConfigureProfile{{}, profile, {}})));
    }
  }

  void MakeAgents() {
    for (int i = 0; i < kManyAgents; ++i) {
      AgentConfig agent;
      agent.name = fmt::format("agent-{}", i);
      agent.profile = profiles_[static_cast<size_t>(i / kSets % kProfiles)];
      if (i % 5 == 4) agent.partner = partners_[static_cast<size_t>(i % kSets % kPartners)];
      for (int s = 0; s < kSkillsOfAnAgent; ++s) {
        const int skill = (i % kSets + s * 41) % kSkills;
        agent.skills.push_back({skills_[static_cast<size_t>(skill)],
                                static_cast<uint8_t>(3 + 2 * ((i % kSets + s) % 4))});
      }
      std::sort(agent.skills.begin(), agent.skills.end(),
                [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
      agents_.push_back(Employ(agent));
    }
  }

  reference::SeededDice dice_{7};
  std::vector<SkillId> skills_;
  std::vector<PartnerId> partners_;
  std::vector<QueueId> queues_;
  std::vector<ProfileId> profiles_;
  std::vector<AgentId> agents_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkFullRules() {
  FullRules full;
  PlainRules plain;
  full.Round();
  plain.Round();
  std::vector<double> full_ns;
  std::vector<double> plain_ns;
  for (int round = 0; round < kRounds; ++round) {
    full_ns.push_back(full.Round());
    plain_ns.push_back(plain.Round());
  }
  const double full_median = Median(full_ns);
  const double plain_median = Median(plain_ns);
  const char* base = "plain rules, 20 queues, 10,000 agents, 10,000 waiting";
  return std::vector<Figure>{
      {"engine.full.agents_20k", full_median, "ns/event", plain_median, base},
      {"engine.full.events_per_s.agents_20k", 1e9 / full_median, "events/s", 1e9 / plain_median,
       base}};
}

}  // namespace wissel::benchmark
