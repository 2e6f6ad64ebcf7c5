// Why there is no roster: the smallest sets of rules and facts that contradict each other, in
// sentences. Found by leaving out one after the other what is not needed for the contradiction
// (deletion filter: Chinneck and Dravnieks, Locating minimal infeasible constraint sets in linear
// programs, ORSA Journal on Computing 1991): without any one of a set, a schedule exists. There may
// be smaller sets.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

struct Conflict {
  std::string who;                   // the person, or the slot of a floor that cannot be met
  std::vector<std::string> reasons;  // each needed: "at least 38 h a week", "absent on Mon 1"

  // "Anna: at least 38 h a week; absent on Mon 1; ...".
  std::string Sentence() const;
};

// One for each person who has no schedule.
std::vector<Conflict> ExplainPeople(const RosterProblem& problem);

// One for each hard floor that not even all who could be there would meet.
std::vector<Conflict> ExplainFloors(const RosterProblem& problem);

}  // namespace wissel::scheduling
