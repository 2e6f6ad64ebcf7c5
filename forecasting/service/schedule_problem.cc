#include "forecasting/service/schedule_problem.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/verifier.h"
#include "forecasting/scheduling/files/our_problem.h"
#include "forecasting/scheduling/files/roster_file.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::RepeatedPtrField;

constexpr std::array<const char*, 7> kWeekdays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr int kMinutesOfDay = 1440;

int MinutesIn(const google::protobuf::Duration& duration) {
  return static_cast<int>(duration.seconds() / 60);
}
double HoursIn(const google::protobuf::Duration& duration) { return MinutesIn(duration) / 60.0; }

std::string TimeText(int minutes) { return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60); }

absl::CivilMinute LocalMinute(Instant t, absl::TimeZone zone) {
  return absl::ToCivilMinute(absl::FromUnixMillis(t.millis()), zone);
}
Instant InstantAt(absl::CivilDay day, int minutes, absl::TimeZone zone) {
  const absl::CivilMinute local = absl::CivilMinute(day) + minutes;
  return Instant::FromMillis(absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(local), zone)));
}

// A shift by the clock on the wall of its day.
struct WallShift {
  absl::CivilDay day;
  int start = 0;
  int minutes = 0;
  std::vector<int> breaks;  // begins, minutes of the day
};
WallShift WallOf(const v1::Shift& shift, absl::TimeZone zone) {
  const absl::CivilMinute start = LocalMinute(StartOf(shift), zone);
  WallShift wall;
  wall.day = absl::CivilDay(start);
  wall.start = static_cast<int>(start - absl::CivilMinute(wall.day));
  wall.minutes = static_cast<int>(LocalMinute(EndOf(shift), zone) - start);
  for (const auto& pause : shift.breaks()) {
    const absl::CivilMinute at = LocalMinute(InstantOf(pause.start_time()), zone);
    wall.breaks.push_back(static_cast<int>(at - absl::CivilMinute(wall.day)));
  }
  return wall;
}

const v1::ShiftKind* KindOf(const ScheduleScene& scene, const v1::Shift& shift,
                            const WallShift& wall) {
  for (const v1::ShiftKind& kind : scene.rules.shift_kinds()) {
    if (kind.id() != shift.shift_kind()) continue;
    const bool fits = wall.minutes == MinutesIn(kind.length()) &&
                      wall.start >= kind.first_start_minute() &&
                      wall.start <= kind.last_start_minute() &&
                      (wall.start - kind.first_start_minute()) % kind.start_step_minutes() == 0 &&
                      shift.breaks_size() == kind.breaks_size();
    if (fits) return &kind;
  }
  return nullptr;
}

// Of a shift that is of no kind of the rules: one of its own, with the breaks where they are.
std::string OwnKindName(const v1::Shift& shift, const WallShift& wall) {
  std::string name = fmt::format("own {}", wall.minutes);
  for (int i = 0; i < shift.breaks_size(); ++i) {
    name += fmt::format(" {}{}", wall.breaks[static_cast<size_t>(i)] - wall.start,
                        shift.breaks(i).paid() ? "p" : "");
    name += fmt::format(
        "+{}",
        (InstantOf(shift.breaks(i).end_time()) - InstantOf(shift.breaks(i).start_time())).millis() /
            60'000);
  }
  return name;
}
std::string KindNameOf(const ScheduleScene& scene, const v1::Shift& shift, const WallShift& wall) {
  return KindOf(scene, shift, wall) != nullptr ? shift.shift_kind() : OwnKindName(shift, wall);
}
std::string ShiftId(const std::string& kind, int start) {
  return fmt::format("{} {}", kind, TimeText(start));
}

class Writer {
 public:
  Writer(const ScheduleScene& scene, const Prices& prices) : scene_(scene), prices_(prices) {}

  schedule::ProblemFile Write(const ShiftsByAgent& shifts) {
    file_.set_name("schedule");
    file_.set_start(WriteDay(scene_.days.first));
    file_.set_weeks(static_cast<int>(scene_.days.count() / 7));
    file_.set_interval_minutes(scene_.interval_minutes);
    for (const Demand& demand : scene_.demand) AddDemand(demand);
    for (const v1::ShiftKind& kind : scene_.rules.shift_kinds()) AddKind(kind);
    for (const auto& [agent, list] : shifts) {
      for (const v1::Shift& shift : list) AddOwnKind(shift);
    }
    for (const v1::Contract& contract : scene_.rules.contracts()) AddContract(contract);
    for (const v1::PlannedAgent& agent : scene_.agents) {
      const auto found = shifts.find(agent.agent());
      AddPerson(agent, found == shifts.end() ? std::vector<v1::Shift>() : found->second);
    }
    return std::move(file_);
  }

 private:
  void AddDemand(const Demand& demand) {
    schedule::Queue& queue = *file_.add_queues();
    queue.set_name(demand.name);
    queue.set_under_price(prices_.missing_hour * scene_.interval_minutes / 60);
    queue.set_over_price(prices_.surplus_hour * scene_.interval_minutes / 60);
    for (const auto& [day, people] : demand.required) {
      schedule::Required& required = *file_.add_required();
      required.set_queue(demand.name);
      required.set_date(WriteDay(day));
      required.set_from("00:00");
      for (int count : people) required.add_people(count);
    }
  }

  void AddKind(const v1::ShiftKind& kind) {
    schedule::ShiftKind& out = *file_.add_shift_kinds();
    out.set_name(kind.id());
    out.set_first_start(TimeText(kind.first_start_minute()));
    out.set_last_start(TimeText(kind.last_start_minute()));
    out.set_step_minutes(kind.start_step_minutes());
    out.set_length_minutes(MinutesIn(kind.length()));
    for (int i = 0; i < kind.breaks_size(); ++i) {
      const v1::BreakRule& rule = kind.breaks(i);
      schedule::Break& pause = *out.add_breaks();
      pause.set_name(fmt::format("break {}", i + 1));
      pause.set_earliest_minutes(MinutesIn(rule.earliest()));
      pause.set_latest_minutes(MinutesIn(rule.latest()));
      pause.set_minutes(MinutesIn(rule.length()));
      pause.set_paid(rule.paid());
    }
  }

  void AddOwnKind(const v1::Shift& shift) {
    const WallShift wall = WallOf(shift, scene_.zone);
    if (KindOf(scene_, shift, wall) != nullptr) return;
    const std::string name = OwnKindName(shift, wall);
    auto [at, is_new] = own_.try_emplace(name, file_.shift_kinds_size());
    if (is_new) {
      schedule::ShiftKind& kind = *file_.add_shift_kinds();
      kind.set_name(name);
      kind.set_length_minutes(wall.minutes);
      for (int i = 0; i < shift.breaks_size(); ++i) {
        const v1::Shift::Break& given = shift.breaks(i);
        schedule::Break& pause = *kind.add_breaks();
        const int offset = wall.breaks[static_cast<size_t>(i)] - wall.start;
        pause.set_name(fmt::format("break {}", i + 1));
        pause.set_earliest_minutes(offset);
        pause.set_latest_minutes(offset);
        pause.set_minutes(static_cast<int>(
            (InstantOf(given.end_time()) - InstantOf(given.start_time())).millis() / 60'000));
        pause.set_paid(given.paid());
      }
    }
    if (!own_starts_.emplace(name, wall.start).second) return;
    file_.mutable_shift_kinds(at->second)->add_starts(TimeText(wall.start));
  }

  void AddContract(const v1::Contract& contract) {
    schedule::Contract& out = *file_.add_contracts();
    out.set_name(contract.id());
    schedule::Rules& rules = *out.mutable_rules();
    rules.set_min_week_hours(HoursIn(contract.fewest_weekly()));
    rules.set_max_week_hours(HoursIn(contract.most_weekly()));
    rules.set_max_day_hours(HoursIn(contract.longest_day()));
    rules.set_max_week_days(
        std::min(contract.most_days_weekly(), 7 - scene_.rules.fewest_days_off()));
    rules.set_max_consecutive_days(scene_.rules.most_consecutive_days());
    rules.set_min_rest_hours(HoursIn(scene_.rules.rest()));
    const int weeks = file_.weeks();
    rules.set_max_weekends(weeks - scene_.rules.fewest_free_weekends() * weeks / 4);
    rules.set_hour_price(prices_.paid_hour);
    // What stands may be of a kind of its own; a solver takes those of the rules alone.
    for (const v1::ShiftKind& kind : scene_.rules.shift_kinds()) out.add_shift_kinds(kind.id());
  }

  void AddPerson(const v1::PlannedAgent& agent, const std::vector<v1::Shift>& shifts) {
    schedule::PersonEntry& person = *file_.add_people();
    person.set_name(agent.agent());
    person.set_contract(agent.contract());
    for (const Demand& demand : scene_.demand) {
      const auto& can = demand.agents;
      if (std::find(can.begin(), can.end(), agent.agent()) != can.end()) {
        person.add_queues(demand.name);
      }
    }
    AddAbsences(agent, person);
    if (agent.earliest_minute() > 0 || agent.latest_minute() < kMinutesOfDay) {
      for (const char* weekday : kWeekdays) {
        schedule::AvailableTime& time = *person.add_available();
        time.set_weekday(weekday);
        time.set_from(TimeText(agent.earliest_minute()));
        time.set_until(TimeText(agent.latest_minute()));
      }
    }
    for (const v1::ShiftWish& wish : agent.wishes()) AddWish(wish, person);
    AddOwnShifts(shifts, person);
  }

  void AddAbsences(const v1::PlannedAgent& agent, schedule::PersonEntry& person) {
    for (absl::CivilDay day = scene_.days.first; day <= scene_.days.last; ++day) {
      const int weekday = static_cast<int>(absl::GetWeekday(day)) + 1;
      bool absent = std::find(agent.days_off().begin(), agent.days_off().end(), weekday) !=
                    agent.days_off().end();
      for (const v1::Absence& absence : agent.absences()) {
        Days days;
        absl::ParseCivilTime(absence.start_date(), &days.first);
        absl::ParseCivilTime(absence.end_date(), &days.last);
        absent |= days.Meet({day, day});
      }
      if (absent) person.add_absent(WriteDay(day));
    }
  }

  void AddWish(const v1::ShiftWish& wish, schedule::PersonEntry& person) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(wish.date(), &day) || !scene_.days.Meet({day, day})) return;
    schedule::Wish& out = *person.add_wishes();
    out.set_date(wish.date());
    out.set_price(prices_.wish * wish.weight());
    out.set_off(wish.shift_kind().empty());
    if (!wish.shift_kind().empty()) out.add_shift_kinds(wish.shift_kind());
  }

  void AddOwnShifts(const std::vector<v1::Shift>& shifts, schedule::PersonEntry& person) {
    std::set<std::string> own;
    for (const v1::Shift& shift : shifts) {
      const WallShift wall = WallOf(shift, scene_.zone);
      const std::string kind = KindNameOf(scene_, shift, wall);
      if (KindOf(scene_, shift, wall) == nullptr) own.insert(kind);
      if (!shift.pinned() || !scene_.days.Meet({wall.day, wall.day})) continue;
      schedule::Pinned& pin = *person.add_pinned();
      pin.set_date(WriteDay(wall.day));
      pin.set_shift(ShiftId(kind, wall.start));
      for (int at : wall.breaks) pin.add_breaks(TimeText(at));
    }
    if (own.empty()) return;
    for (const v1::ShiftKind& kind : scene_.rules.shift_kinds()) person.add_shift_kinds(kind.id());
    for (const std::string& kind : own) person.add_shift_kinds(kind);
  }

  const ScheduleScene& scene_;
  const Prices& prices_;
  schedule::ProblemFile file_;
  std::map<std::string, int> own_;  // place among the file's kinds
  std::set<std::pair<std::string, int>> own_starts_;
};

v1::BrokenRule::Kind KindOf(scheduling::Rule rule) {
  using scheduling::Rule;
  switch (rule) {
    case Rule::kRest:
      return v1::BrokenRule::REST;
    case Rule::kConsecutiveDays:
      return v1::BrokenRule::CONSECUTIVE_DAYS;
    case Rule::kWeekends:
      return v1::BrokenRule::FREE_WEEKENDS;
    case Rule::kHoursTooFew:
      return v1::BrokenRule::WEEKLY_HOURS_TOO_FEW;
    case Rule::kHoursTooMany:
      return v1::BrokenRule::WEEKLY_HOURS_TOO_MANY;
    case Rule::kDaysOfWeek:
      return v1::BrokenRule::DAYS_WEEKLY;
    case Rule::kDayTooLong:
      return v1::BrokenRule::DAY_TOO_LONG;
    case Rule::kAbsent:
      return v1::BrokenRule::ABSENT;
    case Rule::kNotAvailable:
      return v1::BrokenRule::NOT_AVAILABLE;
    case Rule::kBreaks:
      return v1::BrokenRule::BREAKS;
    case Rule::kShift:
    case Rule::kPinned:
    case Rule::kLimit:
    case Rule::kFloor:
    case Rule::kShape:
      return v1::BrokenRule::OTHER;
  }
  return v1::BrokenRule::OTHER;
}

v1::CoverSeries CoverOf(const ScheduleScene& scene, const Demand& demand, int at,
                        const scheduling::RosterProblem& problem, const std::vector<int>& planned) {
  v1::CoverSeries cover;
  for (const std::string& queue : demand.queues) cover.add_queues(queue);
  WriteTimestamp(InstantAt(scene.days.first, 0, scene.zone), cover.mutable_start_time());
  cover.set_interval_minutes(scene.interval_minutes);
  for (int slot = 0; slot < problem.slots(); ++slot) {
    cover.add_required(problem.DemandOf(slot, at).required);
    cover.add_planned(
        planned[static_cast<size_t>(slot) * problem.queues.size() + static_cast<size_t>(at)]);
  }
  return cover;
}

double PaidHours(const v1::Shift& shift) {
  int64_t paid = (EndOf(shift) - StartOf(shift)).millis();
  for (const auto& pause : shift.breaks()) {
    if (pause.paid()) continue;
    paid -= (InstantOf(pause.end_time()) - InstantOf(pause.start_time())).millis();
  }
  return static_cast<double>(paid) / 3'600'000;
}

int WishesKept(const v1::PlannedAgent& agent, const std::vector<v1::Shift>& shifts,
               absl::TimeZone zone, const Days& days, int& wishes) {
  int kept = 0;
  for (const v1::ShiftWish& wish : agent.wishes()) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(wish.date(), &day) || !days.Meet({day, day})) continue;
    ++wishes;
    bool works = false, as_wished = false;
    for (const v1::Shift& shift : shifts) {
      if (LocalDaysOf(shift, zone).first != day) continue;
      works = true;
      as_wished |= shift.shift_kind() == wish.shift_kind();
    }
    kept += wish.shift_kind().empty() ? !works : as_wished;
  }
  return kept;
}

}  // namespace

schedule::ProblemFile WriteProblem(const ScheduleScene& scene, const ShiftsByAgent& shifts,
                                   const Prices& prices) {
  return Writer(scene, prices).Write(shifts);
}

schedule::Schedule WriteRoster(const ScheduleScene& scene, const ShiftsByAgent& shifts,
                               std::vector<v1::Shift>& doubled) {
  schedule::Schedule roster;
  for (const v1::PlannedAgent& agent : scene.agents) {
    const auto found = shifts.find(agent.agent());
    if (found == shifts.end()) continue;
    schedule::PersonSchedule& person = *roster.add_people();
    person.set_name(agent.agent());
    std::set<absl::CivilDay> taken;
    for (const v1::Shift& shift : found->second) {
      const WallShift wall = WallOf(shift, scene.zone);
      if (!scene.days.Meet({wall.day, wall.day})) continue;
      if (!taken.insert(wall.day).second) {
        doubled.push_back(shift);
        continue;
      }
      schedule::Work& work = *person.add_work();
      work.set_day(static_cast<int>(wall.day - scene.days.first));
      work.set_date(WriteDay(wall.day));
      work.set_shift(ShiftId(KindNameOf(scene, shift, wall), wall.start));
      work.set_start(TimeText(wall.start));
      work.set_end(TimeText(wall.start + wall.minutes));
      for (int at : wall.breaks) work.add_breaks(TimeText(at));
    }
  }
  return roster;
}

ShiftsByAgent ReadRoster(const ScheduleScene& scene, const schedule::Schedule& roster) {
  ShiftsByAgent all;
  for (const schedule::PersonSchedule& person : roster.people()) {
    for (const schedule::Work& work : person.work()) {
      const absl::CivilDay day = scene.days.first + work.day();
      const auto minutes = [&](const std::string& time) {
        return schedule::MinutesOf(time).value_or(0);
      };
      v1::Shift shift;
      shift.set_agent(person.name());
      const size_t blank = work.shift().rfind(' ');
      const std::string kind = work.shift().substr(0, blank);
      WriteTimestamp(InstantAt(day, minutes(work.start()), scene.zone), shift.mutable_start_time());
      WriteTimestamp(InstantAt(day, minutes(work.end()), scene.zone), shift.mutable_end_time());
      for (const v1::ShiftKind& known : scene.rules.shift_kinds()) {
        if (known.id() != kind) continue;
        shift.set_shift_kind(kind);
        for (int i = 0; i < known.breaks_size() && i < work.breaks_size(); ++i) {
          v1::Shift::Break& pause = *shift.add_breaks();
          const int at = minutes(work.breaks(i));
          WriteTimestamp(InstantAt(day, at, scene.zone), pause.mutable_start_time());
          WriteTimestamp(InstantAt(day, at + MinutesIn(known.breaks(i).length()), scene.zone),
                         pause.mutable_end_time());
          pause.set_paid(known.breaks(i).paid());
        }
      }
      all[person.name()].push_back(std::move(shift));
    }
  }
  return all;
}

absl::StatusOr<Checked> Check(const ScheduleScene& scene, const ShiftsByAgent& shifts) {
  ShiftsByAgent unpinned = shifts;  // a pin binds a solver, not what stands
  for (auto& [agent, list] : unpinned) {
    for (v1::Shift& shift : list) shift.clear_pinned();
  }
  WISSEL_ASSIGN_OR_RETURN(const schedule::NamedProblem named,
                          schedule::ReadOurProblem(WriteProblem(scene, unpinned)));
  std::vector<v1::Shift> doubled;
  WISSEL_ASSIGN_OR_RETURN(const scheduling::Roster roster,
                          schedule::ReadRoster(named, WriteRoster(scene, unpinned, doubled)));
  const scheduling::Verdict verdict = scheduling::Verify(named.problem, roster);
  Checked checked;
  for (const scheduling::Breach& breach : verdict.breaches) {
    v1::BrokenRule& rule = checked.broken.emplace_back();
    if (breach.person) rule.set_agent(named.problem.people[*breach.person].id);
    rule.set_date(WriteDay(scene.days.first + breach.day.value_or(0)));
    rule.set_kind(KindOf(breach.rule));
    rule.set_is(breach.is);
    rule.set_allowed(breach.allowed);
    rule.set_sentence(breach.sentence);
  }
  for (const v1::Shift& shift : doubled) {
    v1::BrokenRule& rule = checked.broken.emplace_back();
    rule.set_agent(shift.agent());
    rule.set_date(WriteDay(LocalDaysOf(shift, scene.zone).first));
    rule.set_kind(v1::BrokenRule::OVERLAP);
    rule.set_sentence(fmt::format("{} has two shifts on one day", shift.agent()));
  }
  for (size_t at = 0; at < scene.demand.size(); ++at) {
    checked.cover.push_back(
        CoverOf(scene, scene.demand[at], static_cast<int>(at), named.problem, verdict.counted));
  }
  v1::ScheduleFigures& figures = checked.figures;
  const double hours = scene.interval_minutes / 60.0;
  figures.set_short_hours(verdict.missing * hours);
  figures.set_surplus_hours(verdict.surplus * hours);
  figures.set_broken_rules(static_cast<int>(checked.broken.size()));
  int wishes = 0, kept = 0;
  for (const v1::PlannedAgent& agent : scene.agents) {
    const auto found = shifts.find(agent.agent());
    const auto& list = found == shifts.end() ? std::vector<v1::Shift>() : found->second;
    kept += WishesKept(agent, list, scene.zone, scene.days, wishes);
    figures.set_agents(figures.agents() + (list.empty() ? 0 : 1));
    for (const v1::Shift& shift : list) {
      figures.set_paid_hours(figures.paid_hours() + PaidHours(shift));
    }
  }
  figures.set_wishes(wishes);
  figures.set_wishes_kept(kept);
  return checked;
}

}  // namespace wissel::forecasting
