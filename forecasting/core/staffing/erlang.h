// Erlang's formulas: loss (B), delay (C), and delay with impatient customers (A), in steady state.
//
//   B  M/M/n/n    who finds all agents busy is lost       Erlang 1917
//   C  M/M/n      everybody waits, for as long as it takes Erlang 1917
//   A  M/M/n+M    patience is exponential                  Palm 1957; Garnett, Mandelbaum & Reiman
//                                                          2002; Mandelbaum & Zeltyn 2007
//
// Load in erlangs (calls an hour x hours of handling a call), times in seconds. Agents may be a
// real number: the formulas are continued analytically (Jagerman 1974), so that a requirement can
// stay fractional until it is rounded, once. Every result is a sum of positive terms; it holds to
// about 1e-12 of itself from no load to millions of agents (sums.h).
//
// Pure; thread-safe. INVALID_ARGUMENT, with the field, for what is no number of its kind;
// FAILED_PRECONDITION for what has no steady state: C with no more agents than erlangs.
#pragma once

#include "absl/status/statusor.h"

namespace wissel::staffing {

struct Station {
  double load = 0;     // erlangs, >= 0
  double agents = 0;   // >= 0
  double aht_s = 180;  // > 0
};

struct LossFigures {
  double blocked = 0;  // share of the calls
  double occupancy = 0;
};
absl::StatusOr<LossFigures> ErlangB(double load, double agents);

// Shares are of all who call. A wait ends with an answer or with the customer's patience; an
// offered wait is that of somebody who never hangs up.
struct WaitFigures {
  double waits = 0;        // P(wait): no agent is free at once
  double mean_wait_s = 0;  // of all, who left included
  double mean_queue = 0;
  double abandoned = 0;
  double abandoned_within = 0;     // within the threshold
  double waits_beyond = 0;         // P(W > T)
  double offered_wait_beyond = 0;  // P(V > T)
  double served_within = 0;        // answered within the threshold
  double occupancy = 0;            // of the agents; 1 where calls find none
};
absl::StatusOr<WaitFigures> ErlangC(const Station& station, double threshold_s);
// `patience_s`: the mean. 0: who cannot be served at once leaves at once (B). Infinite: C.
absl::StatusOr<WaitFigures> ErlangA(const Station& station, double patience_s, double threshold_s);

// Mean wait of those who are answered (ASA), under A.
absl::StatusOr<double> SpeedOfAnswer(const Station& station, double patience_s);

}  // namespace wissel::staffing
