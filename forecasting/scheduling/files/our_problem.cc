#include "forecasting/scheduling/files/our_problem.h"

#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::schedule {
namespace {

using scheduling::kDaysPerWeek;
using scheduling::RosterProblem;
using scheduling::TimeName;

constexpr int kMostWeeks = 53;

absl::Status Wrong(const std::string& field, const std::string& value, const std::string& right) {
  return RefuseField(field, fmt::format("{}: \"{}\" is not right", field, value), right);
}

absl::StatusOr<int> TimeAt(const std::string& field, const std::string& text) {
  const auto minutes = MinutesOf(text);
  if (!minutes) return Wrong(field, text, "a time as 07:30");
  return *minutes;
}

int ToMinutes(double hours) { return static_cast<int>(std::lround(hours * 60)); }

class Reader {
 public:
  explicit Reader(const ProblemFile& file) : file_(file) {}

  absl::StatusOr<NamedProblem> Read() {
    WISSEL_RETURN_IF_ERROR(ReadHorizon());
    WISSEL_RETURN_IF_ERROR(ReadQueues());
    WISSEL_RETURN_IF_ERROR(ReadKinds());
    WISSEL_RETURN_IF_ERROR(NameSuccessors());
    for (int i = 0; i < file_.contracts_size(); ++i) {
      if (!contracts_.emplace(file_.contracts(i).name(), i).second) {
        return Wrong(fmt::format("contracts[{}].name", i), file_.contracts(i).name(),
                     "a name of its own");
      }
    }
    for (int i = 0; i < file_.people_size(); ++i) {
      WISSEL_RETURN_IF_ERROR(ReadPerson(fmt::format("people[{}]", i), file_.people(i)));
    }
    for (int i = 0; i < file_.required_size(); ++i) {
      WISSEL_RETURN_IF_ERROR(ReadRequired(fmt::format("required[{}]", i), file_.required(i)));
    }
    return std::move(named_);
  }

 private:
  RosterProblem& problem() { return named_.problem; }

  absl::Status ReadHorizon() {
    absl::CivilDay start;
    if (!absl::ParseCivilTime(file_.start(), &start) ||
        absl::GetWeekday(start) != absl::Weekday::monday) {
      return Wrong("start", file_.start(), "a Monday as 2026-11-30");
    }
    if (file_.weeks() < 1 || file_.weeks() > kMostWeeks) {
      return Wrong("weeks", std::to_string(file_.weeks()), fmt::format("1 to {}", kMostWeeks));
    }
    const int grid = file_.interval_minutes();
    if (grid <= 0 || scheduling::kMinutesPerDay % grid != 0) {
      return Wrong("intervalMinutes", std::to_string(grid), "a divisor of 1440, as 15 or 30");
    }
    named_.start = start;
    problem().name = file_.name();
    problem().days = file_.weeks() * kDaysPerWeek;
    problem().interval_min = grid;
    return absl::OkStatus();
  }

  absl::Status ReadQueues() {
    for (int q = 0; q < file_.queues_size(); ++q) {
      const Queue& queue = file_.queues(q);
      const std::string field = fmt::format("queues[{}]", q);
      if (queue.hard_floor() == queue.has_under_price()) {
        return RefuseField(field, fmt::format("queue {}: underPrice or hardFloor", queue.name()),
                           "one of the two");
      }
      if (queue.under_price() < 0 || queue.over_price() < 0) {
        return RefuseField(field, fmt::format("queue {}: a price below 0", queue.name()),
                           "0 or more");
      }
      if (!queues_.emplace(queue.name(), q).second) {
        return Wrong(field + ".name", queue.name(), "a name of its own");
      }
      problem().queues.push_back(queue.name());
    }
    for (int slot = 0; slot < problem().slots(); ++slot) {
      for (const Queue& queue : file_.queues()) {
        scheduling::Demand demand;
        if (queue.has_under_price()) demand.under_price = queue.under_price();
        demand.over_price = queue.over_price();
        problem().demand.push_back(demand);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<int>> StartsOf(const std::string& field, const ShiftKind& kind) {
    std::vector<int> starts;
    for (const std::string& start : kind.starts()) {
      WISSEL_ASSIGN_OR_RETURN(const int minutes, TimeAt(field + ".starts", start));
      starts.push_back(minutes);
    }
    if (!kind.first_start().empty()) {
      WISSEL_ASSIGN_OR_RETURN(const int first, TimeAt(field + ".firstStart", kind.first_start()));
      WISSEL_ASSIGN_OR_RETURN(const int last, TimeAt(field + ".lastStart", kind.last_start()));
      const int step = kind.step_minutes() > 0 ? kind.step_minutes() : file_.interval_minutes();
      for (int start = first; start <= last; start += step) starts.push_back(start);
    }
    if (starts.empty()) return Wrong(field, kind.name(), "starts, or firstStart and lastStart");
    return starts;
  }

  absl::Status ReadKinds() {
    for (int k = 0; k < file_.shift_kinds_size(); ++k) {
      const ShiftKind& kind = file_.shift_kinds(k);
      const std::string field = fmt::format("shiftKinds[{}]", k);
      auto [own, added] = kinds_.emplace(kind.name(), std::vector<int>());
      if (!added) return Wrong(field + ".name", kind.name(), "a name of its own");
      WISSEL_ASSIGN_OR_RETURN(const std::vector<int> starts, StartsOf(field, kind));
      for (const int start : starts) {
        scheduling::Shift shift;
        shift.kind = kind.name();
        shift.id = fmt::format("{} {}", kind.name(), TimeName(start));
        shift.start_min = start;
        shift.end_min = start + kind.length_minutes();
        shift.paid_min = kind.length_minutes();
        for (const Break& pause : kind.breaks()) {
          shift.breaks.push_back({pause.name().empty() ? "a break" : pause.name(),
                                  pause.earliest_minutes(), pause.latest_minutes(),
                                  pause.minutes()});
          if (!pause.paid()) shift.paid_min -= pause.minutes();
        }
        if (!shifts_.emplace(shift.id, static_cast<int>(problem().shifts.size())).second) {
          return Wrong(field + ".starts", shift.id, "each start once");
        }
        own->second.push_back(static_cast<int>(problem().shifts.size()));
        problem().shifts.push_back(std::move(shift));
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<int>> ShiftsOf(
      const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& kinds) {
    std::vector<int> shifts;
    for (const std::string& kind : kinds) {
      const auto found = kinds_.find(kind);
      if (found == kinds_.end()) return Wrong(field, kind, "a kind of shiftKinds");
      shifts.insert(shifts.end(), found->second.begin(), found->second.end());
    }
    return shifts;
  }

  absl::Status NameSuccessors() {
    for (int k = 0; k < file_.shift_kinds_size(); ++k) {
      const ShiftKind& kind = file_.shift_kinds(k);
      WISSEL_ASSIGN_OR_RETURN(
          const std::vector<int> never,
          ShiftsOf(fmt::format("shiftKinds[{}].notFollowedBy", k), kind.not_followed_by()));
      for (const int s : kinds_[kind.name()]) problem().shifts[s].not_followed_by = never;
    }
    return absl::OkStatus();
  }

  absl::Status ApplyRules(const std::string& field, const Rules& rules,
                          scheduling::Person& person) {
    const auto hours = [](bool has, double value, std::optional<int>& minutes) {
      if (has) minutes = ToMinutes(value);
    };
    const auto days = [](bool has, int value, std::optional<int>& rule) {
      if (has) rule = value;
    };
    hours(rules.has_min_week_hours(), rules.min_week_hours(), person.min_week_min);
    hours(rules.has_max_week_hours(), rules.max_week_hours(), person.max_week_min);
    hours(rules.has_min_total_hours(), rules.min_total_hours(), person.min_total_min);
    hours(rules.has_max_total_hours(), rules.max_total_hours(), person.max_total_min);
    hours(rules.has_max_day_hours(), rules.max_day_hours(), person.max_day_min);
    hours(rules.has_min_rest_hours(), rules.min_rest_hours(), person.min_rest_min);
    days(rules.has_max_week_days(), rules.max_week_days(), person.max_week_days);
    days(rules.has_max_consecutive_days(), rules.max_consecutive_days(), person.max_consecutive);
    days(rules.has_min_consecutive_days(), rules.min_consecutive_days(), person.min_consecutive);
    days(rules.has_min_consecutive_days_off(), rules.min_consecutive_days_off(),
         person.min_consecutive_off);
    if (rules.has_hour_price()) person.hour_price = rules.hour_price();
    if (rules.has_max_weekends()) {
      person.limits.push_back({"weekends", {}, true, rules.max_weekends(), {}});
    }
    if (rules.has_fair_weekends()) {
      person.limits.push_back({"weekends", {}, true, rules.fair_weekends(), rules.weekend_price()});
    }
    for (const Limit& limit : rules.limits()) {
      scheduling::CountLimit count;
      WISSEL_ASSIGN_OR_RETURN(count.shifts,
                              ShiftsOf(field + ".limits.shiftKinds", limit.shift_kinds()));
      count.name = limit.name().empty() ? "of these shifts" : limit.name();
      count.most = limit.most();
      if (limit.has_price()) count.price = limit.price();
      person.limits.push_back(std::move(count));
    }
    return absl::OkStatus();
  }

  absl::Status ReadPerson(const std::string& field, const PersonEntry& entry) {
    scheduling::Person person;
    person.id = entry.name();
    if (!people_.emplace(entry.name(), 0).second) {
      return Wrong(field + ".name", entry.name(), "a name of its own");
    }
    for (const std::string& queue : entry.queues()) {
      const auto found = queues_.find(queue);
      if (found == queues_.end()) return Wrong(field + ".queues", queue, "a queue of queues");
      person.queues |= 1U << found->second;
    }
    const auto* kinds = &entry.shift_kinds();
    if (!entry.contract().empty()) {
      const auto found = contracts_.find(entry.contract());
      if (found == contracts_.end()) {
        return Wrong(field + ".contract", entry.contract(), "a contract of contracts");
      }
      const Contract& contract = file_.contracts(found->second);
      WISSEL_RETURN_IF_ERROR(
          ApplyRules(fmt::format("contracts[{}].rules", found->second), contract.rules(), person));
      if (kinds->empty()) kinds = &contract.shift_kinds();
    }
    WISSEL_RETURN_IF_ERROR(ApplyRules(field + ".rules", entry.rules(), person));
    WISSEL_ASSIGN_OR_RETURN(person.shifts, ShiftsOf(field + ".shiftKinds", *kinds));
    for (size_t s = 0; kinds->empty() && s < problem().shifts.size(); ++s) {
      person.shifts.push_back(static_cast<int>(s));
    }
    WISSEL_RETURN_IF_ERROR(ReadDays(field, entry, person));
    problem().people.push_back(std::move(person));
    return absl::OkStatus();
  }

  absl::Status ReadDays(const std::string& field, const PersonEntry& entry,
                        scheduling::Person& person) {
    for (const std::string& date : entry.absent()) {
      WISSEL_ASSIGN_OR_RETURN(const int day, DayOf(field + ".absent", date));
      person.absent.push_back(day);
    }
    person.absent_credit_min = ToMinutes(entry.absent_day_hours());
    for (const AvailableTime& time : entry.available()) {
      WISSEL_ASSIGN_OR_RETURN(const std::vector<int> days,
                              DaysOf(field + ".available", time.date(), time.weekday()));
      WISSEL_ASSIGN_OR_RETURN(const int from, TimeAt(field + ".available.from", time.from()));
      WISSEL_ASSIGN_OR_RETURN(const int until, TimeAt(field + ".available.until", time.until()));
      for (const int day : days) person.availabilities.push_back({day, from, until});
    }
    for (const Wish& wish : entry.wishes()) {
      scheduling::Request request;
      WISSEL_ASSIGN_OR_RETURN(request.day, DayOf(field + ".wishes.date", wish.date()));
      WISSEL_ASSIGN_OR_RETURN(request.shifts,
                              ShiftsOf(field + ".wishes.shiftKinds", wish.shift_kinds()));
      request.on = !wish.off();
      request.price = wish.price();
      person.requests.push_back(std::move(request));
    }
    for (const Pinned& pinned : entry.pinned()) {
      scheduling::Pin pin;
      WISSEL_ASSIGN_OR_RETURN(pin.day, DayOf(field + ".pinned.date", pinned.date()));
      if (!pinned.shift().empty()) {
        const auto found = shifts_.find(pinned.shift());
        if (found == shifts_.end()) {
          return Wrong(field + ".pinned.shift", pinned.shift(), "a shift as \"early 07:30\"");
        }
        pin.shift = found->second;
      }
      for (const std::string& at : pinned.breaks()) {
        WISSEL_ASSIGN_OR_RETURN(const int minutes, TimeAt(field + ".pinned.breaks", at));
        pin.break_starts_min.push_back(minutes);
      }
      person.pins.push_back(std::move(pin));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<int> DayOf(const std::string& field, const std::string& date) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(date, &day)) return Wrong(field, date, "a date as 2026-11-30");
    const int64_t index = day - *named_.start;
    if (index < 0 || index >= problem().days) return Wrong(field, date, "a day of these weeks");
    return static_cast<int>(index);
  }

  absl::StatusOr<std::vector<int>> DaysOf(const std::string& field, const std::string& date,
                                          const std::string& weekday) {
    if (!date.empty()) {
      WISSEL_ASSIGN_OR_RETURN(const int day, DayOf(field + ".date", date));
      return std::vector<int>{day};
    }
    for (int of_week = 0; of_week < kDaysPerWeek; ++of_week) {
      if (scheduling::DayName(of_week).substr(0, 3) != weekday) continue;
      std::vector<int> days;
      for (int day = of_week; day < problem().days; day += kDaysPerWeek) days.push_back(day);
      return days;
    }
    return Wrong(field + ".weekday", weekday, "Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a date");
  }

  absl::Status ReadRequired(const std::string& field, const Required& required) {
    const auto queue = queues_.find(required.queue());
    if (queue == queues_.end()) return Wrong(field + ".queue", required.queue(), "one of queues");
    WISSEL_ASSIGN_OR_RETURN(const std::vector<int> days,
                            DaysOf(field, required.date(), required.weekday()));
    WISSEL_ASSIGN_OR_RETURN(const int from, TimeAt(field + ".from", required.from()));
    const int grid = file_.interval_minutes();
    if (from % grid != 0)
      return Wrong(field + ".from", required.from(), "where an interval begins");
    if (from / grid + required.people_size() > problem().slots_per_day()) {
      return Wrong(field + ".people", fmt::format("{} intervals", required.people_size()),
                   "no more than end with the day");
    }
    for (const int day : days) {
      for (int i = 0; i < required.people_size(); ++i) {
        if (required.people(i) < 0) {
          return Wrong(field + ".people", std::to_string(required.people(i)), "0 or more");
        }
        const size_t slot = day * problem().slots_per_day() + from / grid + i;
        problem().demand[slot * problem().queues.size() + queue->second].required =
            required.people(i);
      }
    }
    return absl::OkStatus();
  }

  const ProblemFile& file_;
  NamedProblem named_;
  absl::btree_map<std::string, int> queues_;
  absl::btree_map<std::string, std::vector<int>> kinds_;  // its shifts
  absl::btree_map<std::string, int> shifts_;
  absl::btree_map<std::string, int> contracts_;
  absl::btree_map<std::string, int> people_;
};

}  // namespace

absl::StatusOr<NamedProblem> ParseOurProblem(const std::string& name, const std::string& json) {
  ProblemFile file;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &file);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", name, parsed.ToString()));
  }
  return ReadOurProblem(file);
}

absl::StatusOr<NamedProblem> ReadOurProblem(const ProblemFile& file) { return Reader(file).Read(); }

}  // namespace wissel::schedule
