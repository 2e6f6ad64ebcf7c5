// What an offer of overtime or time off would make of one agent's shifts.
//
// Pure.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/time.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {

struct ShiftPiece {
  // As it is and as it would be: a longer or shorter one, a new one, or none.
  std::optional<v1::Shift> shift;
  std::optional<v1::Shift> becomes;
  double hours = 0;  // paid, that it adds or takes away
  Duration changed;  // the same, breaks included
};

struct OfferedTime {
  v1::ShiftOffer::Kind kind = v1::ShiftOffer::OVERTIME;
  Instant start;
  Instant end;
};

// Overtime makes a shift that touches the time reach to its ends; on a day without a shift it is a
// new one, of three hours at least, as a shorter one is worth no journey (and may not be asked for
// in Belgium: labour act of 16 March 1971, article 21), and six at most, as it has no break
// (directive 2003/88/EC, article 4). Time off takes the time from the end or the beginning of a
// shift, or all of it; breaks that do not lie within what is left are gone.
//
// FAILED_PRECONDITION, in a sentence: it cannot be so. `shifts`: the agent's, around that day.
absl::StatusOr<ShiftPiece> PieceOf(const std::string& agent, const OfferedTime& time,
                                   const std::vector<v1::Shift>& shifts, absl::TimeZone zone);

// The agent's shifts with that done.
std::vector<v1::Shift> ShiftsWith(const std::vector<v1::Shift>& shifts, const ShiftPiece& piece);

}  // namespace wissel::forecasting
