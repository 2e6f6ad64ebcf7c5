// Conversations of which an agent has several at once, each slower the more there are: a birth and
// death process in the number of conversations, spread evenly over the agents, who complete
// j / (aht (1 + slowing (j - 1))) a second with j at hand; who finds all places taken waits with
// exponential patience (Luo & Zhang 2013; Tezcan & Zhang 2014 for the model). Exact for the
// process. With one at a time it is Erlang A.
//
// Pure; thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/erlang.h"

namespace wissel::staffing {

struct ChatStation {
  double per_s = 0;    // conversations that begin, a second
  double aht_s = 600;  // of one that its agent has alone
  int at_once = 2;     // 1 to 20
  // How much longer one takes for each other one: 0.25 = a quarter. 0: they do not touch each
  // other.
  double slowing = 0.25;
  double patience_s = 180;
  double threshold_s = 20;
};

struct ChatFigures {
  WaitFigures wait;     // `occupancy`: the share of places that are taken
  double at_once = 0;   // conversations of an agent, mean over time
  double handle_s = 0;  // mean time with an agent
  double idle = 0;      // mean share of agents without any
};
// INVALID_ARGUMENT, with the field, for what is no such number; also when a further conversation
// would make an agent slower in all than without it.
absl::StatusOr<ChatFigures> ChatWith(const ChatStation& station, int agents);

// The fewest that answer at least this share of all within the threshold.
absl::StatusOr<int> FewestForChat(const ChatStation& station, double service_level);

}  // namespace wissel::staffing
