// What is to be otherwise when a recording is run again: rules, the number of people, the number of
// contacts. Nothing of it: the control run, which must come to the recorded events.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "forecasting/core/recording.h"

namespace wissel::forecasting {

// What a configuring command is about: its kind and the id; SetOpenings apart from the queue.
struct Subject {
  enum class Kind : uint8_t {
    kCenter,
    kSkill,
    kTeam,
    kPartner,
    kProfile,
    kQueue,
    kAgent,
    kOpenings
  };
  Kind kind = Kind::kCenter;
  uint32_t id = 0;
  auto operator<=>(const Subject&) const = default;
};
// None for what configures nothing, and for the creation of what has no id yet.
std::optional<Subject> SubjectOf(const CommandBody& command);

struct WhatIf {
  // Given to the engine when the period begins.
  std::vector<CommandBody> rules;
  // What those rules settle for the whole period: recorded changes of it are left out.
  absl::btree_set<Subject> settled;
  double volume = 1;
  int more_agents = 0;  // fewer, below 0
  uint64_t seed = 1;

  bool ChangesNothing(const Recording& recording) const;
};

// The state with which the period begins under other rules: everything that is made in its course
// is there from the beginning, so that ids are those of the record whatever the rules add.
// FAILED_PRECONDITION when something is made that cannot be there from the beginning.
absl::StatusOr<Engine> StartWithAll(const Recording& recording);
// What the command makes, as a command that makes nothing else; none: nothing.
std::optional<CommandBody> CreationIn(const CommandBody& command);
// The changes of a set of rules, each as a command of its own; any other command is its own.
std::vector<CommandBody> ChangesOf(const CommandBody& command);

// Agents who were there at any time of the period, by id.
std::vector<AgentId> AgentsOf(const Recording& recording);

}  // namespace wissel::forecasting
