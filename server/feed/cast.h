// Sets the stage: looks up the queues that are fed and makes the simulated agents who can serve
// them, through ConfigService.
//
// Belongs to the loop's thread; each function runs the loop until its answers are there.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/feed/client.h"
#include "server/feed/event_loop.h"
#include "wissel/v1/config.pb.h"

namespace wissel::feed {

// In the order of `names`.
absl::StatusOr<std::vector<wissel::v1::Queue>> FindQueues(EventLoop& loop, Client& client,
                                                          const std::vector<std::string>& names);

// The agents sim-001 to sim-{count} and the routing profile "simulated": created, or brought up to
// date. Each agent serves `QueuesPerAgent` of the queues in turn, at the highest level that any of
// their steps asks for. Returns their names.
absl::StatusOr<std::vector<std::string>> MakeAgents(EventLoop& loop, Client& client,
                                                    const std::vector<wissel::v1::Queue>& queues,
                                                    int count);

// Two, or as many as it takes that no queue is left without.
int QueuesPerAgent(int queues, int agents);
wissel::v1::RoutingProfile SimulatedProfile(const std::vector<wissel::v1::Queue>& queues);
wissel::v1::Agent SimulatedAgent(int number, const std::vector<wissel::v1::Queue>& queues);

}  // namespace wissel::feed
