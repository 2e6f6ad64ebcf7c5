#include "forecasting/core/staffing/fewest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::staffing {
namespace {

constexpr std::array<std::pair<ServiceLevel, std::string_view>, 4> kNames = {
    {{ServiceLevel::kOfOffered, "of-offered"},
     {ServiceLevel::kLessShort, "less-short"},
     {ServiceLevel::kGoneIsGood, "gone-is-good"},
     {ServiceLevel::kOfAnswered, "of-answered"}}};
constexpr double kForEver = std::numeric_limits<double>::infinity();
// More than all the people there are would be a slip.
constexpr double kMostLoad = 1e8;
// Of the fractional answer.
constexpr double kFineness = 1e-4;

absl::Status CheckShare(const char* field, const std::optional<double>& share, bool one_is_right) {
  if (!share || (*share > 0 && (*share < 1 || (one_is_right && *share == 1)))) {
    return absl::OkStatus();
  }
  return RefuseField(field, fmt::format("a {} of {:g} cannot be staffed for", field, *share),
                     one_is_right ? "above 0, 1 at most" : "above 0 and below 1");
}

absl::Status CheckDemand(const Demand& demand) {
  if (demand.load.empty()) return RefuseField("load", "there is no load", "one point or more");
  for (const RatePoint& point : demand.load) {
    if (!(point.rate >= 0 && point.rate <= kMostLoad)) {
      return RefuseField("load", fmt::format("{} is no load", point.rate),
                         fmt::format("erlangs, 0 to {:g}", kMostLoad));
    }
  }
  return absl::OkStatus();
}

// What C says of a load that the agents cannot carry.
WaitFigures NeverAnswered() {
  return {.waits = 1,
          .mean_wait_s = kForEver,
          .mean_queue = kForEver,
          .waits_beyond = 1,
          .offered_wait_beyond = 1,
          .occupancy = 1};
}

struct AtRate {
  WaitFigures figures;
  double short_abandoned = 0;
  double answer_s = 0;
};

absl::StatusOr<AtRate> FiguresAt(const Demand& demand, double load, double agents,
                                 const Targets& targets, bool with_answer) {
  const Station station{load, agents, demand.aht_s};
  AtRate at;
  if (demand.model == Model::kErlangC) {
    if (agents <= load && load > 0) return AtRate{.figures = NeverAnswered(), .answer_s = kForEver};
    if (load == 0) return AtRate{.figures = {.served_within = 1}};
    WISSEL_ASSIGN_OR_RETURN(at.figures, ErlangC(station, targets.threshold_s));
    at.answer_s = at.figures.mean_wait_s;
    return at;
  }
  WISSEL_ASSIGN_OR_RETURN(at.figures, ErlangA(station, demand.patience_s, targets.threshold_s));
  at.short_abandoned = at.figures.abandoned_within;
  if (targets.variant == ServiceLevel::kLessShort && targets.short_s &&
      *targets.short_s != targets.threshold_s) {
    WISSEL_ASSIGN_OR_RETURN(const WaitFigures early,
                            ErlangA(station, demand.patience_s, *targets.short_s));
    at.short_abandoned = early.abandoned_within;
  }
  if (with_answer) {
    WISSEL_ASSIGN_OR_RETURN(at.answer_s, SpeedOfAnswer(station, demand.patience_s));
  }
  return at;
}

void Add(const WaitFigures& f, double by_calls, double by_time, WaitFigures& sum) {
  sum.waits += by_calls * f.waits;
  sum.mean_wait_s += by_calls * f.mean_wait_s;
  sum.mean_queue += by_time * f.mean_queue;
  sum.abandoned += by_calls * f.abandoned;
  sum.abandoned_within += by_calls * f.abandoned_within;
  sum.waits_beyond += by_calls * f.waits_beyond;
  sum.offered_wait_beyond += by_calls * f.offered_wait_beyond;
  sum.served_within += by_calls * f.served_within;
  sum.occupancy += by_time * f.occupancy;
}

double LevelOf(const WaitFigures& f, double short_abandoned, ServiceLevel variant) {
  const auto of = [&](double all) { return all > 0 ? f.served_within / all : 0; };
  switch (variant) {
    case ServiceLevel::kOfOffered:
      return f.served_within;
    case ServiceLevel::kLessShort:
      return of(1 - short_abandoned);
    case ServiceLevel::kGoneIsGood:
      return 1 - f.waits_beyond;
    case ServiceLevel::kOfAnswered:
      return of(1 - f.abandoned);
  }
  return f.served_within;
}

absl::StatusOr<Outlook> Average(const Demand& demand, double agents, const Targets& targets,
                                bool with_answer) {
  Outlook outlook;
  const double mean = MeanOf(demand.load);
  double short_abandoned = 0, answered = 0, waited = 0;
  for (const RatePoint& point : demand.load) {
    WISSEL_ASSIGN_OR_RETURN(const AtRate at,
                            FiguresAt(demand, point.rate, agents, targets, with_answer));
    const double by_calls = mean > 0 ? point.weight * point.rate / mean : point.weight;
    if (by_calls == 0) continue;
    Add(at.figures, by_calls, point.weight, outlook.figures);
    short_abandoned += by_calls * at.short_abandoned;
    answered += by_calls * (1 - at.figures.abandoned);
    waited += by_calls * (1 - at.figures.abandoned) * at.answer_s;
  }
  outlook.service_level = LevelOf(outlook.figures, short_abandoned, targets.variant);
  outlook.answer_s = answered > 0 ? waited / answered : kForEver;
  return outlook;
}

double GreatestLoad(const Demand& demand) {
  double greatest = 0;
  for (const RatePoint& point : demand.load) greatest = std::max(greatest, point.rate);
  return greatest;
}

absl::Status Check(const Demand& demand, const Targets& targets) {
  WISSEL_RETURN_IF_ERROR(CheckDemand(demand));
  WISSEL_RETURN_IF_ERROR(CheckTargets(targets));
  return Average(demand, 1 + std::ceil(GreatestLoad(demand)), targets, false).status();
}

// After Check: a number that is enough, from square-root staffing on.
double Enough(const Demand& demand, const auto& keeps) {
  const double load = GreatestLoad(demand);
  double more = std::max(1.0, std::sqrt(load));
  while (!keeps(std::ceil(load + more))) more *= 2;
  return std::ceil(load + more);
}

}  // namespace

std::string_view NameOf(ServiceLevel variant) {
  for (const auto& [value, name] : kNames) {
    if (value == variant) return name;
  }
  return {};
}

std::optional<ServiceLevel> ServiceLevelNamed(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

absl::Status CheckTargets(const Targets& targets) {
  if (!targets.service_level && !targets.answer_s && !targets.abandoned && !targets.waits &&
      !targets.occupancy) {
    return RefuseField("targets", "there is nothing to staff for",
                       "a service level, a speed of answer, a share abandoned or waiting, or an "
                       "occupancy");
  }
  WISSEL_RETURN_IF_ERROR(CheckShare("service level", targets.service_level, false));
  WISSEL_RETURN_IF_ERROR(CheckShare("abandonment", targets.abandoned, false));
  WISSEL_RETURN_IF_ERROR(CheckShare("share that waits", targets.waits, false));
  WISSEL_RETURN_IF_ERROR(CheckShare("occupancy", targets.occupancy, true));
  if (targets.answer_s && !(*targets.answer_s > 0)) {
    return RefuseField("speed of answer", "a mean wait of 0 cannot be staffed for", "above 0 s");
  }
  if (targets.short_s && !(*targets.short_s >= 0)) {
    return RefuseField("short", "a wait cannot be below 0", "0 s or more");
  }
  return absl::OkStatus();
}

absl::StatusOr<Outlook> OutlookWith(const Demand& demand, double agents, const Targets& targets) {
  WISSEL_RETURN_IF_ERROR(CheckDemand(demand));
  return Average(demand, agents, targets, true);
}

bool Keeps(const Outlook& outlook, const Targets& targets) {
  const auto at_most = [](double value, const std::optional<double>& most) {
    return !most || value <= *most;
  };
  return (!targets.service_level || outlook.service_level >= *targets.service_level) &&
         at_most(outlook.answer_s, targets.answer_s) &&
         at_most(outlook.figures.abandoned, targets.abandoned) &&
         at_most(outlook.figures.waits, targets.waits) &&
         at_most(outlook.figures.occupancy, targets.occupancy);
}

absl::StatusOr<int> FewestAgents(const Demand& demand, const Targets& targets) {
  WISSEL_RETURN_IF_ERROR(Check(demand, targets));
  if (GreatestLoad(demand) == 0) return 0;
  const auto keeps = [&](double agents) {
    const auto outlook = Average(demand, agents, targets, targets.answer_s.has_value());
    return outlook.ok() && Keeps(*outlook, targets);
  };
  double high = Enough(demand, keeps);
  double low = 0;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (keeps(middle) ? high : low) = middle;
  }
  return static_cast<int>(high);
}

absl::StatusOr<double> FewestFractional(const Demand& demand, const Targets& targets) {
  WISSEL_ASSIGN_OR_RETURN(const int whole, FewestAgents(demand, targets));
  double high = whole, low = std::max(0, whole - 1);
  while (high - low > kFineness) {
    const double middle = (low + high) / 2;
    const auto outlook = Average(demand, middle, targets, targets.answer_s.has_value());
    WISSEL_RETURN_IF_ERROR(outlook.status());
    (Keeps(*outlook, targets) ? high : low) = middle;
  }
  return high;
}

absl::StatusOr<int> FewestLines(double load, double blocked) {
  WISSEL_RETURN_IF_ERROR(CheckShare("blocking", blocked, false));
  WISSEL_RETURN_IF_ERROR(CheckDemand({.load = {{load, 1}}}));
  const auto keeps = [&](double lines) { return ErlangB(load, lines)->blocked <= blocked; };
  double low = -1, high = std::ceil(load) + 1;
  while (!keeps(high)) high *= 2;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (keeps(middle) ? high : low) = middle;
  }
  return static_cast<int>(high);
}

}  // namespace wissel::staffing
