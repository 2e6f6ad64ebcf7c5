#include "tests/reference/inspector.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "router/core/describe.h"
#include "tests/reference/command_rules.h"
#include "tests/reference/comparison.h"
#include "tests/reference/event_rules.h"
#include "tests/reference/reference_router.h"
#include "tests/reference/rules_at_rest.h"

namespace wissel::reference {
namespace {

// More timers than this at one moment is an engine that never comes to rest.
constexpr int kMostTimersAtOnce = 10'000;
constexpr size_t kRecentEvents = 60;

}  // namespace

Inspector::Inspector(Subject& subject) : subject_(subject), replay_(subject.options()) {}

absl::StatusOr<Outcome> Inspector::Decide(const Command& command, Instant now) {
  AdvanceTo(now);
  if (!ok()) return absl::InternalError("faults");
  const Verdict verdict = VerdictOn(model_, command, now);
  const std::optional<Instant> slot = SlotFor(command, now);
  std::vector<Event> events;
  absl::StatusOr<Outcome> outcome = subject_.Decide(command, now, events);
  const bool repeated = outcome.ok() && outcome->repeated;
  if (!outcome.ok() || repeated) {
    CheckRefusal(command, outcome.status(), events.size());
  }
  if (!command.request && verdict.kind != Verdict::Kind::kOpen) {
    const bool grant = verdict.kind == Verdict::Kind::kGrant;
    if (grant != outcome.ok()) {
      Fault(fmt::format("command kind {} is {}: {}", command.body.index(),
                        outcome.ok() ? "granted" : "refused", outcome.status().ToString()));
    } else if (verdict.code && *verdict.code != outcome.status().code()) {
      Fault(fmt::format("command kind {} is refused otherwise: {}", command.body.index(),
                        outcome.status().ToString()));
    }
  }
  if (outcome.ok() && !repeated && events.empty() &&
      std::holds_alternative<CreateItem>(command.body)) {
    Fault("an item was granted and never entered");
  }
  if (outcome.ok() && !repeated && slot) {
    const auto* promised =
        events.empty() ? nullptr : std::get_if<CallbackPromised>(&events.front().body);
    if (promised == nullptr || promised->not_before != slot) {
      Fault("a callback is not in the first slot with room");
    }
  }
  Observe(events, now);
  return outcome;
}

// Of a callback that is to be spread: the slot that it must get.
std::optional<Instant> Inspector::SlotFor(const Command& command, Instant now) const {
  const auto* promise = std::get_if<PromiseCallback>(&command.body);
  if (promise == nullptr || !promise->spread_over) return std::nullopt;
  const auto item = model_.living.find(promise->item);
  if (item == model_.living.end()) return std::nullopt;
  const std::optional<RetryRule>& rule = model_.queues.at(item->second.queue).config.retry;
  if (!rule || rule->per_slot == 0) return std::nullopt;
  const Instant from = std::max(now, promise->not_before.value_or(now));
  return ReferenceRouter(model_).FirstSlot(item->second.queue, from, from + *promise->spread_over);
}

// The replayed engine was not asked: it still stands where the subject stood.
void Inspector::CheckRefusal(const Command& command, const absl::Status& status, size_t events) {
  if (events > 0) Fault(fmt::format("command kind {}: refused, with events", command.body.index()));
  if (subject_.engine().Digest() != replay_.Digest()) {
    Fault(fmt::format("command kind {}: refused, and yet something changed ({})",
                      command.body.index(), std::string(status.message())));
  }
}

void Inspector::AdvanceTo(Instant now) {
  for (int fired = 0; ok(); ++fired) {
    const std::optional<Instant> next = subject_.NextTimer();
    if (!next || *next > now) break;
    if (fired == kMostTimersAtOnce) return Fault("the engine wants to be woken for ever");
    const Instant at = *next < model_.now ? model_.now : *next;
    Fire(at);
  }
}

void Inspector::Fire(Instant now) {
  std::vector<Event> events;
  subject_.Wake(now, events);
  Observe(events, now);
  const std::optional<Instant> next = subject_.NextTimer();
  if (next && *next <= now) Fault("a timer is still due after it has fired");
}

void Inspector::Observe(const std::vector<Event>& events, Instant now) {
  Surroundings around;
  const ReferenceRouter before(model_);
  for (const auto& [id, agent] : model_.agents) {
    ChannelSet& room = around.room_before[id];
    for (Channel channel : kChannels) {
      if (agent.open_for_work() && before.HasRoom(agent, channel)) room.Add(channel);
    }
  }
  for (size_t i = 0; i < events.size() && ok(); ++i) {
    const Event& event = events[i];
    if (event.at > now) Fault("an event of the future");
    around.next = i + 1 < events.size() ? &events[i + 1] : nullptr;
    around.reconfigured |= IsConfiguration(event);
    // The oracle looks at the moment of the event.
    model_.now = event.at < model_.now ? model_.now : event.at;
    recent_.push_back(Line{event, ""});
    if (recent_.size() > kRecentEvents) recent_.pop_front();
    CheckEvent(model_, event, around, faults_);
    model_.Apply(event);
    for (std::string& fault : model_.TakeFaults()) faults_.push_back(std::move(fault));
    if (!ok()) {
      faults_.push_back("at the event: " + Describe(event, subject_.engine().directory()));
      break;
    }
    replay_.Record(event);
  }
  events_seen_ += events.size();
  if (!events.empty()) batches_.push_back(events);
  if (ok()) CheckRest(now);
}

void Inspector::CheckRest(Instant now) {
  model_.now = now;
  const ReferenceRouter router(model_);
  for (const auto& [id, item] : model_.living) {
    if (item.state != ItemState::kWaiting || item.keep) continue;
    if (auto turn = router.PreferredTurn(item)) {
      Fault(fmt::format("item {} passes over preferred agent {}", id.value(), turn->agent.value()));
    }
  }
  model_.EndTurns();
  CheckAtRest(model_, now, faults_);
  CompareWithModel(subject_.engine(), model_, faults_);
  CheckTimers(now);
}

// May be early, never late.
void Inspector::CheckTimers(Instant now) {
  const std::optional<Instant> next = subject_.NextTimer();
  for (const std::optional<Instant>& due : {model_.NextDue(), NextRetry(model_, now)}) {
    if (due && (!next || *next > *due)) {
      Fault(fmt::format("nothing wakes the engine at {}", FormatInstant(*due)));
    }
  }
}

std::vector<std::vector<Event>> Inspector::TakeBatches() { return std::exchange(batches_, {}); }

void Inspector::CompareReplay() {
  if (replay_.Digest() != subject_.engine().Digest()) {
    Fault("the events, replayed, give another state");
  }
}

void Inspector::CompareRestored() {
  const Engine restored = Engine::Restore(subject_.Save(), subject_.options());
  if (restored.Digest() != subject_.engine().Digest()) {
    Fault("the saved state, restored, is another state");
  }
}

void Inspector::Recover(const SavedState& saved, const Model& model,
                        const std::vector<std::vector<Event>>& batches) {
  std::vector<Event> events;
  replay_ = Engine::Restore(saved, subject_.options());
  model_ = model;
  for (const std::vector<Event>& batch : batches) {
    for (const Event& event : batch) {
      events.push_back(event);
      replay_.Record(event);
      model_.Apply(event);
    }
    model_.EndTurns();
  }
  subject_.Recover(saved, events);
  for (std::string& fault : model_.TakeFaults()) faults_.push_back(std::move(fault));
  batches_.clear();
  if (ok()) CheckRest(model_.now);
}

void Inspector::WakeLate(Instant now) {
  if (ok()) Fire(now);
}

std::vector<std::string> Inspector::Recent() const {
  std::vector<std::string> sentences;
  for (const Line& line : recent_) {
    const std::string text =
        line.note.empty() ? Describe(line.event, subject_.engine().directory()) : line.note;
    sentences.push_back(FormatInstant(line.event.at) + " " + text);
  }
  return sentences;
}

void Inspector::Note(std::string text) {
  recent_.push_back(Line{Event{model_.now, EventBody()}, std::move(text)});
}

}  // namespace wissel::reference
