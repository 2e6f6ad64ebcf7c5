// Drives an engine and looks over its shoulder: every command and timer goes through here, every
// event is judged before it counts, and after every call the whole center is compared with the
// shadow model. The first faults stop a run; they say what is wrong and when.
//
// Not thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/reference/model.h"
#include "tests/reference/subject.h"

namespace wissel::reference {

class Inspector {
 public:
  explicit Inspector(Subject& subject);

  // Fires what is due up to `now` first.
  absl::StatusOr<Outcome> Decide(const Command& command, Instant now);
  // Lets time pass, timer by timer.
  void AdvanceTo(Instant now);

  const Model& model() const { return model_; }
  bool ok() const { return faults_.empty(); }
  const std::vector<std::string>& faults() const { return faults_; }
  void Fault(std::string text) { faults_.push_back(std::move(text)); }
  // Calls so far that changed something; what a journal would hold, one batch a call. `Taken`
  // empties it.
  std::vector<std::vector<Event>> TakeBatches();
  uint64_t events_seen() const { return events_seen_; }

  // A second engine that only ever saw the events is in the same state.
  void CompareReplay();
  // A restored copy of the state is the same state.
  void CompareRestored();
  // Everything goes back to a checkpoint and on by `batches`, as after a crash.
  void Recover(const SavedState& saved, const Model& model,
               const std::vector<std::vector<Event>>& batches);
  // One wake for all timers up to `now`, as of a process that was away for a while.
  void WakeLate(Instant now);
  // The last events in plain sentences, oldest first.
  std::vector<std::string> Recent() const;
  // A line among them, such as a crash.
  void Note(std::string text);

 private:
  void Observe(const std::vector<Event>& events, Instant now);
  void CheckRefusal(const Command& command, const absl::Status& status, size_t events);
  std::optional<Instant> SlotFor(const Command& command, Instant now) const;
  void CheckRest(Instant now);
  void CheckTimers(Instant now);
  void Fire(Instant now);

  Subject& subject_;
  Engine replay_;
  Model model_;
  std::vector<std::vector<Event>> batches_;
  struct Line {
    Event event;
    std::string note;  // instead of the event, unless empty
  };
  std::deque<Line> recent_;
  std::vector<std::string> faults_;
  uint64_t events_seen_ = 0;
};

}  // namespace wissel::reference
