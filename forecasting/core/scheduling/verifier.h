// Whether a roster keeps every rule, and what it costs. Written from the rules in
// docs/SCHEDULING.md and sharing nothing with what looks for rosters but the problem's types, so
// that neither can hide the other's mistakes.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

struct RosterCost {
  double requests = 0;  // those not heard
  double limits = 0;    // what goes beyond a priced limit
  double hours = 0;     // paid hours at their price
  double under = 0;     // people missing, hard floors excepted
  double over = 0;      // people too many

  double total() const { return requests + limits + hours + under + over; }
};

// What a broken rule is about.
enum class Rule : uint8_t {
  kShift = 1,  // a shift that the person may not work
  kAbsent,
  kDayTooLong,
  kNotAvailable,
  kBreaks,
  kPinned,
  kRest,  // what may not follow included
  kConsecutiveDays,
  kHoursTooFew,
  kHoursTooMany,
  kDaysOfWeek,
  kWeekends,
  kLimit,
  kFloor,  // required people who are missing
  kShape,  // a roster of another problem
};

struct Breach {
  Rule rule = Rule::kShape;
  std::optional<int> person;
  std::optional<int> day;  // on which it is, or begins
  std::string sentence;
  // What is and what may be, in hours or days, where the rule is about a number.
  double is = 0;
  double allowed = 0;
};

struct Verdict {
  std::vector<Breach> breaches;
  RosterCost cost;
  int missing = 0;        // people x slots that are missing, hard floors included
  int surplus = 0;        // people x slots beyond what is required
  int missing_floor = 0;  // of the missing: those of hard floors
  // People counted for a queue in a slot: slot * queues + queue, as Demand.
  std::vector<int> counted;
};

// A roster of another shape than the problem's is a breach, and costs nothing.
Verdict Verify(const RosterProblem& problem, const Roster& roster);

std::vector<std::string> SentencesOf(const Verdict& verdict);

}  // namespace wissel::scheduling
