#include "forecasting/core/staffing/queue_figures.h"

#include <cmath>

#include "forecasting/core/staffing/odds.h"
#include "forecasting/core/staffing/sums.h"

namespace wissel::staffing {
namespace {

// Where less than this is left of a difference, the parts are integrated instead.
constexpr double kMuchIsLeft = 0.01;

}  // namespace

WaitFigures QueueFigures(const BusyStation& s) {
  // Everything in mean patiences: c completions, y arrivals.
  const double c = s.completions_per_s * s.patience_s;
  const double y = s.arrivals_per_s * s.patience_s;
  const OfferedWait wait(c, y, (s.arrivals_per_s - s.completions_per_s) * s.patience_s);
  const OfferedWait::Sums all = wait.OfQueue();
  const Odds odds(std::log(all.sum) + wait.peak() - s.log_below);

  WaitFigures f;
  f.waits = odds.yes;
  f.mean_queue = f.waits * all.weighted / all.sum;
  f.mean_wait_s = f.mean_queue / s.arrivals_per_s;
  f.abandoned = f.mean_queue / y;

  // Who still waits at the threshold sees the same station with fewer arrivals in front.
  const double until = s.threshold_s / s.patience_s;
  const OfferedWait::Rest rest = wait.After(until);
  const OfferedWait::Sums later = rest.wait.OfQueue();
  const double still = f.waits * std::exp(rest.fall) / all.sum;
  f.offered_wait_beyond = still * later.sum;
  f.waits_beyond = f.offered_wait_beyond * std::exp(-until);
  const double abandoned_later = still * later.weighted / y;
  f.abandoned_within = f.abandoned - abandoned_later;
  f.served_within = 1 - f.waits_beyond - f.abandoned_within;
  if (f.abandoned_within > kMuchIsLeft * f.abandoned && f.served_within > kMuchIsLeft) return f;

  const OfferedWait::Parts parts = wait.Until(until);
  const double scale = f.waits * c / all.sum;
  f.abandoned_within = scale * parts.left - std::expm1(-until) * f.offered_wait_beyond;
  f.served_within = odds.no + scale * parts.stayed;
  return f;
}

}  // namespace wissel::staffing
