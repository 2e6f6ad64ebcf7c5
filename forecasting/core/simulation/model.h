// What is simulated: a center with its rules, who calls, how long it takes, and who is there.
//
// A plain value; whoever makes one from a file checks it with CheckModel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agents/core/agent.h"
#include "base/time.h"
#include "forecasting/core/simulation/distribution.h"
#include "forecasting/core/staffing/fewest.h"
#include "router/core/command.h"

namespace wissel::simulation {

struct ModelQueue {
  std::string name;
  QueueId id;  // as `rules` create it
  // Mean number of contacts in each interval; within one they come evenly, as a Poisson process.
  std::vector<double> calls;
  double cv = 0;  // of a factor on all of them, drawn anew for each replication
  Distribution handle;
  // Times handle and wrap-up, for who comes in each interval; empty: 1.
  std::vector<double> handle_factor;
  std::optional<Distribution> patience;  // none: nobody leaves
  std::optional<Distribution> wrap_up;   // after the handle time, where the queue has wrap-up
  // What the service level is judged by, and what staffing searches for.
  double threshold_s = 20;
  staffing::ServiceLevel variant = staffing::ServiceLevel::kOfOffered;
  double short_s = 5;  // of kLessShort
  double target = 0.8;
};

struct ModelGroup {
  std::string name;
  AgentConfig agent;        // each of them; their names are the group's with a number
  std::vector<int> agents;  // in each interval
  double cost = 1;          // of an agent for an hour, in any unit
  std::optional<int> most;  // that there are; what staffing keeps to
};

struct Model {
  // The engine's own configuration, in order: center, skills, profiles, queues.
  std::vector<CommandBody> rules;
  std::vector<ModelQueue> queues;
  std::vector<ModelGroup> groups;
  Duration interval = Duration::Minutes(30);
  size_t intervals = 1;
  // Contacts that come before it has passed are not counted.
  Duration warm_up;
  // Batches that the counted time is split into, for confidence from one long run; 1: each
  // replication is one observation, as of a day.
  int batches = 1;
  std::optional<int> lines;  // contacts that there can be at once; who comes beyond is blocked
  Duration accept_after;     // from an offer to its acceptance, where it is not automatic

  Duration length() const { return interval * static_cast<int64_t>(intervals); }
};

// INVALID_ARGUMENT, with the field ("queues[2].calls"), for what does not fit together.
absl::Status CheckModel(const Model& model);

}  // namespace wissel::simulation
