// The engine under inspection. The plain subject is the production engine itself; a canary puts a
// planted fault between it and its inspector (tests/simulation/canary.h).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "router/core/engine.h"

namespace wissel::reference {

class Subject {
 public:
  explicit Subject(EngineOptions options) : options_(options), engine_(options) {}
  virtual ~Subject() = default;

  virtual absl::StatusOr<Outcome> Decide(const Command& command, Instant now,
                                         std::vector<Event>& events) {
    return engine_.Decide(command, now, events);
  }
  virtual void Wake(Instant now, std::vector<Event>& events) { engine_.Wake(now, events); }
  virtual std::optional<Instant> NextTimer() const { return engine_.NextTimer(); }
  virtual SavedState Save() const { return engine_.Save(); }
  // Goes on from `saved` and the events after it, as a process does that starts again.
  virtual void Recover(SavedState saved, const std::vector<Event>& events) {
    engine_ = Engine::Restore(std::move(saved), options_);
    for (const Event& event : events) engine_.Record(event);
  }
  const Engine& engine() const { return engine_; }
  EngineOptions options() const { return options_; }

 protected:
  EngineOptions options_;
  Engine engine_;
};

}  // namespace wissel::reference
