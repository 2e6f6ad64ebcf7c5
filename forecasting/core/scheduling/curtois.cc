#include "forecasting/core/scheduling/curtois.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/csv.h"

namespace wissel::scheduling {
namespace {

using Fields = std::vector<std::string_view>;

constexpr int kMostDays = 366;

class Reader {
 public:
  Reader(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  absl::StatusOr<RosterProblem> Read() {
    problem_.name = name_;
    problem_.queues = {"all"};
    std::string_view section;
    for (const std::string_view line : SplitBy(text_, '\n')) {
      ++line_;
      if (line.empty() || line[0] == '#') continue;
      if (line.substr(0, 8) == "SECTION_") {
        section = line;
        WISSEL_RETURN_IF_ERROR(Begin(section));
        continue;
      }
      WISSEL_RETURN_IF_ERROR(ReadLine(section, SplitBy(line, ',')));
    }
    if (problem_.days == 0) return Fault("there is no SECTION_HORIZON");
    if (problem_.people.empty()) return Fault("there is no SECTION_STAFF");
    if (problem_.demand.empty()) return Fault("there is no SECTION_COVER");
    WISSEL_RETURN_IF_ERROR(NameSuccessors());
    return std::move(problem_);
  }

 private:
  absl::Status Fault(std::string_view message) const { return FaultAt(name_, line_, message); }

  absl::Status Begin(std::string_view section) {
    if (section == "SECTION_COVER") {
      // A slot that no line speaks of requires nobody and minds nobody.
      problem_.demand.assign(problem_.slots(), Demand{0, 0.0, 0.0});
    }
    return absl::OkStatus();
  }

  absl::Status ReadLine(std::string_view section, const Fields& fields) {
    if (section == "SECTION_HORIZON") return ReadHorizon(fields);
    if (section == "SECTION_SHIFTS") return ReadShift(fields);
    if (section == "SECTION_STAFF") return ReadPerson(fields);
    if (section == "SECTION_DAYS_OFF") return ReadDaysOff(fields);
    if (section == "SECTION_SHIFT_ON_REQUESTS") return ReadRequest(fields, true);
    if (section == "SECTION_SHIFT_OFF_REQUESTS") return ReadRequest(fields, false);
    if (section == "SECTION_COVER") return ReadCover(fields);
    return Fault(section.empty() ? "a line before the first section"
                                 : fmt::format("no section is called {}", section));
  }

  absl::Status Expect(const Fields& fields, size_t count) const {
    if (fields.size() == count) return absl::OkStatus();
    return Fault(fmt::format("{} fields where {} are due", fields.size(), count));
  }

  absl::StatusOr<int> Number(std::string_view text, std::string_view what, int most) const {
    const auto number = WholeNumber(text);
    if (number && *number >= 0 && *number <= most) return *number;
    return Fault(fmt::format("{}: \"{}\" is no whole number from 0 to {}", what, text, most));
  }
  absl::StatusOr<int> DayOf(std::string_view text) const {
    return Number(text, "day", problem_.days - 1);
  }
  absl::StatusOr<int> ShiftOf(std::string_view id) const {
    const auto found = shifts_.find(id);
    if (found != shifts_.end()) return found->second;
    return Fault(fmt::format("no shift is called \"{}\"", id));
  }
  absl::StatusOr<int> PersonOf(std::string_view id) const {
    const auto found = people_.find(id);
    if (found != people_.end()) return found->second;
    return Fault(fmt::format("nobody is called \"{}\"", id));
  }

  absl::Status ReadHorizon(const Fields& fields) {
    WISSEL_RETURN_IF_ERROR(Expect(fields, 1));
    WISSEL_ASSIGN_OR_RETURN(problem_.days, Number(fields[0], "days", kMostDays));
    if (problem_.days == 0) return Fault("a horizon of no day");
    return absl::OkStatus();
  }

  absl::Status ReadShift(const Fields& fields) {
    WISSEL_RETURN_IF_ERROR(Expect(fields, 3));
    Shift shift;
    shift.id = shift.kind = fields[0];
    WISSEL_ASSIGN_OR_RETURN(shift.paid_min, Number(fields[1], "length", kMinutesPerDay));
    shift.end_min = shift.paid_min;
    if (!shifts_.emplace(shift.id, static_cast<int>(problem_.shifts.size())).second) {
      return Fault(fmt::format("a second shift \"{}\"", shift.id));
    }
    problem_.shifts.push_back(std::move(shift));
    // A shift may name one that comes further down.
    not_followed_.emplace_back(line_, fields[2]);
    return absl::OkStatus();
  }

  absl::Status NameSuccessors() {
    for (size_t s = 0; s < not_followed_.size(); ++s) {
      line_ = not_followed_[s].first;
      if (not_followed_[s].second.empty()) continue;
      for (const std::string_view id : SplitBy(not_followed_[s].second, '|')) {
        WISSEL_ASSIGN_OR_RETURN(const int next, ShiftOf(id));
        problem_.shifts[s].not_followed_by.push_back(next);
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadMostShifts(std::string_view field, Person& person) const {
    for (const std::string_view part : SplitBy(field, '|')) {
      const auto pair = SplitBy(part, '=');
      if (pair.size() != 2) return Fault(fmt::format("\"{}\" is not SHIFT=NUMBER", part));
      WISSEL_ASSIGN_OR_RETURN(const int shift, ShiftOf(pair[0]));
      WISSEL_ASSIGN_OR_RETURN(const int most, Number(pair[1], "MaxShifts", kMostDays));
      if (most == 0) continue;
      person.shifts.push_back(shift);
      if (most < problem_.days) {
        person.limits.push_back({fmt::format("{} shifts", pair[0]), {shift}, false, most, {}});
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadPerson(const Fields& fields) {
    WISSEL_RETURN_IF_ERROR(Expect(fields, 8));
    Person person;
    person.id = fields[0];
    person.queues = 1;
    WISSEL_RETURN_IF_ERROR(ReadMostShifts(fields[1], person));
    const int most_minutes = kMostDays * kMinutesPerDay;
    WISSEL_ASSIGN_OR_RETURN(person.max_total_min,
                            Number(fields[2], "MaxTotalMinutes", most_minutes));
    WISSEL_ASSIGN_OR_RETURN(person.min_total_min,
                            Number(fields[3], "MinTotalMinutes", most_minutes));
    WISSEL_ASSIGN_OR_RETURN(person.max_consecutive,
                            Number(fields[4], "MaxConsecutiveShifts", kMostDays));
    WISSEL_ASSIGN_OR_RETURN(person.min_consecutive,
                            Number(fields[5], "MinConsecutiveShifts", kMostDays));
    WISSEL_ASSIGN_OR_RETURN(person.min_consecutive_off,
                            Number(fields[6], "MinConsecutiveDaysOff", kMostDays));
    WISSEL_ASSIGN_OR_RETURN(const int weekends, Number(fields[7], "MaxWeekends", kMostDays));
    person.limits.push_back({"weekends", {}, true, weekends, {}});
    if (!people_.emplace(person.id, static_cast<int>(problem_.people.size())).second) {
      return Fault(fmt::format("a second person \"{}\"", person.id));
    }
    problem_.people.push_back(std::move(person));
    return absl::OkStatus();
  }

  absl::Status ReadDaysOff(const Fields& fields) {
    WISSEL_ASSIGN_OR_RETURN(const int person, PersonOf(fields[0]));
    for (size_t f = 1; f < fields.size(); ++f) {
      WISSEL_ASSIGN_OR_RETURN(const int day, DayOf(fields[f]));
      problem_.people[person].absent.push_back(day);
    }
    return absl::OkStatus();
  }

  absl::Status ReadRequest(const Fields& fields, bool on) {
    WISSEL_RETURN_IF_ERROR(Expect(fields, 4));
    WISSEL_ASSIGN_OR_RETURN(const int person, PersonOf(fields[0]));
    Request request;
    request.on = on;
    WISSEL_ASSIGN_OR_RETURN(request.day, DayOf(fields[1]));
    WISSEL_ASSIGN_OR_RETURN(const int shift, ShiftOf(fields[2]));
    request.shifts = {shift};
    WISSEL_ASSIGN_OR_RETURN(const int weight, Number(fields[3], "weight", 1'000'000));
    request.price = weight;
    problem_.people[person].requests.push_back(std::move(request));
    return absl::OkStatus();
  }

  absl::Status ReadCover(const Fields& fields) {
    WISSEL_RETURN_IF_ERROR(Expect(fields, 5));
    WISSEL_ASSIGN_OR_RETURN(const int day, DayOf(fields[0]));
    WISSEL_ASSIGN_OR_RETURN(const int shift, ShiftOf(fields[1]));
    Demand demand;
    WISSEL_ASSIGN_OR_RETURN(demand.required, Number(fields[2], "requirement", 1'000'000));
    WISSEL_ASSIGN_OR_RETURN(const int under, Number(fields[3], "weight for under", 1'000'000));
    WISSEL_ASSIGN_OR_RETURN(const int over, Number(fields[4], "weight for over", 1'000'000));
    demand.under_price = under;
    demand.over_price = over;
    problem_.demand[static_cast<size_t>(day) * problem_.shifts.size() + shift] = demand;
    return absl::OkStatus();
  }

  std::string name_;
  std::string_view text_;
  int line_ = 0;
  RosterProblem problem_;
  absl::btree_map<std::string, int, std::less<>> shifts_;
  absl::btree_map<std::string, int, std::less<>> people_;
  std::vector<std::pair<int, std::string_view>> not_followed_;
};

}  // namespace

bool LooksLikeCurtois(std::string_view text) {
  return text.find("SECTION_HORIZON") != std::string_view::npos;
}

absl::StatusOr<RosterProblem> ParseCurtois(std::string_view name, std::string_view text) {
  return Reader(name, text).Read();
}

}  // namespace wissel::scheduling
