// What could be done about a spike, as far as it is true at this moment: nothing is proposed that
// is not configured, that nobody could do, or that is done already. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/core/board.h"
#include "metrics/core/radar/radar.h"
#include "router/core/requirement.h"

namespace wissel::metrics {

// The same numbers as wissel.v1.RadarProposal.Kind.
enum class ProposalKind : uint8_t {
  kOpenStep = 1,    // a later step of the queue's requirement at once; people: who would come in
  kAnnounce = 2,    // contacts: who waits on it
  kSurge = 3,       // contacts: who waits in the queue
  kMovePeople = 4,  // people: idle, and qualified by no step
  kOverflow = 5,    // contacts: who waits beyond the promise; queue: where its overflow goes
};

struct Proposal {
  ProposalKind kind = ProposalKind::kSurge;
  int64_t contacts = 0;
  int64_t people = 0;
  std::vector<AgentId> agents;   // of people: the first, in the order of their ids
  std::optional<TeamId> team;    // of kMovePeople: where most of them are
  uint8_t step = 0;              // of kOpenStep
  std::optional<QueueId> queue;  // of kOverflow
};

inline constexpr size_t kProposedAgents = 50;

// In the order of their use: whoever can answer at once comes first. `requirement`: the queue's.
// For a fall there is none: that nothing arrives is no matter of routing.
std::vector<Proposal> ProposalsFor(const SeriesKey& key, Direction direction, const Board& board,
                                   const Requirement& requirement);

}  // namespace wissel::metrics
