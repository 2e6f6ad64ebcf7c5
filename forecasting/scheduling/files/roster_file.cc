#include "forecasting/scheduling/files/roster_file.h"

#include <algorithm>
#include <charconv>

#include "absl/container/btree_map.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/curtois.h"
#include "forecasting/scheduling/files/our_problem.h"

namespace wissel::schedule {
namespace {

using scheduling::Duty;
using scheduling::Roster;
using scheduling::RosterProblem;
using scheduling::TimeName;

absl::Status Unknown(const std::string& field, const std::string& what) {
  return RefuseField(field, fmt::format("{} is not in the problem", what),
                     "what the problem file has");
}

absl::StatusOr<Duty> ReadWork(const RosterProblem& problem, const Work& work,
                              const std::string& field) {
  const auto shift = std::find_if(problem.shifts.begin(), problem.shifts.end(),
                                  [&](const auto& s) { return s.id == work.shift(); });
  if (shift == problem.shifts.end()) {
    return Unknown(field + ".shift", fmt::format("shift \"{}\"", work.shift()));
  }
  Duty duty;
  duty.shift = static_cast<int>(shift - problem.shifts.begin());
  for (const std::string& at : work.breaks()) {
    const auto minutes = MinutesOf(at);
    if (!minutes) {
      return RefuseField(field + ".breaks", fmt::format("\"{}\" is no time", at),
                         "for example 12:00");
    }
    duty.break_starts_min.push_back(*minutes);
  }
  return duty;
}

}  // namespace

std::optional<int> MinutesOf(const std::string& time) {
  const size_t colon = time.find(':');
  if (colon == std::string::npos || time.size() != colon + 3 || colon == 0 || colon > 2) {
    return std::nullopt;
  }
  const char* const end = time.data() + time.size();
  int hours = 0;
  int minutes = 0;
  const auto first = std::from_chars(time.data(), time.data() + colon, hours);
  const auto second = std::from_chars(time.data() + colon + 1, end, minutes);
  if (first.ec != std::errc() || second.ec != std::errc() || first.ptr != time.data() + colon ||
      second.ptr != end || hours < 0 || hours > 48 || minutes < 0 || minutes > 59) {
    return std::nullopt;
  }
  return hours * 60 + minutes;
}

absl::StatusOr<NamedProblem> ParseNamedProblem(const ProblemText& text) {
  NamedProblem named;
  if (text.kind == ProblemKind::kCurtois) {
    WISSEL_ASSIGN_OR_RETURN(named.problem, scheduling::ParseCurtois(text.name, text.text));
  } else {
    WISSEL_ASSIGN_OR_RETURN(named, ParseOurProblem(text.name, text.text));
  }
  WISSEL_RETURN_IF_ERROR(scheduling::CheckProblem(named.problem));
  return named;
}

void WriteRoster(const NamedProblem& named, const Roster& roster, Schedule& schedule) {
  const RosterProblem& problem = named.problem;
  for (size_t p = 0; p < problem.people.size(); ++p) {
    PersonSchedule& person = *schedule.add_people();
    person.set_name(problem.people[p].id);
    for (int day = 0; day < problem.days; ++day) {
      const std::optional<Duty>& duty = roster.duties[p][day];
      if (!duty) continue;
      const scheduling::Shift& shift = problem.shifts[duty->shift];
      Work& work = *person.add_work();
      work.set_day(day);
      if (named.start) work.set_date(absl::FormatCivilTime(*named.start + day));
      work.set_shift(shift.id);
      if (!problem.interval_min) continue;
      work.set_start(TimeName(shift.start_min));
      work.set_end(TimeName(shift.end_min));
      for (const int at : duty->break_starts_min) work.add_breaks(TimeName(at));
    }
  }
}

absl::StatusOr<Roster> ReadRoster(const NamedProblem& named, const Schedule& schedule) {
  const RosterProblem& problem = named.problem;
  absl::btree_map<std::string, size_t> index;
  for (size_t p = 0; p < problem.people.size(); ++p) index[problem.people[p].id] = p;
  Roster roster;
  roster.duties.assign(problem.people.size(), std::vector<std::optional<Duty>>(problem.days));
  for (int i = 0; i < schedule.people_size(); ++i) {
    const PersonSchedule& person = schedule.people(i);
    const std::string field = fmt::format("people[{}]", i);
    const auto found = index.find(person.name());
    if (found == index.end()) return Unknown(field, fmt::format("\"{}\"", person.name()));
    for (int w = 0; w < person.work_size(); ++w) {
      const Work& work = person.work(w);
      const std::string place = fmt::format("{}.work[{}]", field, w);
      if (work.day() < 0 || work.day() >= problem.days) {
        return Unknown(place + ".day", fmt::format("day {}", work.day()));
      }
      std::optional<Duty>& duty = roster.duties[found->second][work.day()];
      if (duty) {
        return RefuseField(
            place,
            fmt::format("{} works twice on {}", person.name(), scheduling::DayName(work.day())),
            "one shift a day");
      }
      WISSEL_ASSIGN_OR_RETURN(duty, ReadWork(problem, work, place));
    }
  }
  return roster;
}

void WriteVerdict(const scheduling::Verdict& verdict, Schedule& schedule) {
  schedule.clear_broken_rules();
  for (const scheduling::Breach& breach : verdict.breaches) {
    schedule.add_broken_rules(breach.sentence);
  }
  Costs& costs = *schedule.mutable_costs();
  costs.set_requests(verdict.cost.requests);
  costs.set_limits(verdict.cost.limits);
  costs.set_hours(verdict.cost.hours);
  costs.set_under(verdict.cost.under);
  costs.set_over(verdict.cost.over);
  costs.set_missing(verdict.missing);
  costs.set_surplus(verdict.surplus);
  schedule.set_objective(verdict.cost.total());
}

}  // namespace wissel::schedule
