#include "forecasting/core/scheduling/explain.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "fmt/format.h"
#include "forecasting/core/scheduling/person_planner.h"

namespace wissel::scheduling {
namespace {

// What can be left out of a person's rules, and how.
struct Rule {
  std::string name;
  std::function<void(Person&)> leave_out;
};

std::string Hours(int minutes) { return fmt::format("{:g} h", minutes / 60.0); }

// "Mon 1 to Thu 1" for days in succession.
std::string DaysName(int first, int last) {
  return first == last ? DayName(first) : fmt::format("{} to {}", DayName(first), DayName(last));
}

class RuleList {
 public:
  RuleList(const RosterProblem& problem, const Person& person) : problem_(problem) {
    // What is least likely to be meant stands first, and so is left out first where there is a
    // choice: limits and stretches before hours, hours before what somebody has asked for.
    AddLimits(person);
    AddStretches(person);
    AddHours(person);
    AddDays(person);
  }
  const std::vector<Rule>& rules() const { return rules_; }

 private:
  void Add(std::string name, std::function<void(Person&)> leave_out) {
    rules_.push_back({std::move(name), std::move(leave_out)});
  }
  void AddRule(std::optional<int> Person::*rule, const Person& person, const char* text,
               bool minutes) {
    if (!(person.*rule)) return;
    const int value = *(person.*rule);
    Add(fmt::format(fmt::runtime(text), minutes ? Hours(value) : std::to_string(value)),
        [rule](Person& p) { (p.*rule).reset(); });
  }

  void AddLimits(const Person& person) {
    for (size_t l = 0; l < person.limits.size(); ++l) {
      const CountLimit& limit = person.limits[l];
      if (limit.price) continue;
      Add(fmt::format("at most {} {}", limit.most, limit.name),
          [l, days = problem_.days](Person& p) { p.limits[l].most = days; });
    }
  }
  void AddStretches(const Person& person) {
    AddRule(&Person::min_consecutive, person, "at least {} days of work in a row", false);
    AddRule(&Person::min_consecutive_off, person, "at least {} days off in a row", false);
    AddRule(&Person::max_consecutive, person, "at most {} days of work in a row", false);
    AddRule(&Person::min_rest_min, person, "at least {} of rest between two shifts", true);
    AddRule(&Person::max_week_days, person, "at most {} days of work a week", false);
    // Which shifts may follow which belongs to the shifts, and is not left out.
  }
  void AddHours(const Person& person) {
    AddRule(&Person::max_total_min, person, "at most {} in all", true);
    AddRule(&Person::max_week_min, person, "at most {} a week", true);
    AddRule(&Person::max_day_min, person, "at most {} a day", true);
    AddRule(&Person::min_total_min, person, "at least {} in all", true);
    AddRule(&Person::min_week_min, person, "at least {} a week", true);
  }
  void AddDays(const Person& person) {
    for (const Availability& window : person.availabilities) {
      Add(fmt::format("available on {} from {} to {} only", DayName(window.day),
                      TimeName(window.from_min), TimeName(window.to_min)),
          [day = window.day](Person& p) {
            std::erase_if(p.availabilities, [&](const Availability& a) { return a.day == day; });
          });
    }
    for (const Pin& pin : person.pins) {
      Add(fmt::format("{} pinned on {}", pin.shift ? problem_.shifts[*pin.shift].id : "no shift",
                      DayName(pin.day)),
          [day = pin.day](Person& p) {
            std::erase_if(p.pins, [&](const Pin& other) { return other.day == day; });
          });
    }
    for (const int day : person.absent) {
      Add(fmt::format("absent on {}", DayName(day)),
          [day](Person& p) { std::erase(p.absent, day); });
    }
  }

  const RosterProblem& problem_;
  std::vector<Rule> rules_;
};

bool HasSchedule(const RosterProblem& problem, const Person& person, PlannerScratch& scratch) {
  const std::vector<double> free(problem.days * problem.shifts.size());
  return PersonPlanner(problem, person).Cheapest(free, scratch).has_value();
}

// Absences that are all needed read better as stretches.
std::vector<std::string> WithAbsencesJoined(const Person& person,
                                            const std::vector<std::string>& reasons) {
  std::vector<std::string> joined;
  std::vector<int> days;
  for (const std::string& reason : reasons) {
    const auto absent = std::find_if(person.absent.begin(), person.absent.end(), [&](int day) {
      return reason == fmt::format("absent on {}", DayName(day));
    });
    if (absent == person.absent.end()) {
      joined.push_back(reason);
    } else {
      days.push_back(*absent);
    }
  }
  std::sort(days.begin(), days.end());
  for (size_t first = 0; first < days.size();) {
    size_t last = first;
    while (last + 1 < days.size() && days[last + 1] == days[last] + 1) ++last;
    joined.push_back("absent on " + DaysName(days[first], days[last]));
    first = last + 1;
  }
  return joined;
}

Conflict ExplainPerson(const RosterProblem& problem, const Person& person,
                       PlannerScratch& scratch) {
  Conflict conflict{person.id, {}};
  const RuleList list(problem, person);
  Person left = person;
  for (const Rule& rule : list.rules()) {
    Person without = left;
    rule.leave_out(without);
    if (HasSchedule(problem, without, scratch)) {
      conflict.reasons.push_back(rule.name);
    } else {
      left = std::move(without);
    }
  }
  conflict.reasons = WithAbsencesJoined(person, conflict.reasons);
  if (conflict.reasons.empty()) conflict.reasons.emplace_back("no shift that they may work at all");
  return conflict;
}

// By slot and queue: how many people could be there at all.
std::vector<int> CouldBeThere(const RosterProblem& problem) {
  const int queues = static_cast<int>(problem.queues.size());
  const int per_day = problem.slots_per_day();
  std::vector<int> could(problem.demand.size());
  for (const Person& person : problem.people) {
    const PersonRules rules(problem, person);
    std::vector<bool> there(problem.slots());
    for (int day = 0; day < problem.days; ++day) {
      for (size_t i = 0; i < rules.shifts().size(); ++i) {
        if (!rules.MayWork(day, static_cast<int>(i))) continue;
        const int s = rules.shifts()[i];
        const auto grid = problem.interval_min;
        const int first = grid ? problem.shifts[s].start_min / *grid : s;
        const int last = grid ? (problem.shifts[s].end_min - 1) / *grid : s;
        for (int slot = day * per_day + first; slot <= day * per_day + last; ++slot) {
          if (slot < problem.slots()) there[slot] = true;
        }
      }
    }
    for (size_t cell = 0; cell < could.size(); ++cell) {
      if (there[cell / queues])
        could[cell] += static_cast<int>(person.queues >> (cell % queues) & 1U);
    }
  }
  return could;
}

}  // namespace

std::string Conflict::Sentence() const {
  return fmt::format("{}: {}", who, fmt::join(reasons, "; "));
}

std::vector<Conflict> ExplainPeople(const RosterProblem& problem) {
  std::vector<Conflict> conflicts;
  PlannerScratch scratch;
  for (const Person& person : problem.people) {
    if (HasSchedule(problem, person, scratch)) continue;
    conflicts.push_back(ExplainPerson(problem, person, scratch));
  }
  return conflicts;
}

std::vector<Conflict> ExplainFloors(const RosterProblem& problem) {
  const auto has_floor = [](const Demand& d) { return !d.under_price && d.required > 0; };
  if (std::none_of(problem.demand.begin(), problem.demand.end(), has_floor)) return {};
  std::vector<Conflict> conflicts;
  const std::vector<int> could = CouldBeThere(problem);
  const size_t queues = problem.queues.size();
  for (size_t cell = 0; cell < could.size(); ++cell) {
    const Demand& demand = problem.demand[cell];
    if (!has_floor(demand) || demand.required <= could[cell]) continue;
    const int slot = static_cast<int>(cell / queues);
    const int of_day = slot % problem.slots_per_day();
    const std::string when =
        problem.interval_min ? TimeName(of_day * *problem.interval_min) : problem.shifts[of_day].id;
    conflicts.push_back(
        {fmt::format("{} {}", DayName(slot / problem.slots_per_day()), when),
         {fmt::format("{} must have {}", problem.queues[cell % queues], demand.required),
          fmt::format("{} could be there", could[cell])}});
  }
  return conflicts;
}

}  // namespace wissel::scheduling
