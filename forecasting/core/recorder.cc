#include "forecasting/core/recorder.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "forecasting/core/command_behind.h"
#include "router/core/describe.h"

namespace wissel::forecasting {
namespace {

// A shard wakes its engine within this; what comes later was a stall.
constexpr Duration kLatestWake = Duration::Seconds(1);

uint64_t DigestOfEvent(const Event& event) {
  EventDigest digest;
  digest.Add(event);
  return digest.value();
}

}  // namespace

void EventDigest::Add(const Event& event) {
  digest_.Mix(event.body.index());
  digest_.Add(event.at);
  std::visit([this](const auto& body) { digest_.Add(body); }, event.body);
}

Instant WaitBegan(const Item& item) { return item.answered ? item.state_since : item.entered; }

Duration WorkedOn(const Item& item, Instant now) {
  // Time parked earlier is not remembered by the engine.
  const bool stands =
      item.state == ItemState::kParked || item.state == ItemState::kAwaitingCustomer;
  const Instant until = stands ? item.state_since : now;
  return until - item.accepted.value_or(until);
}

Recorder::Recorder(SavedState start, Instant from, EngineOptions options, std::vector<Pause> stalls)
    : engine_(Engine::Restore(start, options)), stalls_(std::move(stalls)) {
  recording_.start = std::move(start);
  recording_.options = options;
  recording_.from = recording_.until = last_ = from;
  writer_ = std::make_unique<ScriptWriter>(engine_, recording_);
}

absl::Status Recorder::Add(const RecordedBatch& batch) {
  if (batch.events.empty()) return absl::OkStatus();
  const Instant at = batch.events.front().at;
  ++batches_;
  if (!FireOnTime(batch, at)) {
    return absl::AbortedError(fmt::format("the shard stood still before {}", FormatInstant(at)));
  }
  size_t known = 0;
  if (absl::Status status = Wake(batch, at, known); !status.ok()) return status;
  const bool woken_only = known == batch.events.size();
  while (known < batch.events.size()) {
    if (absl::Status status = Ask(batch, known); !status.ok()) return status;
  }
  if (woken_only) {
    recording_.center.push_back({at, Place{batches_, ++happenings_}, {}, {}});
  }
  last_ = recording_.until = at;
  epoch_ = batch.epoch;
  return absl::OkStatus();
}

// Timers that are due well before the batch came to nothing, or the journal would say so.
bool Recorder::FireOnTime(const RecordedBatch& batch, Instant at) {
  const bool restarted = batches_ > 1 && batch.epoch != epoch_;
  if (restarted) return true;
  for (auto timer = engine_.NextTimer(); timer && *timer < at - kLatestWake;
       timer = engine_.NextTimer()) {
    const Instant due = std::max(*timer, last_);
    const bool stalled = std::any_of(stalls_.begin(), stalls_.end(), [&](const Pause& stall) {
      return stall.from <= due && due < stall.until;
    });
    if (stalled) return true;
    decided_.clear();
    engine_.Wake(due, decided_);
    if (decided_.empty()) continue;
    stall_ = Pause{due, at};
    return false;
  }
  return true;
}

absl::Status Recorder::Wake(const RecordedBatch& batch, Instant at, size_t& known) {
  const std::optional<Instant> timer = engine_.NextTimer();
  decided_.clear();
  engine_.Wake(at, decided_);
  // Nothing was awake between the epochs, also where what was due came to nothing by being late.
  const bool restarted = batches_ > 1 && batch.epoch != epoch_;
  if (timer && *timer < at && (restarted || !decided_.empty())) {
    recording_.pauses.push_back({std::max(*timer, last_), at});
  }
  return Match(batch, known);
}

absl::Status Recorder::Ask(const RecordedBatch& batch, size_t& known) {
  const Event& first = batch.events[known];
  const Place place{batches_, ++happenings_};
  decided_.clear();
  const bool is_note = std::holds_alternative<RequestCarriedOut>(first.body) ||
                       std::holds_alternative<ActionTaken>(first.body);
  if (is_note) {
    recording_.center.push_back({first.at, place, {}, first.body});
    engine_.Record(first);
    decided_.push_back(first);
    return Match(batch, known);
  }
  const auto command = CommandBehind(engine_, batch.events.subspan(known));
  if (!command.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("sequence {}: {}; another version of the engine decided this period",
                    batch.first_sequence + known, std::string(command.status().message())));
  }
  writer_->Write(*command, first.at, place);
  const auto outcome = engine_.Decide({*command, {}}, first.at, decided_);
  if (outcome.ok() && !decided_.empty()) return Match(batch, known);
  return absl::FailedPreconditionError(
      fmt::format("sequence {}: the journal says that {}, which this version of the engine would "
                  "refuse",
                  batch.first_sequence + known, Describe(first, engine_.directory())));
}

absl::Status Recorder::Match(const RecordedBatch& batch, size_t& known) {
  for (const Event& event : decided_) {
    const bool same =
        known < batch.events.size() && DigestOfEvent(event) == DigestOfEvent(batch.events[known]);
    if (!same) {
      return absl::FailedPreconditionError(fmt::format(
          "sequence {}: this version of the engine decides otherwise than the journal says ({} {}, "
          "not {}); begin after the last change of version",
          batch.first_sequence + known, FormatInstant(event.at),
          Describe(event, engine_.directory()),
          known < batch.events.size() ? Describe(batch.events[known], engine_.directory())
                                      : "nothing more"));
    }
    writer_->Write(event);
    digest_.Add(event);
    ++recording_.events;
    ++known;
  }
  return absl::OkStatus();
}

Recording Recorder::Finish() {
  writer_->Finish(recording_.until);
  recording_.digest = digest_.value();
  return std::move(recording_);
}

}  // namespace wissel::forecasting
