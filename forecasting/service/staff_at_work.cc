#include "forecasting/service/staff_at_work.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

constexpr int kMostChanges = 100;
constexpr int kMostPeople = 10'000;
constexpr int kMinutesOfDay = 1440;

// `total` in whole parts, in proportion to the weights: by largest remainder.
std::vector<int> Shares(int total, const std::vector<double>& weights) {
  std::vector<int> shares(weights.size(), 0);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum <= 0) return shares;
  std::vector<std::pair<double, size_t>> rest;  // what is left of each, largest first
  int given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double exact = total * weights[i] / sum;
    shares[i] = static_cast<int>(exact);
    given += shares[i];
    rest.emplace_back(shares[i] - exact, i);
  }
  std::sort(rest.begin(), rest.end());
  for (size_t i = 0; given < total; ++i, ++given) ++shares[rest[i % rest.size()].second];
  return shares;
}

std::vector<double> WeightsFor(const v1::RequiredSeries& series,
                               const std::vector<AgentKind>& kinds) {
  std::vector<double> weights(kinds.size(), 0.0);
  if (const auto kind = KindOf(kinds, series.like())) {
    weights[*kind] = 1;
    return weights;
  }
  for (size_t k = 0; k < kinds.size(); ++k) {
    const auto& can = kinds[k].queues;
    const bool all =
        std::all_of(series.queues().begin(), series.queues().end(), [&](const std::string& queue) {
          return std::find(can.begin(), can.end(), queue) != can.end();
        });
    if (all) weights[k] = static_cast<double>(kinds[k].agents.size());
  }
  return weights;
}

bool IsWithin(Instant t, const google::protobuf::Timestamp& from,
              const google::protobuf::Timestamp& to) {
  return InstantOf(from) <= t && t < InstantOf(to);
}
bool IsAtWork(const v1::Shift& shift, Instant t) {
  if (!IsWithin(t, shift.start_time(), shift.end_time())) return false;
  return std::none_of(shift.breaks().begin(), shift.breaks().end(), [&](const auto& pause) {
    return IsWithin(t, pause.start_time(), pause.end_time());
  });
}

absl::Status CheckChange(const v1::StaffChange& change, const std::vector<AgentKind>& kinds) {
  if (!change.like().empty() && !KindOf(kinds, change.like())) {
    return Refuse(absl::StatusCode::kNotFound, "like",
                  fmt::format("there is no {} who can serve a queue", change.like()),
                  "agents/{agent}");
  }
  switch (change.change_case()) {
    case v1::StaffChange::kPeople:
      if (change.like().empty()) {
        return RefuseField("like", "is not given: people are of one group", "agents/{agent}");
      }
      WISSEL_RETURN_IF_ERROR(
          ReadNumber(change.people(), -kMostPeople, kMostPeople, "people").status());
      break;
    case v1::StaffChange::kAbsentShare:
      if (!(change.absent_share() >= 0 && change.absent_share() <= 1)) {
        return RefuseField("absentShare", fmt::format("{} is no share", change.absent_share()),
                           "0 to 1");
      }
      break;
    default:
      return RefuseField("change", "says nothing", "people, or absentShare");
  }
  if (change.from_minute() == 0 && change.to_minute() == 0) return absl::OkStatus();
  WISSEL_RETURN_IF_ERROR(
      ReadNumber(change.from_minute(), 0, kMinutesOfDay - 1, "fromMinute").status());
  return ReadNumber(change.to_minute(), change.from_minute() + 1, kMinutesOfDay, "toMinute")
      .status();
}

// Of the people in one interval who are of these kinds.
void TakeAbsent(double share, const std::vector<size_t>& of, size_t interval, AtWork& people) {
  std::vector<double> weights;
  for (size_t kind : of) weights.push_back(people[kind][interval]);
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
  const std::vector<int> absent = Shares(static_cast<int>(std::lround(share * all)), weights);
  for (size_t i = 0; i < of.size(); ++i) {
    int& there = people[of[i]][interval];
    there = std::max(0, there - absent[i]);
  }
}

}  // namespace

AtWork Nobody(const std::vector<AgentKind>& kinds, const DayGrid& grid) {
  return AtWork(kinds.size(), std::vector<int>(grid.intervals, 0));
}

AtWork AsRequired(const v1::RequiredStaff& staff, const std::vector<AgentKind>& kinds,
                  const DayGrid& grid) {
  AtWork people = Nobody(kinds, grid);
  const Duration length = Duration::Minutes(staff.interval_minutes());
  for (const v1::RequiredSeries& series : staff.series()) {
    const std::vector<double> weights = WeightsFor(series, kinds);
    for (const v1::RequiredSeries::Point& point : series.points()) {
      if (point.required() == 0) continue;
      const std::vector<int> shares = Shares(point.required(), weights);
      const Instant from = InstantOf(point.start_time());
      for (Instant t = from; t < from + length; t = t + grid.interval) {
        const auto at = grid.At(t);
        if (!at) continue;
        for (size_t k = 0; k < kinds.size(); ++k) people[k][*at] += shares[k];
      }
    }
  }
  return people;
}

AtWork AsScheduled(const ShiftsByAgent& shifts, const std::vector<AgentKind>& kinds,
                   const DayGrid& grid, std::vector<std::string>& left_out) {
  AtWork people = Nobody(kinds, grid);
  const Instant end = grid.StartOf(grid.intervals);
  for (const auto& [agent, list] : shifts) {
    std::vector<char> works(grid.intervals, 0);  // two shifts may overlap
    bool there = false;
    for (const v1::Shift& shift : list) {
      if (StartOf(shift) >= end || EndOf(shift) <= grid.start) continue;
      for (size_t i = 0; i < grid.intervals; ++i) {
        const Instant middle = grid.StartOf(i) + Duration::Millis(grid.interval.millis() / 2);
        works[i] |= IsAtWork(shift, middle);
        there |= works[i] != 0;
      }
    }
    const auto kind = KindOf(kinds, agent);
    for (size_t i = 0; kind && i < grid.intervals; ++i) people[*kind][i] += works[i];
    if (there && !kind) left_out.push_back(agent);
  }
  return people;
}

absl::Status CheckChanges(const google::protobuf::RepeatedPtrField<v1::StaffChange>& changes,
                          const std::vector<AgentKind>& kinds) {
  WISSEL_RETURN_IF_ERROR(CheckCount(changes.size(), kMostChanges, "changes"));
  for (int i = 0; i < changes.size(); ++i) {
    WISSEL_RETURN_IF_ERROR(
        WithFieldPrefix(CheckChange(changes[i], kinds), fmt::format("changes[{}]", i)));
  }
  return absl::OkStatus();
}

void Change(const google::protobuf::RepeatedPtrField<v1::StaffChange>& changes,
            const std::vector<AgentKind>& kinds, const DayGrid& grid, absl::TimeZone zone,
            const std::vector<char>& expected, AtWork& people) {
  std::vector<char> open = expected;
  for (const std::vector<int>& of_kind : people) {
    for (size_t i = 0; i < of_kind.size(); ++i) open[i] = open[i] || of_kind[i] > 0;
  }
  std::vector<size_t> all(kinds.size());
  std::iota(all.begin(), all.end(), size_t{0});
  for (const v1::StaffChange& change : changes) {
    const auto kind = KindOf(kinds, change.like());
    const std::vector<size_t> of = kind ? std::vector<size_t>{*kind} : all;
    const bool all_day = change.to_minute() == 0;
    for (size_t i = 0; i < grid.intervals; ++i) {
      const absl::Time moment = absl::FromUnixMillis(grid.StartOf(i).millis());
      const auto minute = absl::ToCivilMinute(moment, zone) - absl::CivilMinute(grid.day);
      if (all_day ? !open[i] : minute < change.from_minute() || minute >= change.to_minute()) {
        continue;
      }
      if (change.change_case() == v1::StaffChange::kAbsentShare) {
        TakeAbsent(change.absent_share(), of, i, people);
      } else {
        people[of.front()][i] = std::max(0, people[of.front()][i] + change.people());
      }
    }
  }
}

}  // namespace wissel::forecasting
