// What agents did lately: present, away for a break, or gone, and since when. A fold over the
// journal's events, so that it is the same after a restart.
//
// Pure; not thread-safe.
#pragma once

#include <map>
#include <vector>

#include "base/time.h"
#include "forecasting/core/scheduling/adherence.h"
#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel::forecasting {

class PresenceRecord {
 public:
  // From the journal's beginning on: nobody is there.
  PresenceRecord() = default;
  // From where the engine stands: everybody is where it has them.
  explicit PresenceRecord(const Engine& engine);

  void Fold(const Event& event);

  // When the record begins: what is before it is not known.
  Instant since() const { return since_; }
  // Null: nothing of the agent, who is gone.
  const std::vector<scheduling::ActivityChange>* Of(AgentId agent) const;

 private:
  Instant since_;
  std::map<AgentId, std::vector<scheduling::ActivityChange>> changes_;
};

}  // namespace wissel::forecasting
