// Every interleaving of a small center: two or three agents, three items, two skills, and all that
// can happen to them (come, leave, accept, decline, give back, hold, wrap up, lose the connection,
// let time pass, crash), until nothing new comes of it or a bound is reached. The real engine is
// judged by the inspector at every step.
//
// Two states are one when they differ only in what the engine's decisions cannot depend on:
// absolute time, the numbers of offers, what has ended. So the search ends although time does not.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/reference/subject.h"

namespace wissel::simulation {

struct SmallScope {
  int agents = 2;
  // Longest sequence of happenings; what lies beyond is not looked at.
  int depth = 8;
  // A manager assigns by force and pulls back as well.
  bool manager = false;
  // Makes the subject of each step; none: the production engine.
  std::function<std::shared_ptr<reference::Subject>()> subject;
};

struct Exploration {
  size_t states = 0;
  size_t steps = 0;  // happenings tried
  // No state at the last depth was new: there is nothing beyond.
  bool complete = false;
  std::vector<std::string> faults;
  std::vector<std::string> path;  // to the fault
};

Exploration Explore(const SmallScope& scope);

}  // namespace wissel::simulation
