// An engine under simulation that keeps a journal of what it decided, batch by batch, as a shard
// would have written it: what a crash loses is not in it, and every start is a new epoch.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "forecasting/core/recorder.h"
#include "tests/reference/subject.h"

namespace wissel::simulation {

class JournalingSubject : public reference::Subject {
 public:
  struct Batch {
    uint64_t epoch = 1;
    std::vector<Event> events;
  };

  using Subject::Subject;

  absl::StatusOr<Outcome> Decide(const Command& command, Instant now,
                                 std::vector<Event>& events) override {
    const size_t before = events.size();
    auto outcome = engine_.Decide(command, now, events);
    Keep(events, before);
    return outcome;
  }
  void Wake(Instant now, std::vector<Event>& events) override {
    const size_t before = events.size();
    engine_.Wake(now, events);
    Keep(events, before);
  }
  // The last one is where a crash goes back to.
  SavedState Save() const override {
    saved_at_ = journal_.size();
    return engine_.Save();
  }
  void Recover(SavedState saved, const std::vector<Event>& events) override {
    size_t kept = saved_at_;
    for (size_t count = 0; count < events.size(); ++kept) count += journal_[kept].events.size();
    journal_.resize(kept);
    ++epoch_;
    Subject::Recover(std::move(saved), events);
  }

  const std::vector<Batch>& journal() const { return journal_; }

 private:
  void Keep(const std::vector<Event>& events, size_t from) {
    if (events.size() == from) return;
    const auto begin = events.begin() + static_cast<std::ptrdiff_t>(from);
    journal_.push_back({epoch_, {begin, events.end()}});
  }

  std::vector<Batch> journal_;
  mutable size_t saved_at_ = 0;
  uint64_t epoch_ = 1;
};

// The batches from the `first` on, read on an engine that has recorded those before it.
inline absl::StatusOr<forecasting::Recording> RecordFrom(
    const std::vector<JournalingSubject::Batch>& journal, size_t first, EngineOptions options) {
  Engine engine(options);
  Instant from = journal.front().events.front().at;
  uint64_t sequence = 1;
  for (size_t i = 0; i < first; ++i) {
    for (const Event& event : journal[i].events) engine.Record(event);
    from = engine.now();
    sequence += journal[i].events.size();
  }
  std::vector<forecasting::Pause> stalls;
  for (;;) {
    forecasting::Recorder recorder(engine.Save(), from, options, stalls);
    absl::Status status;
    uint64_t at = sequence;
    for (size_t i = first; i < journal.size() && status.ok(); ++i) {
      status = recorder.Add({at, journal[i].epoch, journal[i].events});
      at += journal[i].events.size();
    }
    if (status.ok()) return recorder.Finish();
    if (!recorder.stall()) return status;
    stalls.push_back(*recorder.stall());
  }
}

}  // namespace wissel::simulation
