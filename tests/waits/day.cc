#include "tests/waits/day.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/invariant.h"
#include "fmt/format.h"
#include "router/core/wait_estimate.h"

namespace wissel::waits {
namespace {

// 2026-03-02T00:00:00Z.
constexpr Instant kFirstMidnight = Instant::FromMillis(1'772'409'600'000);
constexpr int kQuartersOfAnHour = 40;  // 08:00 to 18:00
// Of the height of the day, by the hour from 08:00.
constexpr std::array<double, 10> kShape = {0.6, 0.9, 1.0, 1.0, 0.8, 0.75, 0.9, 0.9, 0.7, 0.45};
constexpr int kAgents = 72;

Instant Clock(Instant midnight, double hours) {
  return midnight + Duration::Millis(static_cast<int64_t>(hours * 3'600'000));
}

}  // namespace

Day::Day(uint64_t seed) : dice_(seed), now_(kFirstMidnight) {
  kinds_ = {{"phone-nl", Channel::kVoice, Duration::Seconds(20), 0, 165, 280, 300},
            {"phone-fr", Channel::kVoice, Duration::Seconds(20), 1, 105, 300, 300},
            {"chat-nl", Channel::kChat, Duration::Seconds(60), 0, 90, 560, 420},
            {"chat-fr", Channel::kChat, Duration::Seconds(60), 1, 58, 600, 420},
            {"mail-nl", Channel::kEmail, Duration::Hours(4), 0, 22, 420, 0}};
  Configure();
}

void Day::Configure() {
  Do(ConfigureCenter{CenterConfig{.away_reasons = {"break"}}});
  Do(ConfigureSkill{std::nullopt, {"nl", ""}, {}});
  Do(ConfigureSkill{std::nullopt, {"fr", ""}, {}});
  RoutingProfile phone{.name = "phone", .channels = {{Channel::kVoice}, {Channel::kEmail}}};
  RoutingProfile chat{.name = "chat", .channels = {{Channel::kChat, 2, 50}}};
  Do(ConfigureProfile{std::nullopt, phone, {}});
  Do(ConfigureProfile{std::nullopt, chat, {}});
  for (const Kind& kind : kinds_) {
    ConfigureQueue queue;
    queue.config.name = kind.name;
    queue.config.channel = kind.channel;
    queue.config.answer_within = kind.answer_within;
    const SkillId skill(static_cast<uint32_t>(kind.skill) + 1);
    queue.requirement.steps.push_back({{{skill, 1, false, 1}}, {}, {}, false});
    Do(queue);
    queues_.push_back(*engine_.directory().queues.FindId(kind.name));
  }
  for (int i = 0; i < kAgents; ++i) {
    AgentConfig agent;
    agent.name = fmt::format("agent{}", i);
    // Of six, three speak Dutch, one French, two both.
    if (i % 6 != 3) agent.skills.push_back({SkillId(1), 5});
    if (i % 6 >= 3) agent.skills.push_back({SkillId(2), 5});
    agent.profile = ProfileId(i % 3 == 0 ? 2 : 1);
    Do(ConfigureAgent{std::nullopt, agent, {}});
    agents_.push_back(*engine_.directory().agents.FindId(agent.name));
  }
}

void Day::Run(const std::vector<Watcher*>& watchers) {
  watchers_ = watchers;
  const Instant midnight = kFirstMidnight + Duration::Days(day_++);
  PlanArrivals(midnight);
  for (AgentId agent : agents_) PlanShift(agent, midnight);
  while (!acts_.empty()) {
    const Act act = acts_.top();
    WakeUntil(act.at);
    acts_.pop();
    act.act();
  }
}

void Day::PlanArrivals(Instant midnight) {
  const int surge_from = static_cast<int>(dice_.Between(6, 26));
  const int surge_to = surge_from + static_cast<int>(dice_.Between(3, 7));
  const double surge = 1.6 + 0.8 * Uniform();
  surge_from_ = Clock(midnight, 8 + surge_from * 0.25);
  surge_to_ = Clock(midnight, 8 + surge_to * 0.25);
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    for (int quarter = 0; quarter < kQuartersOfAnHour; ++quarter) {
      // A day is never quite as it was forecast.
      double rate = kinds_[kind].an_hour / 4 * kShape[static_cast<size_t>(quarter) / 4];
      rate *= 0.85 + 0.3 * Uniform();
      if (quarter >= surge_from && quarter < surge_to) rate *= surge;
      double t = Exponential(0.25 / rate);
      for (; t < 0.25; t += Exponential(0.25 / rate)) {
        At(Clock(midnight, 8 + quarter * 0.25 + t), [this, kind] { Arrive(kind); });
      }
    }
  }
}

void Day::PlanShift(AgentId agent, Instant midnight) {
  const double from = 7.8 + 1.7 * Uniform();
  const double to = std::min(from + 8 + 0.5 * Uniform(), 18.2);
  At(Clock(midnight, from), [this, agent] {
    Do(SignIn{agent, false});
    Do(SetPresence{agent, Presence::kAvailable, ""});
  });
  const std::array<std::pair<double, double>, 3> breaks = {{{from + 1.5 + Uniform(), 0.25},
                                                            {from + 3.5 + Uniform(), 0.6},
                                                            {from + 6 + Uniform(), 0.25}}};
  for (const auto& [at, length] : breaks) {
    At(Clock(midnight, at), [this, agent] { Do(SetPresence{agent, Presence::kAway, "break"}); });
    At(Clock(midnight, at + length), [this, agent] {
      Do(SetPresence{agent, Presence::kAvailable, ""});
    });
  }
  At(Clock(midnight, to), [this, agent] { Do(SignOut{agent}); });
}

void Day::Arrive(size_t kind) {
  CreateItem create;
  create.queue = queues_[kind];
  const ItemId item(Do(create));
  kind_of_[item] = kind;
  ++items_;
  if (engine_.FindItem(item)->state != ItemState::kWaiting) return;
  for (Watcher* watcher : watchers_) watcher->OnWaiting(item, queues_[kind], now_);
  const WaitAnswer answer = WaitEstimator(engine_, pace_, now_).OfItem(item);
  if (answer.wait) Do(PromiseWait{item, *answer.wait});
  const double patience = kinds_[kind].patience_seconds;
  if (patience == 0) return;
  At(now_ + Seconds(Exponential(patience)), [this, item] {
    if (waiting_since_.contains(item)) Do(AbandonItem{item});
  });
}

void Day::At(Instant at, std::function<void()> act) {
  acts_.push({at, ++acts_planned_, std::move(act)});
}

uint64_t Day::Do(CommandBody command) {
  std::vector<Event> events;
  const auto outcome = engine_.Decide({std::move(command), std::nullopt}, now_, events);
  INVARIANT(outcome.ok());
  Tell(events);
  return outcome->subject;
}

void Day::WakeUntil(Instant to) {
  for (auto next = engine_.NextTimer(); next && *next <= to; next = engine_.NextTimer()) {
    now_ = std::max(now_, *next);
    std::vector<Event> events;
    engine_.Wake(now_, events);
    Tell(events);
  }
  now_ = std::max(now_, to);
}

void Day::Tell(const std::vector<Event>& events) {
  for (const Event& event : events) {
    pace_.Fold(event);
    for (Watcher* watcher : watchers_) watcher->OnEvent(event, engine_);
    React(event);
  }
}

void Day::React(const Event& event) {
  if (const auto* entered = std::get_if<ItemEntered>(&event.body)) {
    waiting_since_[entered->item] = now_;
  } else if (const auto* offer = std::get_if<OfferMade>(&event.body)) {
    const OfferMade made = *offer;
    At(now_ + Seconds(1 + 5 * Uniform()), [this, made] {
      if (engine_.FindOffered(made.agent, made.offer) == nullptr) return;
      Do(AcceptOffer{made.agent, made.offer});
    });
  } else if (const auto* accepted = std::get_if<OfferAccepted>(&event.body)) {
    End(accepted->item, true);
    const OfferAccepted taken = *accepted;
    const double handle = kinds_[kind_of_.at(taken.item)].handle_seconds;
    At(now_ + Seconds(LogNormal(handle, 0.9)), [this, taken] {
      const Item* item = engine_.FindItem(taken.item);
      if (item == nullptr || !IsAssigned(item->state)) return;
      Do(CompleteItem{taken.agent, taken.item, {}});
    });
  } else if (const auto* left = std::get_if<ItemAbandoned>(&event.body)) {
    End(left->item, false);
  }
}

void Day::End(ItemId item, bool answered) {
  const auto since = waiting_since_.find(item);
  const Duration waited = now_ - since->second;
  waiting_since_.erase(since);
  longest_wait_ = std::max(longest_wait_, waited);
  for (Watcher* watcher : watchers_) watcher->OnFate(item, {waited, answered});
}

double Day::Uniform() { return static_cast<double>(dice_.Next() >> 11) * 0x1p-53; }

double Day::Exponential(double mean) { return -mean * std::log(1 - Uniform()); }

// With this mean and coefficient of variation; Box and Muller.
double Day::LogNormal(double mean, double variation) {
  const double variance = std::log(1 + variation * variation);
  const double normal =
      std::sqrt(-2 * std::log(1 - Uniform())) * std::cos(2 * std::numbers::pi * Uniform());
  return mean * std::exp(std::sqrt(variance) * normal - variance / 2);
}

}  // namespace wissel::waits
