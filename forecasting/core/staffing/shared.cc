#include "forecasting/core/staffing/shared.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "forecasting/core/staffing/chat.h"

namespace wissel::staffing {
namespace {

// A need of 12.00001 is 12: the fractional search stops that early.
constexpr double kRoundingSlack = 2e-4;

ChatStation ChatOf(const SharedQueue& queue, size_t at, double interval_s) {
  ChatStation station;
  station.per_s = queue.day[at].calls / interval_s;
  station.aht_s = queue.day[at].aht_s;
  station.at_once = queue.at_once;
  station.patience_s = queue.patience_s;
  station.threshold_s = queue.within_s;
  return station;
}

Targets TargetsOf(const SharedQueue& queue) {
  Targets targets;
  targets.service_level = queue.service_level;
  targets.threshold_s = queue.within_s;
  return targets;
}

// All the queues of one manner as one: calls added up, handle times by calls, and spreads as if the
// queues were busy together, which days are.
std::vector<ForecastInterval> Pool(const std::vector<SharedQueue>& queues, Manner manner) {
  std::vector<ForecastInterval> pooled(queues.front().day.size());
  for (size_t i = 0; i < pooled.size(); ++i) {
    double work_s = 0, sd = 0;
    for (const SharedQueue& queue : queues) {
      if (queue.manner != manner) continue;
      const ForecastInterval& at = queue.day[i];
      pooled[i].calls += at.calls;
      work_s += at.calls * at.aht_s;
      sd += at.calls * at.cv;
    }
    if (pooled[i].calls <= 0) continue;
    pooled[i].aht_s = work_s / pooled[i].calls;
    pooled[i].cv = std::min(3.0, sd / pooled[i].calls);
  }
  return pooled;
}

double CallsOf(const SharedQueue& queue) {
  double calls = 0;
  for (const ForecastInterval& at : queue.day) calls += at.calls;
  return calls;
}

}  // namespace

absl::StatusOr<SharedStaff> SharedStaff::Of(std::vector<SharedQueue> queues,
                                            const SharedOptions& options) {
  if (queues.empty()) return RefuseField("queues", "there are none", "one or more");
  for (const SharedQueue& queue : queues) {
    if (queue.day.size() == queues.front().day.size() && !queue.day.empty()) continue;
    return RefuseField("queues", "their days differ in length", "the same intervals for all");
  }
  SharedStaff staff(std::move(queues), options);
  staff.intervals_.resize(staff.queues_.front().day.size());
  WISSEL_RETURN_IF_ERROR(staff.PlanAtOnce());
  WISSEL_RETURN_IF_ERROR(staff.PlanSeveral());
  WISSEL_RETURN_IF_ERROR(staff.PlanWaiting());
  for (SharedInterval& at : staff.intervals_) {
    const double need = at.at_once_need + at.several_need + at.wait_need;
    at.required = static_cast<int>(std::ceil(need - kRoundingSlack));
  }
  return staff;
}

double SharedStaff::ContactsIn(size_t interval) const {
  double contacts = 0;
  for (const SharedQueue& queue : queues_) contacts += queue.day[interval].calls;
  return contacts;
}

absl::Status SharedStaff::PlanAtOnce() {
  pooled_ = Pool(queues_, Manner::kAtOnce);
  double calls = 0, patience = 0;
  for (const SharedQueue& queue : queues_) {
    if (queue.manner != Manner::kAtOnce) continue;
    calls += CallsOf(queue);
    patience += CallsOf(queue) * queue.patience_s;
  }
  if (calls <= 0) return absl::OkStatus();
  patience_s_ = patience / calls;
  for (const SharedQueue& queue : queues_) {
    if (queue.manner != Manner::kAtOnce || CallsOf(queue) <= 0) continue;
    PlanOptions options;
    options.model = options_.model;
    options.method = options_.method;
    options.before = Before::kNothing;
    options.patience_s = patience_s_;
    options.targets = TargetsOf(queue);
    WISSEL_ASSIGN_OR_RETURN(const auto plan, PlanStaff(pooled_, options_.interval_s, options));
    for (size_t i = 0; i < plan.size(); ++i) {
      intervals_[i].load = plan[i].load;
      if (queue.day[i].calls <= 0) continue;
      intervals_[i].at_once_need = std::max(intervals_[i].at_once_need, plan[i].calls_need);
    }
  }
  return absl::OkStatus();
}

absl::Status SharedStaff::PlanSeveral() {
  for (const SharedQueue& queue : queues_) {
    if (queue.manner != Manner::kSeveralAtOnce) continue;
    for (size_t i = 0; i < queue.day.size(); ++i) {
      if (queue.day[i].calls <= 0) continue;
      WISSEL_ASSIGN_OR_RETURN(const int agents, FewestForChat(ChatOf(queue, i, options_.interval_s),
                                                              queue.service_level));
      intervals_[i].several_need += agents;
    }
  }
  return absl::OkStatus();
}

absl::Status SharedStaff::PlanWaiting() {
  for (const SharedQueue& queue : queues_) {
    if (queue.manner != Manner::kMayWait) continue;
    DeferrableWork work;
    work.interval_s = options_.interval_s;
    work.deadline_s = queue.within_s;
    for (const ForecastInterval& at : queue.day) work.arriving_s.push_back(at.calls * at.aht_s);
    WISSEL_ASSIGN_OR_RETURN(const DeferrablePlan plan, PlanDeferrable(work));
    for (size_t i = 0; i < plan.people.size(); ++i) intervals_[i].wait_need += plan.people[i];
  }
  return absl::OkStatus();
}

absl::StatusOr<double> SharedStaff::LevelAtOnce(const SharedQueue& queue, size_t at,
                                                double people) const {
  if (people <= 0) return 0;
  Demand demand;
  demand.model = options_.model;
  demand.aht_s = pooled_[at].aht_s;
  demand.patience_s = patience_s_;
  WISSEL_ASSIGN_OR_RETURN(demand.load, GammaSpread(intervals_[at].load, pooled_[at].cv));
  WISSEL_ASSIGN_OR_RETURN(const Outlook outlook, OutlookWith(demand, people, TargetsOf(queue)));
  return outlook.service_level;
}

// Straight between whole people.
absl::StatusOr<double> SharedStaff::LevelOfChat(const SharedQueue& queue, size_t at,
                                                double people) const {
  const ChatStation station = ChatOf(queue, at, options_.interval_s);
  const auto level = [&](int agents) -> absl::StatusOr<double> {
    if (agents == 0) return 0;
    WISSEL_ASSIGN_OR_RETURN(const ChatFigures figures, ChatWith(station, agents));
    return figures.wait.served_within;
  };
  const int whole = static_cast<int>(people);
  WISSEL_ASSIGN_OR_RETURN(const double low, level(whole));
  if (people == whole) return low;
  WISSEL_ASSIGN_OR_RETURN(const double high, level(whole + 1));
  return low + (high - low) * (people - whole);
}

absl::StatusOr<std::optional<SharedStaff::Given>> SharedStaff::With(size_t interval,
                                                                    double people) const {
  const SharedInterval& at = intervals_[interval];
  const double need = at.at_once_need + at.several_need + at.wait_need;
  const auto part = [&](double of) { return need > 0 ? people * of / need : 0; };
  double calls = 0;
  Given given;
  for (const SharedQueue& queue : queues_) {
    const double here = queue.day[interval].calls;
    if (queue.manner == Manner::kMayWait || here <= 0) continue;
    const bool at_once = queue.manner == Manner::kAtOnce;
    double level = 0;
    if (at_once) {
      WISSEL_ASSIGN_OR_RETURN(level, LevelAtOnce(queue, interval, part(at.at_once_need)));
    } else {
      // Of several such queues each has its part.
      WISSEL_ASSIGN_OR_RETURN(
          const int own,
          FewestForChat(ChatOf(queue, interval, options_.interval_s), queue.service_level));
      WISSEL_ASSIGN_OR_RETURN(level, LevelOfChat(queue, interval, part(own)));
    }
    calls += here;
    given.service_level += here * level;
    given.target += here * queue.service_level;
  }
  if (calls <= 0) return std::nullopt;
  given.service_level /= calls;
  given.target /= calls;
  return given;
}

}  // namespace wissel::staffing
