#include "forecasting/core/staffing/chat.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/staffing/queue_figures.h"

namespace wissel::staffing {
namespace {

// Conversations that an agent with j at hand completes a second.
double Pace(const ChatStation& s, int j) {
  return j == 0 ? 0 : j / (s.aht_s * (1 + s.slowing * (j - 1)));
}

absl::Status Check(const ChatStation& s) {
  const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
  if (!(s.per_s >= 0) || !std::isfinite(s.per_s)) {
    return RefuseField("load", "that is no number of conversations", "0 or more");
  }
  if (!positive(s.aht_s)) return RefuseField("aht", "no handle time", "above 0 s");
  if (!positive(s.patience_s)) return RefuseField("patience", "no patience", "above 0 s");
  if (!(s.threshold_s >= 0)) return RefuseField("threshold", "no threshold", "0 s or more");
  if (s.at_once < 1 || s.at_once > 20) {
    return RefuseField("concurrency", fmt::format("{} at once", s.at_once), "1 to 20");
  }
  if (!(s.slowing >= 0 && s.slowing <= 1)) {
    return RefuseField("slowing", "a further conversation would cost more than it brings",
                       "0 to 1 of the time alone");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChatFigures> ChatWith(const ChatStation& s, int agents) {
  WISSEL_RETURN_IF_ERROR(Check(s));
  if (agents < 1) return RefuseField("agents", "nobody is there", "1 or more");
  ChatFigures figures;
  if (s.per_s == 0) {
    figures.wait.served_within = 1;
    figures.handle_s = s.aht_s;
    figures.idle = 1;
    return figures;
  }
  // Downwards from the state in which all places are taken, whose weight is 1.
  const int places = agents * s.at_once;
  double weight = 1, below = 0, taken_below = 0, idle_below = 0;
  for (int m = places; m > 0 && weight > 1e-300; --m) {
    const int each = m / agents, more = m % agents;
    const double pace = (agents - more) * Pace(s, each) + more * Pace(s, each + 1);
    weight *= pace / s.per_s;
    below += weight;
    taken_below += weight * (m - 1);
    idle_below += weight * std::max(0, agents - (m - 1)) / agents;
    if (!std::isfinite(taken_below)) break;
  }
  const double full_pace = agents * Pace(s, s.at_once);
  figures.wait = QueueFigures({.log_below = std::log(below),
                               .arrivals_per_s = s.per_s,
                               .completions_per_s = full_pace,
                               .patience_s = s.patience_s,
                               .threshold_s = s.threshold_s});
  // Of those below, all are as likely in proportion as their weights.
  const double not_full = 1 - figures.wait.waits;
  const double finite = std::isfinite(taken_below) ? 1 : 0;
  const double taken =
      figures.wait.waits * places + (finite != 0 ? not_full * taken_below / below : 0);
  figures.at_once = taken / agents;
  figures.idle = finite != 0 ? not_full * idle_below / below : not_full;
  figures.wait.occupancy = taken / places;
  figures.handle_s = taken / (s.per_s * (1 - figures.wait.abandoned));
  return figures;
}

absl::StatusOr<int> FewestForChat(const ChatStation& s, double service_level) {
  WISSEL_RETURN_IF_ERROR(Check(s));
  if (!(service_level > 0 && service_level < 1)) {
    return RefuseField("service level", fmt::format("a service level of {}", service_level),
                       "above 0 and below 1");
  }
  if (s.per_s == 0) return 0;
  const auto keeps = [&](int agents) {
    return ChatWith(s, agents)->wait.served_within >= service_level;
  };
  int low = 0, high = 1;
  while (!keeps(high)) high *= 2;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (keeps(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace wissel::staffing
