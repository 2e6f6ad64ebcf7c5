#include "forecasting/core/scheduling/verifier.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_map.h"
#include "fmt/format.h"

namespace wissel::scheduling {
namespace {

using Duties = std::vector<std::optional<Duty>>;

bool IsAmong(int value, const std::vector<int>& values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string Hours(int minutes) { return fmt::format("{:g} h", minutes / 60.0); }

// The rules of one person.
class PersonCheck {
 public:
  PersonCheck(const RosterProblem& problem, int person, const Duties& duties, Verdict& verdict)
      : problem_(problem),
        person_index_(person),
        person_(problem.people[static_cast<size_t>(person)]),
        duties_(duties),
        verdict_(verdict) {}

  void Run() {
    for (int day = 0; day < problem_.days; ++day) {
      if (duties_[day]) CheckDuty(day, *duties_[day]);
    }
    CheckPins();
    CheckRest();
    CheckStretches();
    CheckHours();
    CheckLimits();
    CountRequests();
  }

 private:
  template <class... Args>
  void Break(Rule rule, int day, fmt::format_string<Args...> text, Args&&... args) {
    verdict_.breaches.push_back(
        {.rule = rule,
         .person = person_index_,
         .day = day,
         .sentence =
             fmt::format("{} {}", person_.id, fmt::format(text, std::forward<Args>(args)...))});
  }
  // The numbers of the rule that was broken last.
  void Numbers(double is, double allowed) {
    verdict_.breaches.back().is = is;
    verdict_.breaches.back().allowed = allowed;
  }
  const Shift& ShiftOn(int day) const { return problem_.shifts[duties_[day]->shift]; }
  bool Works(int day) const { return duties_[day].has_value(); }

  void CheckDuty(int day, const Duty& duty) {
    const Shift& shift = problem_.shifts[duty.shift];
    const std::string when = DayName(day);
    if (!IsAmong(duty.shift, person_.shifts))
      Break(Rule::kShift, day, "may not work {} (on {})", shift.id, when);
    if (IsAmong(day, person_.absent))
      Break(Rule::kAbsent, day, "works {} on {}, and is absent", shift.id, when);
    if (person_.max_day_min && shift.paid_min > *person_.max_day_min) {
      Break(Rule::kDayTooLong, day, "works {} on {}, and {} a day are the most",
            Hours(shift.paid_min), when, Hours(*person_.max_day_min));
      Numbers(shift.paid_min / 60.0, *person_.max_day_min / 60.0);
    }
    for (const Availability& window : person_.availabilities) {
      if (window.day != day) continue;
      if (shift.start_min >= window.from_min && shift.end_min <= window.to_min) continue;
      Break(Rule::kNotAvailable, day, "works {} on {}, and is available from {} to {}", shift.id,
            when, TimeName(window.from_min), TimeName(window.to_min));
    }
    verdict_.cost.hours += person_.hour_price * shift.paid_min / 60;
    CheckBreaks(day, duty, shift);
  }

  void CheckBreaks(int day, const Duty& duty, const Shift& shift) {
    if (duty.break_starts_min.size() != shift.breaks.size()) {
      return Break(Rule::kBreaks, day, "has {} breaks on {}, and {} has {}",
                   duty.break_starts_min.size(), DayName(day), shift.id, shift.breaks.size());
    }
    for (size_t b = 0; b < shift.breaks.size(); ++b) {
      const BreakRule& rule = shift.breaks[b];
      const int at = duty.break_starts_min[b];
      const int offset = at - shift.start_min;
      if (offset < rule.earliest_min || offset > rule.latest_min) {
        Break(Rule::kBreaks, day, "has {} at {} on {}, and it begins from {} to {}", rule.name,
              TimeName(at), DayName(day), TimeName(shift.start_min + rule.earliest_min),
              TimeName(shift.start_min + rule.latest_min));
      }
      if (problem_.interval_min && at % *problem_.interval_min != 0) {
        Break(Rule::kBreaks, day, "has {} at {} on {}, within an interval", rule.name, TimeName(at),
              DayName(day));
      }
    }
  }

  void CheckPins() {
    for (const Pin& pin : person_.pins) {
      const std::optional<Duty>& duty = duties_[pin.day];
      const std::optional<int> shift = duty ? std::optional<int>(duty->shift) : std::nullopt;
      if (shift != pin.shift) {
        Break(Rule::kPinned, pin.day, "has {} on {}, and {} is pinned",
              shift ? problem_.shifts[*shift].id : "no shift", DayName(pin.day),
              pin.shift ? problem_.shifts[*pin.shift].id : "no shift");
      } else if (!pin.break_starts_min.empty() && duty->break_starts_min != pin.break_starts_min) {
        Break(Rule::kPinned, pin.day, "has other breaks on {} than are pinned", DayName(pin.day));
      }
    }
  }

  void CheckRest() {
    for (int day = 0; day + 1 < problem_.days; ++day) {
      if (!Works(day) || !Works(day + 1)) continue;
      const Shift& first = ShiftOn(day);
      const Shift& next = ShiftOn(day + 1);
      if (IsAmong(duties_[day + 1]->shift, first.not_followed_by)) {
        Break(Rule::kRest, day + 1, "works {} on {} after {} on {}, which it may not follow",
              next.id, DayName(day + 1), first.id, DayName(day));
      }
      const int rest = kMinutesPerDay - first.end_min + next.start_min;
      if (person_.min_rest_min && rest < *person_.min_rest_min) {
        Break(Rule::kRest, day + 1, "rests {} between {} and {}, and {} are the least", Hours(rest),
              DayName(day), DayName(day + 1), Hours(*person_.min_rest_min));
        Numbers(rest / 60.0, *person_.min_rest_min / 60.0);
      }
    }
  }

  // Runs of days with work, and without. Those at either end of the horizon may be longer than what
  // is seen of them, so they are never too short.
  void CheckStretches() {
    int begin = 0;
    while (begin < problem_.days) {
      int end = begin + 1;
      while (end < problem_.days && Works(end) == Works(begin)) ++end;
      const bool whole = begin > 0 && end < problem_.days;
      const int length = end - begin;
      if (Works(begin)) {
        if (person_.max_consecutive && length > *person_.max_consecutive) {
          Break(Rule::kConsecutiveDays, begin,
                "works {} days in a row from {}, and {} are the most", length, DayName(begin),
                *person_.max_consecutive);
          Numbers(length, *person_.max_consecutive);
        }
        if (whole && person_.min_consecutive && length < *person_.min_consecutive) {
          Break(Rule::kConsecutiveDays, begin,
                "works {} days in a row from {}, and {} are the least", length, DayName(begin),
                *person_.min_consecutive);
          Numbers(length, *person_.min_consecutive);
        }
      } else if (whole && person_.min_consecutive_off && length < *person_.min_consecutive_off) {
        Break(Rule::kConsecutiveDays, begin,
              "is off {} days in a row from {}, and {} are the least", length, DayName(begin),
              *person_.min_consecutive_off);
        Numbers(length, *person_.min_consecutive_off);
      }
      begin = end;
    }
  }

  void CheckHours() {
    int total = 0;
    int total_credit = 0;
    for (int week = 0; week * kDaysPerWeek < problem_.days; ++week) {
      int minutes = 0;
      int days = 0;
      int credit = 0;
      const int end = std::min(problem_.days, (week + 1) * kDaysPerWeek);
      for (int day = week * kDaysPerWeek; day < end; ++day) {
        if (IsAmong(day, person_.absent)) credit += person_.absent_credit_min;
        if (!Works(day)) continue;
        minutes += ShiftOn(day).paid_min;
        ++days;
      }
      total += minutes;
      total_credit += credit;
      const std::string when = fmt::format("in week {}", week + 1);
      CheckRange(week * kDaysPerWeek, when, minutes, credit, person_.min_week_min,
                 person_.max_week_min);
      if (person_.max_week_days && days > *person_.max_week_days) {
        Break(Rule::kDaysOfWeek, week * kDaysPerWeek, "works {} days {}, and {} are the most", days,
              when, *person_.max_week_days);
        Numbers(days, *person_.max_week_days);
      }
    }
    CheckRange(0, "in all", total, total_credit, person_.min_total_min, person_.max_total_min);
  }

  // Absence counts as hours, and breaks no rule by itself.
  void CheckRange(int day, const std::string& when, int minutes, int credit,
                  std::optional<int> least, std::optional<int> most) {
    const std::string absence =
        credit > 0 ? fmt::format(" and is credited {} of absence", Hours(credit)) : "";
    if (least && minutes + credit < *least) {
      Break(Rule::kHoursTooFew, day, "works {}{} {}, and {} are the least", Hours(minutes), absence,
            when, Hours(*least));
      Numbers((minutes + credit) / 60.0, *least / 60.0);
    }
    if (most && minutes > 0 && minutes + credit > *most) {
      Break(Rule::kHoursTooMany, day, "works {}{} {}, and {} are the most", Hours(minutes), absence,
            when, Hours(*most));
      Numbers((minutes + credit) / 60.0, *most / 60.0);
    }
  }

  void CheckLimits() {
    for (const CountLimit& limit : person_.limits) {
      int count = 0;
      for (int day = 0; day < problem_.days; ++day) {
        if (limit.weekends) {
          const int of_week = day % kDaysPerWeek;
          const bool saturday = of_week == 5 && Works(day);
          const bool sunday_alone = of_week == 6 && Works(day) && !Works(day - 1);
          count += saturday || sunday_alone ? 1 : 0;
        } else if (Works(day) && IsAmong(duties_[day]->shift, limit.shifts)) {
          ++count;
        }
      }
      if (count <= limit.most) continue;
      if (limit.price) {
        verdict_.cost.limits += *limit.price * (count - limit.most);
      } else {
        Break(limit.weekends ? Rule::kWeekends : Rule::kLimit, 0,
              "works {} {}, and {} are the most", count, limit.name, limit.most);
        Numbers(count, limit.most);
      }
    }
  }

  void CountRequests() {
    for (const Request& request : person_.requests) {
      const bool works =
          Works(request.day) &&
          (request.shifts.empty() || IsAmong(duties_[request.day]->shift, request.shifts));
      if (works != request.on) verdict_.cost.requests += request.price;
    }
  }

  const RosterProblem& problem_;
  const int person_index_;
  const Person& person_;
  const Duties& duties_;
  Verdict& verdict_;
};

// Who is there in a slot, told apart by what they can serve.
using Present = absl::btree_map<uint32_t, int>;

// The cheapest division of those present over the queues: each is counted for one queue, the
// price of a queue is convex in its number, and the numbers that can be reached form a polymatroid,
// so that raising the cheapest that can still be raised is best (Federgruen and Groenevelt, The
// greedy procedure for resource allocation problems, Operations Research 1986).
class SlotCheck {
 public:
  SlotCheck(const RosterProblem& problem, int slot, const Present& present)
      : problem_(problem), slot_(slot), queues_(static_cast<int>(problem.queues.size())) {
    for (uint32_t set = 0; set < (1U << queues_); ++set) {
      int reachable = 0;
      for (const auto& [can, people] : present) reachable += (can & set) != 0 ? people : 0;
      room_.push_back(reachable);
    }
  }

  std::vector<int> Divide() {
    std::vector<int> counts(queues_);
    for (;;) {
      int best = -1;
      double best_price = 0;
      for (int q = 0; q < queues_; ++q) {
        if (!CanRaise(q)) continue;
        const double price = PriceOf(q, counts[q] + 1) - PriceOf(q, counts[q]);
        if (best < 0 || price < best_price) {
          best = q;
          best_price = price;
        }
      }
      if (best < 0) return counts;
      ++counts[best];
      for (uint32_t set = 0; set < room_.size(); ++set) {
        if ((set >> best & 1U) != 0) --room_[set];
      }
    }
  }

 private:
  // A floor that is hard is worth more than anything.
  static constexpr double kHard = 1e9;

  bool CanRaise(int q) const {
    for (uint32_t set = 0; set < room_.size(); ++set) {
      if ((set >> q & 1U) != 0 && room_[set] <= 0) return false;
    }
    return true;
  }
  double PriceOf(int q, int count) const {
    const Demand& demand = problem_.DemandOf(slot_, q);
    return count < demand.required ? demand.under_price.value_or(kHard) * (demand.required - count)
                                   : demand.over_price * (count - demand.required);
  }

  const RosterProblem& problem_;
  int slot_;
  int queues_;
  std::vector<int> room_;  // by set of queues: how many more people it can hold
};

std::string SlotName(const RosterProblem& problem, int slot) {
  const int day = slot / problem.slots_per_day();
  const int of_day = slot % problem.slots_per_day();
  if (!problem.interval_min) {
    return fmt::format("{} {}", DayName(day), problem.shifts[of_day].id);
  }
  return fmt::format("{} {}", DayName(day), TimeName(of_day * *problem.interval_min));
}

std::vector<Present> PresentBySlot(const RosterProblem& problem, const Roster& roster) {
  std::vector<Present> present(problem.slots());
  for (size_t p = 0; p < problem.people.size(); ++p) {
    for (int day = 0; day < problem.days; ++day) {
      const std::optional<Duty>& duty = roster.duties[p][day];
      if (!duty) continue;
      const uint32_t can = problem.people[p].queues;
      if (!problem.interval_min) {
        ++present[day * problem.slots_per_day() + duty->shift][can];
        continue;
      }
      const Shift& shift = problem.shifts[duty->shift];
      for (int at = shift.start_min; at < shift.end_min; at += *problem.interval_min) {
        bool pauses = false;
        for (size_t b = 0; b < duty->break_starts_min.size() && b < shift.breaks.size(); ++b) {
          const int begin = duty->break_starts_min[b];
          pauses |= at >= begin && at < begin + shift.breaks[b].minutes;
        }
        const int slot = day * problem.slots_per_day() + at / *problem.interval_min;
        if (!pauses && slot < problem.slots()) ++present[slot][can];
      }
    }
  }
  return present;
}

void CheckCover(const RosterProblem& problem, const Roster& roster, Verdict& verdict) {
  const std::vector<Present> present = PresentBySlot(problem, roster);
  for (int slot = 0; slot < problem.slots(); ++slot) {
    const std::vector<int> counts = SlotCheck(problem, slot, present[slot]).Divide();
    verdict.counted.insert(verdict.counted.end(), counts.begin(), counts.end());
    for (size_t q = 0; q < counts.size(); ++q) {
      const Demand& demand = problem.DemandOf(slot, static_cast<int>(q));
      const int missing = std::max(0, demand.required - counts[q]);
      const int surplus = std::max(0, counts[q] - demand.required);
      verdict.missing += missing;
      if (!demand.under_price) verdict.missing_floor += missing;
      verdict.surplus += surplus;
      verdict.cost.over += demand.over_price * surplus;
      verdict.cost.under += demand.under_price.value_or(0) * missing;
      if (missing > 0 && !demand.under_price) {
        verdict.breaches.push_back(
            {.rule = Rule::kFloor,
             .person = std::nullopt,
             .day = slot / problem.slots_per_day(),
             .sentence = fmt::format("{} has {} of {} that {} must have", SlotName(problem, slot),
                                     counts[q], demand.required, problem.queues[q])});
      }
    }
  }
}

bool HasShape(const RosterProblem& problem, const Roster& roster) {
  const auto fits = [&](const Duties& duties) {
    return static_cast<int>(duties.size()) == problem.days &&
           std::all_of(duties.begin(), duties.end(), [&](const std::optional<Duty>& duty) {
             return !duty ||
                    (duty->shift >= 0 && duty->shift < static_cast<int>(problem.shifts.size()));
           });
  };
  return roster.duties.size() == problem.people.size() &&
         std::all_of(roster.duties.begin(), roster.duties.end(), fits);
}

}  // namespace

Verdict Verify(const RosterProblem& problem, const Roster& roster) {
  Verdict verdict;
  if (!HasShape(problem, roster)) {
    verdict.breaches.push_back(
        {.rule = Rule::kShape,
         .sentence = "the roster is of other people, days or shifts than the problem"});
    return verdict;
  }
  for (size_t p = 0; p < problem.people.size(); ++p) {
    PersonCheck(problem, static_cast<int>(p), roster.duties[p], verdict).Run();
  }
  CheckCover(problem, roster, verdict);
  return verdict;
}

std::vector<std::string> SentencesOf(const Verdict& verdict) {
  std::vector<std::string> sentences;
  for (const Breach& breach : verdict.breaches) sentences.push_back(breach.sentence);
  return sentences;
}

}  // namespace wissel::scheduling
