#include "forecasting/core/staffing/staffed_day.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::staffing {
namespace {

constexpr double kNothing = 1e-13;
// Expected jumps of the uniformised chain at a time: more would underflow exp(-jumps), fewer cost
// more for the tail.
constexpr double kJumpsAtATime = 30;
constexpr int kMostCycles = 20;

// The probability of n in the system, n from first().
class Chain {
 public:
  Chain(double aht_s, double patience_s)
      : served_(1 / aht_s), lost_(std::isfinite(patience_s) ? 1 / patience_s : 0) {}

  void StartWith(std::vector<double> probability, size_t first) {
    p_ = std::move(probability);
    first_ = first;
    Trim();
  }
  const std::vector<double>& probability() const { return p_; }
  size_t first() const { return first_; }

  // Adds to `lived` (by n) the seconds spent in each state.
  void Pass(double seconds, double rate, int agents, std::vector<double>& lived) {
    while (seconds > 0) {
      const auto top = first_ + p_.size() + static_cast<size_t>(3 * kJumpsAtATime);
      const double events = std::max(rate + Leave(top, agents), 1e-9);
      const double part = std::min(seconds, kJumpsAtATime / events);
      Jump(part, events, rate, agents, lived);
      seconds -= part;
    }
  }

 private:
  // How many leave a second, served or not, when n are there.
  double Leave(size_t n, int agents) const {
    const auto there = static_cast<double>(n);
    const double busy = std::min(there, static_cast<double>(agents));
    return served_ * busy + lost_ * (there - busy);
  }

  // The chain jumps `events` times a second; a jump may lead nowhere.
  void Jump(double seconds, double events, double rate, int agents, std::vector<double>& lived) {
    const double jumps = events * seconds;
    // Room for as many jumps down and up as there may be.
    const auto room = static_cast<size_t>(jumps + 8 * std::sqrt(jumps) + 12);
    const size_t below = std::min(first_, room);
    p_.insert(p_.begin(), below, 0.0);
    first_ -= below;
    p_.resize(p_.size() + room);
    const size_t size = p_.size();
    std::vector<double> down(size + 1, 0.0);  // share of the jumps from here that lead down
    for (size_t i = 0; i < size; ++i) down[i] = Leave(first_ + i, agents) / events;
    const double up = rate / events;

    // One state of nothing on either side, so that every state has neighbours.
    std::vector<double> now(size + 2, 0.0), next(size + 2, 0.0), stay(size + 2, 0.0);
    std::copy(p_.begin(), p_.end(), now.begin() + 1);
    for (size_t i = 0; i < size; ++i) stay[i + 1] = 1 - up - down[i];
    std::fill(p_.begin(), p_.end(), 0.0);
    if (lived.size() < first_ + size) lived.resize(first_ + size);
    double likely = std::exp(-jumps);  // so many jumps
    double more = 1 - likely;          // more than that
    for (size_t jump = 0;; ++jump) {
      const double seconds_here = more / events;
      for (size_t i = 0; i < size; ++i) {
        p_[i] += likely * now[i + 1];
        lived[first_ + i] += seconds_here * now[i + 1];
        next[i + 1] = now[i] * up + now[i + 1] * stay[i + 1] + now[i + 2] * down[i + 1];
      }
      if (jump >= room || (more<kNothing&& static_cast<double>(jump)> jumps)) break;
      now.swap(next);
      likely *= jumps / static_cast<double>(jump + 1);
      more = std::max(0.0, more - likely);
    }
    Trim();
  }

  void Trim() {
    size_t from = 0, to = p_.size();
    while (to > from + 1 && p_[to - 1] < kNothing) --to;
    while (from + 1 < to && p_[from] < kNothing) ++from;
    p_ = std::vector<double>(p_.begin() + static_cast<ptrdiff_t>(from),
                             p_.begin() + static_cast<ptrdiff_t>(to));
    first_ += from;
    double all = 0;
    for (double p : p_) all += p;
    for (double& p : p_) p /= all;
  }

  double served_;  // a second, by each agent
  double lost_;    // a second, of each who waits
  std::vector<double> p_ = {1};
  size_t first_ = 0;
};

// Whether somebody who finds all agents busy and `ahead` waiting is answered within the threshold:
// ahead + 1 leave before. With c completions within a mean patience the number who leave in front
// is negative binomial, without patience Poisson.
class InTime {
 public:
  InTime(const StaffedDay& day, int agents) {
    const double mean = agents * day.threshold_s / day.aht_s;
    if (!std::isfinite(day.patience_s)) {
      log_term_ = -mean;
      grow_ = [mean](double i) { return mean / i; };
      stays_ = [](double) { return 1.0; };
      return;
    }
    const double c = agents * day.patience_s / day.aht_s;
    const double x = -std::expm1(-day.threshold_s / day.patience_s);
    log_term_ = -(c + 1) * day.threshold_s / day.patience_s;
    grow_ = [c, x](double i) { return x * (c + i) / i; };
    stays_ = [c](double ahead) { return c / (c + ahead + 1); };
  }
  // To be asked for 0, 1, 2, ... ahead.
  double Next() {
    if (ahead_ > 0) log_term_ += std::log(grow_(ahead_));
    fewer_ += std::exp(log_term_);
    return stays_(ahead_++) * std::max(0.0, 1 - fewer_);
  }

 private:
  double ahead_ = 0;
  double log_term_ = 0;  // exactly `ahead_` leave in time
  double fewer_ = 0;     // no more than that
  std::function<double(double)> grow_, stays_;
};

// `arrivals`: calls that found n there; `lived`: seconds with n.
DayOutlook Judge(const StaffedDay& day, int agents, const std::vector<double>& arrivals,
                 const std::vector<double>& lived) {
  DayOutlook outlook;
  InTime in_time(day, agents);
  double seconds = 0, lost = 0;
  for (size_t n = 0; n < lived.size(); ++n) {
    const auto there = static_cast<double>(n);
    const double busy = std::min(there, static_cast<double>(agents));
    seconds += lived[n];
    outlook.calls += arrivals[n];
    outlook.busy += busy * lived[n];
    outlook.mean_queue += (there - busy) * lived[n];
    if (n < static_cast<size_t>(agents)) {
      outlook.served_within += arrivals[n];
    } else {
      outlook.waits += arrivals[n];
      outlook.served_within += arrivals[n] * (day.threshold_s > 0 ? in_time.Next() : 0);
    }
  }
  if (std::isfinite(day.patience_s)) lost = outlook.mean_queue / day.patience_s;
  outlook.busy /= seconds;
  outlook.mean_queue /= seconds;
  if (outlook.calls > 0) {
    outlook.waits /= outlook.calls;
    outlook.served_within /= outlook.calls;
    outlook.abandoned = lost / outlook.calls;
  }
  return outlook;
}

std::vector<DayOutlook> RunOnce(const StaffedDay& day, Chain& chain) {
  std::vector<DayOutlook> outlooks;
  const size_t steps = day.arrivals.per_s.size() / day.agents.size();
  for (size_t i = 0; i < day.agents.size(); ++i) {
    std::vector<double> lived, arrivals, of_step;
    for (size_t k = i * steps; k < (i + 1) * steps; ++k) {
      of_step.assign(of_step.size(), 0.0);
      chain.Pass(day.arrivals.step_s, day.arrivals.per_s[k], day.agents[i], of_step);
      lived.resize(std::max(lived.size(), of_step.size()));
      arrivals.resize(lived.size());
      for (size_t n = 0; n < of_step.size(); ++n) {
        lived[n] += of_step[n];
        arrivals[n] += of_step[n] * day.arrivals.per_s[k];
      }
    }
    outlooks.push_back(Judge(day, day.agents[i], arrivals, lived));
  }
  return outlooks;
}

absl::Status Check(const StaffedDay& day) {
  WISSEL_RETURN_IF_ERROR(
      IntervalLoads(day.arrivals, day.interval_s, day.aht_s, LoadMethod::kSippMean, day.before)
          .status());
  const double length = day.interval_s * static_cast<double>(day.agents.size());
  if (std::abs(length - day.arrivals.length_s()) > 1e-6 * day.interval_s) {
    return RefuseField(
        "agents",
        fmt::format("there are agents for {:g} s of {:g} s", length, day.arrivals.length_s()),
        "a number for each interval");
  }
  for (int agents : day.agents) {
    if (agents < 0) return RefuseField("agents", "fewer than none", "0 or more");
  }
  if (!(day.patience_s > 0)) return RefuseField("patience", "no patience", "above 0 s");
  if (!(day.threshold_s >= 0)) return RefuseField("threshold", "no threshold", "0 s or more");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<DayOutlook>> OutlookOf(const StaffedDay& day) {
  WISSEL_RETURN_IF_ERROR(Check(day));
  Chain chain(day.aht_s, day.patience_s);
  if (day.before == Before::kNothing) return RunOnce(day, chain);
  // From about as many as there will be.
  const double load = LoadOverTime(day.arrivals, day.aht_s, day.before).front();
  chain.StartWith({1}, static_cast<size_t>(std::lround(load)));
  if (day.before == Before::kSame) {
    std::vector<double> lived;
    chain.Pass(20 * day.aht_s, day.arrivals.per_s.front(), day.agents.front(), lived);
    return RunOnce(day, chain);
  }
  std::vector<DayOutlook> outlooks;
  for (int cycle = 0; cycle < kMostCycles; ++cycle) {
    const std::vector<double> before = chain.probability();
    const size_t first = chain.first();
    outlooks = RunOnce(day, chain);
    double apart = first == chain.first() ? 0 : 1;
    for (size_t i = 0; i < std::min(before.size(), chain.probability().size()); ++i) {
      apart = std::max(apart, std::abs(before[i] - chain.probability()[i]));
    }
    if (apart < 1e-8) break;
  }
  return outlooks;
}

}  // namespace wissel::staffing
