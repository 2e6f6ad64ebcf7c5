#include "forecasting/core/staffing/erlang.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/staffing/odds.h"
#include "forecasting/core/staffing/queue_figures.h"
#include "forecasting/core/staffing/sums.h"

namespace wissel::staffing {
namespace {

// Of the handle time: nobody notices so little.
constexpr double kNoPatience = 1e-14;

absl::Status CheckNumber(const char* field, double value, bool zero_is_right) {
  if (std::isfinite(value) && (value > 0 || (zero_is_right && value == 0))) {
    return absl::OkStatus();
  }
  return RefuseField(field, fmt::format("{} is no {}", value, field),
                     zero_is_right ? "a number, 0 or more" : "a number above 0");
}

absl::Status Check(const Station& station, double threshold_s) {
  WISSEL_RETURN_IF_ERROR(CheckNumber("load", station.load, true));
  WISSEL_RETURN_IF_ERROR(CheckNumber("agents", station.agents, true));
  WISSEL_RETURN_IF_ERROR(CheckNumber("aht", station.aht_s, false));
  return CheckNumber("threshold", threshold_s, true);
}

// 1 / B(n - 1, a), for n > 0: how often fewer than n are busy, for each time that n are and nobody
// waits, times a / n.
Scaled InverseLossOfOneLess(double n, double a) {
  if (n >= 1) return InverseLoss(n - 1, a);
  Scaled inverse = InverseLoss(n, a);
  inverse.value = std::max(0.0, (inverse.value - std::exp(-inverse.log_scale)) * a / n);
  return inverse;
}

WaitFigures NobodyCalls() { return {.served_within = 1}; }

// Everybody waits until they leave.
WaitFigures NobodyAnswers(const Station& s, double patience_s, double threshold_s) {
  const double beyond = std::exp(-threshold_s / patience_s);
  return {.waits = 1,
          .mean_wait_s = patience_s,
          .mean_queue = s.load / s.aht_s * patience_s,
          .abandoned = 1,
          .abandoned_within = -std::expm1(-threshold_s / patience_s),
          .waits_beyond = beyond,
          .offered_wait_beyond = 1,
          .occupancy = 1};
}

// Who is not served at once is gone.
WaitFigures Balking(const Station& s, const LossFigures& loss, double threshold_s) {
  return {.waits = loss.blocked,
          .abandoned = loss.blocked,
          .abandoned_within = loss.blocked,
          .offered_wait_beyond =
              s.agents > 0 ? loss.blocked * std::exp(-s.agents / s.aht_s * threshold_s) : 1,
          .served_within = 1 - loss.blocked,
          .occupancy = loss.occupancy};
}

}  // namespace

absl::StatusOr<LossFigures> ErlangB(double load, double agents) {
  WISSEL_RETURN_IF_ERROR(CheckNumber("load", load, true));
  WISSEL_RETURN_IF_ERROR(CheckNumber("agents", agents, true));
  if (load == 0) return LossFigures{};
  if (agents == 0) return LossFigures{.blocked = 1, .occupancy = 1};
  const Scaled inverse = InverseLoss(agents, load);
  const double blocked = std::exp(-inverse.log_scale) / inverse.value;
  return LossFigures{.blocked = blocked, .occupancy = load * (1 - blocked) / agents};
}

absl::StatusOr<WaitFigures> ErlangC(const Station& s, double threshold_s) {
  WISSEL_RETURN_IF_ERROR(Check(s, threshold_s));
  if (s.agents <= s.load) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agents",
                  fmt::format("{:g} agents cannot carry {:g} erlangs when nobody hangs up: the "
                              "queue grows for ever",
                              s.agents, s.load),
                  fmt::format("more than {:g} agents, or a patience (Erlang A)", s.load));
  }
  if (s.load == 0) return NobodyCalls();
  // 1 / C = 1 + (n - a) / a / B(n - 1, a).
  const double spare = s.agents - s.load;
  const Scaled inverse = InverseLossOfOneLess(s.agents, s.load);
  const Odds wait(-(inverse.Log() + std::log(spare / s.load)));
  WaitFigures f;
  f.waits = wait.yes;
  f.mean_wait_s = f.waits * s.aht_s / spare;
  f.mean_queue = f.waits * s.load / spare;
  const double exponent = -spare * threshold_s / s.aht_s;
  f.waits_beyond = f.offered_wait_beyond = f.waits * std::exp(exponent);
  f.served_within = wait.no - f.waits * std::expm1(exponent);
  f.occupancy = s.load / s.agents;
  return f;
}

absl::StatusOr<WaitFigures> ErlangA(const Station& s, double patience_s, double threshold_s) {
  if (patience_s == std::numeric_limits<double>::infinity()) return ErlangC(s, threshold_s);
  WISSEL_RETURN_IF_ERROR(Check(s, threshold_s));
  WISSEL_RETURN_IF_ERROR(CheckNumber("patience", patience_s, true));
  if (s.load == 0) return NobodyCalls();
  if (patience_s < kNoPatience * s.aht_s) {
    WISSEL_ASSIGN_OR_RETURN(const LossFigures loss, ErlangB(s.load, s.agents));
    return Balking(s, loss, threshold_s);
  }
  if (s.agents == 0) return NobodyAnswers(s, patience_s, threshold_s);

  const double log_below =
      InverseLossOfOneLess(s.agents, s.load).Log() + std::log(s.agents / s.load);
  WaitFigures figures = QueueFigures({.log_below = log_below,
                                      .arrivals_per_s = s.load / s.aht_s,
                                      .completions_per_s = s.agents / s.aht_s,
                                      .patience_s = patience_s,
                                      .threshold_s = threshold_s});
  figures.occupancy = s.load * (1 - figures.abandoned) / s.agents;
  return figures;
}

absl::StatusOr<double> SpeedOfAnswer(const Station& s, double patience_s) {
  WISSEL_ASSIGN_OR_RETURN(const WaitFigures figures, ErlangA(s, patience_s, 0));
  if (patience_s == std::numeric_limits<double>::infinity()) return figures.mean_wait_s;
  // Nobody waits for an answer; or there is none.
  if (s.load == 0 || s.agents == 0 || patience_s < kNoPatience * s.aht_s) return 0;
  const double patiences = patience_s / s.aht_s;
  const OfferedWait wait(s.agents * patiences, s.load * patiences, (s.load - s.agents) * patiences);
  const OfferedWait::Parts parts = wait.Until(std::numeric_limits<double>::infinity());
  const double scale = figures.waits * s.agents * patiences / wait.OfQueue().sum;
  const double not_waiting = figures.served_within;
  return patience_s * scale * parts.waited / (not_waiting + scale * parts.stayed);
}

}  // namespace wissel::staffing
