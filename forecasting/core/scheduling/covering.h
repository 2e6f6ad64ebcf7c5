// Covering: how many people work each shift (or weekly tour), so that in each interval at least the
// required number is there, for the fewest paid intervals; nobody has a name yet. Dantzig's set
// covering model (A comment on Edie's "Traffic delays at toll booths", Operations Research 1954).
// With a price for an interval that somebody is missing in, cover may be bought off instead.
//
// Pure values. Errors of the tables name file and line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/scheduling/linear_program.h"

namespace wissel::scheduling {

// A shift of a day, or a tour of a week: the slots it covers, and the intervals it is paid for.
struct Pattern {
  std::string id;
  int paid = 0;
  std::vector<int> slots;
};

struct CoveringProblem {
  int slots_per_day = 0;
  std::vector<int> required;  // by slot: day * slots_per_day + interval
  std::vector<Pattern> patterns;
};

// `required`: the columns interval (or interval_from_HHMM) and required, and day when there are
// several; each day has the intervals 0, 1, ... in order. `patterns`: id, start_interval, length,
// lunch_offset (empty: none; one interval, counted from the start), paid_intervals or
// paid_intervals_week, and for tours first_day and days (in succession, around the week's end).
absl::StatusOr<CoveringProblem> ParseCovering(std::string_view required_name,
                                              std::string_view required,
                                              std::string_view patterns_name,
                                              std::string_view patterns);

// Slots are rows and patterns columns; with `under_price` a missing interval follows as one more
// column for each slot.
LinearProgram CoveringProgram(const CoveringProblem& problem, std::optional<double> under_price);

// People by pattern that cover everything: the pattern that covers most of what is missing per paid
// interval first, then whoever is not needed goes. Chvatal, A greedy heuristic for the
// set-covering problem (1979). Empty when a slot that is required is in no pattern.
std::vector<int> CoverGreedily(const CoveringProblem& problem);

// What people by pattern cost, recounted: paid intervals and what is missing, in intervals.
struct CoveringCost {
  int paid = 0;
  int missing = 0;
};
CoveringCost CostOf(const CoveringProblem& problem, const std::vector<int>& people);

}  // namespace wissel::scheduling
