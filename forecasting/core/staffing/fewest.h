// The fewest agents with which a station keeps its targets, and what it gives with so many.
//
// Pure; thread-safe. INVALID_ARGUMENT, with the field, for demand or targets that are no numbers of
// their kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/erlang.h"
#include "forecasting/core/staffing/rate_spread.h"

namespace wissel::staffing {

enum class Model : uint8_t { kErlangC = 1, kErlangA = 2 };

// What one station has to do in one interval.
struct Demand {
  Model model = Model::kErlangA;
  RateSpread load;  // erlangs; one point when it is known
  double aht_s = 180;
  double patience_s = 180;  // mean; of kErlangA
};

// How calls that were abandoned count in a service level of T seconds. No two systems mean the same
// by the words, so the variant is always named.
enum class ServiceLevel : uint8_t {
  kOfOffered = 1,   // answered within T / all
  kLessShort = 2,   // answered within T / (all - abandoned within `short_s`)
  kGoneIsGood = 3,  // (answered or abandoned within T) / all: waited no longer than T
  kOfAnswered = 4,  // answered within T / all answered
};
// "of-offered", "less-short", "gone-is-good", "of-answered".
std::string_view NameOf(ServiceLevel variant);
std::optional<ServiceLevel> ServiceLevelNamed(std::string_view name);

// All that are given hold.
struct Targets {
  std::optional<double> service_level;  // at least, within (0, 1)
  ServiceLevel variant = ServiceLevel::kOfOffered;
  double threshold_s = 20;
  std::optional<double> short_s;    // of kLessShort; none: the threshold
  std::optional<double> answer_s;   // mean wait of the answered at most
  std::optional<double> abandoned;  // at most, within (0, 1)
  std::optional<double> waits;      // P(wait) at most, within (0, 1)
  std::optional<double> occupancy;  // at most, within (0, 1]
};
absl::Status CheckTargets(const Targets& targets);

// With so many agents: figures averaged over the rate, shares by calls (what counts in the long
// run), queue and occupancy by time. Under C a rate that the agents cannot carry means: all wait,
// for ever; mean wait and queue are infinite then.
struct Outlook {
  WaitFigures figures;
  double service_level = 0;  // of the variant
  double answer_s = 0;       // mean wait of the answered; infinite when nobody is
};
absl::StatusOr<Outlook> OutlookWith(const Demand& demand, double agents, const Targets& targets);
bool Keeps(const Outlook& outlook, const Targets& targets);

// The fewest whole agents: 0 without load, otherwise at least 1.
absl::StatusOr<int> FewestAgents(const Demand& demand, const Targets& targets);
// The same before it is rounded, to about a thousandth: for what is multiplied (shrinkage) or
// added up before it is rounded once.
absl::StatusOr<double> FewestFractional(const Demand& demand, const Targets& targets);

// The fewest lines that block at most this share of the calls (Erlang B).
absl::StatusOr<int> FewestLines(double load, double blocked);

}  // namespace wissel::staffing
