#include "forecasting/core/scheduling/person_rules.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/btree_map.h"

namespace wissel::scheduling {
namespace {

bool Contains(const std::vector<int>& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool MayFollow(const Person& person, const Shift& first, const Shift& next, int next_index) {
  if (Contains(first.not_followed_by, next_index)) return false;
  return !person.min_rest_min ||
         next.start_min + kMinutesPerDay - first.end_min >= *person.min_rest_min;
}

}  // namespace

PersonRules::PersonRules(const RosterProblem& problem, const Person& person)
    : person_(&person), days_(problem.days) {
  for (const int s : person.shifts) {
    if (person.max_day_min && problem.shifts[s].paid_min > *person.max_day_min) continue;
    shifts_.push_back(s);
    paid_step_ = std::gcd(paid_step_ == 1 ? 0 : paid_step_, problem.shifts[s].paid_min);
  }
  if (paid_step_ == 0) paid_step_ = 1;
  AllowDays(problem);
  Price(problem);
  Group(problem);
}

void PersonRules::AllowDays(const RosterProblem& problem) {
  may_work_.assign(days_ * shifts_.size(), true);
  may_rest_.assign(days_, true);
  const auto forbid = [&](int day, const auto& forbidden) {
    for (size_t i = 0; i < shifts_.size(); ++i) {
      if (forbidden(problem.shifts[shifts_[i]], shifts_[i])) {
        may_work_[Index(day, static_cast<int>(i))] = false;
      }
    }
  };
  for (const int day : person_->absent) {
    forbid(day, [](const Shift&, int) { return true; });
  }
  for (const Availability& window : person_->availabilities) {
    forbid(window.day, [&](const Shift& shift, int) {
      return shift.start_min < window.from_min || shift.end_min > window.to_min;
    });
  }
  for (const Pin& pin : person_->pins) {
    forbid(pin.day, [&](const Shift&, int s) { return pin.shift != s; });
    if (pin.shift) may_rest_[pin.day] = false;
  }
}

void PersonRules::Price(const RosterProblem& problem) {
  cost_.assign(days_ * shifts_.size(), 0);
  rest_cost_.assign(days_, 0);
  for (int day = 0; day < days_; ++day) {
    for (size_t i = 0; i < shifts_.size(); ++i) {
      cost_[Index(day, static_cast<int>(i))] =
          person_->hour_price * problem.shifts[shifts_[i]].paid_min / 60;
    }
  }
  for (const Request& request : person_->requests) {
    if (request.on) rest_cost_[request.day] += request.price;
    for (size_t i = 0; i < shifts_.size(); ++i) {
      const bool meant = request.shifts.empty() || Contains(request.shifts, shifts_[i]);
      if (meant != request.on) cost_[Index(request.day, static_cast<int>(i))] += request.price;
    }
  }
}

void PersonRules::Group(const RosterProblem& problem) {
  const int count = static_cast<int>(shifts_.size());
  std::vector<std::vector<bool>> follows(count, std::vector<bool>(count));
  absl::btree_map<std::vector<bool>, int> class_of_row;
  std::vector<int> class_of(count);
  std::vector<int> first_of_class;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < count; ++j) {
      follows[i][j] =
          MayFollow(*person_, problem.shifts[shifts_[i]], problem.shifts[shifts_[j]], shifts_[j]);
    }
    const auto [row, added] = class_of_row.emplace(follows[i], successor_classes_);
    if (added) {
      ++successor_classes_;
      first_of_class.push_back(i);
    }
    class_of[i] = row->second;
  }
  using Key = std::pair<std::pair<int, int>, std::pair<std::vector<bool>, std::vector<bool>>>;
  absl::btree_map<Key, size_t> group_of_key;
  for (int i = 0; i < count; ++i) {
    ShiftGroup group;
    group.successor_class = class_of[i];
    group.paid_min = problem.shifts[shifts_[i]].paid_min;
    for (const int first : first_of_class) group.allowed_after.push_back(follows[first][i]);
    for (const CountLimit& limit : person_->limits) {
      group.counts_for.push_back(!limit.weekends && Contains(limit.shifts, shifts_[i]));
    }
    const Key key{{group.successor_class, group.paid_min}, {group.allowed_after, group.counts_for}};
    const auto [found, added] = group_of_key.emplace(key, groups_.size());
    if (added) groups_.push_back(std::move(group));
    groups_[found->second].members.push_back(i);
  }
}

}  // namespace wissel::scheduling
