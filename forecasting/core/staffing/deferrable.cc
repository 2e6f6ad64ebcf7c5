#include "forecasting/core/staffing/deferrable.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::staffing {
namespace {

constexpr double kSmall = 1e-9;

absl::Status Check(const DeferrableWork& work) {
  const size_t intervals = work.arriving_s.size();
  if (intervals == 0) return RefuseField("arriving", "no work comes", "one interval or more");
  if (!(work.interval_s > 0)) return RefuseField("interval", "no interval", "above 0 s");
  if (!(work.deadline_s >= 0)) return RefuseField("deadline", "no deadline", "0 s or more");
  if (!(work.backlog_s >= 0)) return RefuseField("backlog", "no backlog", "0 s or more");
  if (!work.open.empty() && work.open.size() != intervals) {
    return RefuseField("open", "not of all intervals", "one for each");
  }
  if (!work.spare_s.empty() && work.spare_s.size() != intervals) {
    return RefuseField("spare", "not of all intervals", "one for each");
  }
  for (const std::vector<double>* values : {&work.arriving_s, &work.spare_s}) {
    for (double value : *values) {
      if (!(value >= 0) || !std::isfinite(value)) {
        return RefuseField("arriving", fmt::format("{} s is no work", value), "0 s or more");
      }
    }
  }
  return absl::OkStatus();
}

// Work that came together: the backlog, then that of each interval.
struct Batch {
  double left = 0;
  double came_from = 0, came_to = 0;  // intervals since the beginning
};

class Planner {
 public:
  explicit Planner(const DeferrableWork& work)
      : work_(work), deadline_(work.deadline_s / work.interval_s) {
    batches_.push_back({work.backlog_s, 0, 0});
    for (size_t i = 0; i < work.arriving_s.size(); ++i) {
      const auto from = static_cast<double>(i);
      batches_.push_back({work.arriving_s[i], from, from + 1});
    }
  }

  DeferrablePlan plan;

  // First come, first done: all have the same time to their deadline.
  void UseSpareTime() {
    plan.by_spare_s.assign(work_.arriving_s.size(), 0.0);
    if (work_.spare_s.empty()) return;
    for (size_t i = 0; i < work_.spare_s.size(); ++i) {
      double spare = IsOpen(i) ? work_.spare_s[i] : 0;
      for (size_t b = 0; b <= i + 1 && spare > 0; ++b) {
        // What is due before is done by others.
        if (batches_[b].came_to + deadline_ < static_cast<double>(i) + 1 - kSmall) continue;
        const double done = std::min(spare, batches_[b].left);
        batches_[b].left -= done;
        spare -= done;
        plan.by_spare_s[i] += done;
      }
    }
  }

  absl::Status PullTaut() {
    const size_t intervals = work_.arriving_s.size();
    plan.people.assign(intervals, 0.0);
    // At the ends of open intervals: what must and what can have been done.
    std::vector<size_t> open;
    std::vector<double> must = {0}, can = {0};
    for (size_t i = 0; i < intervals; ++i) {
      if (!IsOpen(i)) continue;
      size_t next = i + 1;
      while (next < intervals && !IsOpen(next)) ++next;
      open.push_back(i);
      must.push_back(Come(static_cast<double>(next) - deadline_, static_cast<double>(next)));
      can.push_back(Come(static_cast<double>(i) + 1, static_cast<double>(i) + 1));
      if (must.back() > can.back() + kSmall * (1 + can.back())) {
        return Refuse(absl::StatusCode::kFailedPrecondition, "deadline",
                      fmt::format("work is due after interval {} and before the next that is open, "
                                  "but comes in between",
                                  i + 1),
                      "a later deadline, or hours in which somebody works");
      }
    }
    if (open.empty() &&
        Come(static_cast<double>(intervals) - deadline_, static_cast<double>(intervals)) > 0) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "open", "work is due, and nobody works",
                    "hours in which somebody works");
    }
    can.back() = must.back();  // what is not yet due at the end is left
    for (size_t k = can.size() - 1; k-- > 0;) can[k] = std::min(can[k], can[k + 1]);
    Walk(open, must, can);
    return absl::OkStatus();
  }

  void AddBacklogs() {
    double left = work_.backlog_s;
    for (size_t i = 0; i < work_.arriving_s.size(); ++i) {
      left += work_.arriving_s[i] - plan.by_spare_s[i] - plan.people[i] * work_.interval_s;
      plan.backlog_s.push_back(std::max(0.0, left));
    }
  }

 private:
  bool IsOpen(size_t i) const { return work_.open.empty() || work_.open[i]; }

  // What has come by `time`; the backlog counts as due at the deadline, which is now at `now`.
  double Come(double time, double now) const {
    double sum = time >= 0 || now == time ? batches_.front().left : 0;
    for (size_t b = 1; b < batches_.size(); ++b) {
      sum += batches_[b].left * std::clamp(time - batches_[b].came_from, 0.0, 1.0);
    }
    return sum;
  }

  // From point to point as far as one slope stays between both curves.
  void Walk(const std::vector<size_t>& open, const std::vector<double>& must,
            const std::vector<double>& can) {
    size_t at = 0;
    double done = 0;
    while (at < open.size()) {
      double least = 0, most = std::numeric_limits<double>::infinity();
      size_t least_at = at + 1, most_at = at + 1;
      double slope = 0;
      size_t to = open.size();
      for (size_t k = at + 1; k <= open.size(); ++k) {
        const auto steps = static_cast<double>(k - at);
        const double low = (must[k] - done) / steps, high = (can[k] - done) / steps;
        if (low > most) {  // pulled against what can be done
          slope = most;
          to = most_at;
          break;
        }
        if (high < least) {
          slope = least;
          to = least_at;
          break;
        }
        if (low >= least) least = low, least_at = k;
        if (high <= most) most = high, most_at = k;
        slope = least, to = least_at;  // at the end: no more than needed
      }
      for (size_t k = at; k < to; ++k) plan.people[open[k]] = slope / work_.interval_s;
      done += slope * static_cast<double>(to - at);
      at = to;
    }
  }

  const DeferrableWork& work_;
  const double deadline_;  // in intervals
  std::vector<Batch> batches_;
};

}  // namespace

absl::StatusOr<DeferrablePlan> PlanDeferrable(const DeferrableWork& work) {
  WISSEL_RETURN_IF_ERROR(Check(work));
  Planner planner(work);
  planner.UseSpareTime();
  WISSEL_RETURN_IF_ERROR(planner.PullTaut());
  planner.AddBacklogs();
  return std::move(planner.plan);
}

}  // namespace wissel::staffing
