// `wissel feed`: plays files of interval counts into a running server through its public gRPC API,
// as work items of simulated customers, and if asked signs in simulated agents who handle them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/feed/plan.h"

namespace wissel::feed {

struct FeedOptions {
  std::vector<std::string> arrivals;  // files
  std::vector<std::string> queues;    // as many: "queues/{queue}" or "{queue}"
  double speed = 1;
  int agents = 0;
  uint64_t seed = 1;
  std::string date;                   // "2021-03-01"; empty: the whole file
  std::string start;                  // "10:00"; empty: from the begin
  std::optional<int64_t> duration_s;  // of the file's time
  int64_t drain_s = 600;              // of the file's time
  bool loop = false;
  Behaviour behaviour;
  std::string grpc = "127.0.0.1:8081";
  std::string token;
};

// The exit code: 0, 1 when something failed or the books do not close, 2 for options that cannot
// be. Ends early, with its report, at SIGINT or SIGTERM.
int RunFeed(const FeedOptions& options);

}  // namespace wissel::feed
