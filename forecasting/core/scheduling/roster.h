// A roster problem: who works which shift on which day, so that what is required is covered, labour
// rules hold, and requests are heard. And a roster: one answer. The words are those of
// docs/SCHEDULING.md; the rules' exact meaning stands there and in verifier.cc, which is written
// from it.
//
// Values. Days count from 0, a Monday; weeks are days 0-6, 7-13, ...; a weekend is a Saturday and
// the Sunday after it. Minutes of a shift count from midnight of its day and may pass 1440.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace wissel::scheduling {

inline constexpr int kMinutesPerDay = 1440;
inline constexpr int kDaysPerWeek = 7;
inline constexpr int kMostQueues = 10;

// A pause within a shift. Its begin lies from `earliest` to `latest` after the shift's.
struct BreakRule {
  std::string name;
  int earliest_min = 0;
  int latest_min = 0;
  int minutes = 0;
};

// A shift that can be worked on any day. The starts of one kind are shifts of their own.
struct Shift {
  std::string id;    // unique: "early 07:30"
  std::string kind;  // what limits and requests may call it by: "early"
  int start_min = 0;
  int end_min = 0;
  int paid_min = 0;
  std::vector<BreakRule> breaks;     // windows in order, none overlaps the next
  std::vector<int> not_followed_by;  // shifts of the day after
};

// How many are required of a queue in a slot, and what each one too few or too many costs.
struct Demand {
  int required = 0;
  std::optional<double> under_price;  // none: a hard floor
  double over_price = 0;
};

// No more than `most` of these shifts (or of worked weekends) in the whole horizon.
struct CountLimit {
  std::string name;         // in sentences: "late shifts"
  std::vector<int> shifts;  // which count; not for weekends
  bool weekends = false;    // counts weekends with work, not shifts
  int most = 0;
  std::optional<double> price;  // for each one more; none: a hard rule
};

// A wish for a day: to work one of these shifts, or not to. No shifts: any of them.
struct Request {
  int day = 0;
  std::vector<int> shifts;
  bool on = true;
  double price = 0;  // when it is not heard
};

// On this day the person can work within these minutes only.
struct Availability {
  int day = 0;
  int from_min = 0;
  int to_min = 0;
};

// What stands: this shift on this day (with these breaks, where given), or none.
struct Pin {
  int day = 0;
  std::optional<int> shift;
  std::vector<int> break_starts_min;  // empty: wherever the rules let them
};

struct Person {
  std::string id;
  uint32_t queues = 0;      // bit q: can serve queue q
  std::vector<int> shifts;  // which they may work at all
  std::optional<int> min_total_min;
  std::optional<int> max_total_min;
  std::optional<int> min_week_min;
  std::optional<int> max_week_min;
  std::optional<int> max_day_min;
  std::optional<int> max_week_days;
  std::optional<int> max_consecutive;
  std::optional<int> min_consecutive;
  std::optional<int> min_consecutive_off;
  std::optional<int> min_rest_min;
  std::vector<CountLimit> limits;
  std::vector<int> absent;    // days
  int absent_credit_min = 0;  // each counts as so much work towards least and most hours
  std::vector<Availability> availabilities;
  std::vector<Request> requests;
  std::vector<Pin> pins;
  double hour_price = 0;  // for each paid hour
};

struct RosterProblem {
  std::string name;
  int days = 0;
  std::vector<std::string> queues;
  std::vector<Shift> shifts;
  std::vector<Person> people;
  // Slots are intervals of so many minutes, day by day; without it a slot is a shift of a day, and
  // only that shift covers it (slot = day * shifts + shift).
  std::optional<int> interval_min;
  std::vector<Demand> demand;  // slot * queues + queue

  int slots_per_day() const {
    return interval_min ? kMinutesPerDay / *interval_min : static_cast<int>(shifts.size());
  }
  int slots() const { return days * slots_per_day(); }
  const Demand& DemandOf(int slot, int queue) const {
    return demand[static_cast<size_t>(slot) * queues.size() + queue];
  }
};

// What somebody does on a day.
struct Duty {
  int shift = 0;
  std::vector<int> break_starts_min;  // as many as the shift has breaks; minutes after midnight

  bool operator==(const Duty&) const = default;
};

// By person and day.
struct Roster {
  std::vector<std::vector<std::optional<Duty>>> duties;

  bool operator==(const Roster&) const = default;
};

// What is wrong with a problem as such, before anybody looks for a roster: numbers out of range,
// breaks that do not lie on the grid. INVALID_ARGUMENT with the field.
absl::Status CheckProblem(const RosterProblem& problem);

// "Tue 2" for the second Tuesday.
std::string DayName(int day);
std::string TimeName(int minutes);

}  // namespace wissel::scheduling
