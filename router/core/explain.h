// Why is this item where it is: its place, what it needs, for each agent the first check that
// fails, what time will change, and every decision about it so far. Pure; costs one look at each
// agent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/core/engine.h"

namespace wissel {

// The checks in the order in which they are made. The same numbers as wissel.v1.FailedCheck.Check.
enum class Check : uint8_t {
  kSkill = 1,
  kSkillLevel = 2,
  kConstraint = 3,
  kOffline = 4,
  kAway = 5,
  kNotResponding = 6,
  kConnectionLost = 7,
  kHeldForOther = 8,
  kRefusedBefore = 9,
  kRefusedTooOften = 10,
  kChannelLimit = 11,
  kUnits = 12,
  kNone = 13,
  kOtherWorkFirst = 14,
  kChannelNotTaken = 15,
  kLeaving = 16,
  kHelpsLater = 17,
  kPulledBack = 18,
  kAsksThemself = 19,
};

// A sentence, and what it is made of for those who say it in other words.
struct FailedCheck {
  Check check = Check::kNone;
  std::string sentence;
  std::vector<AgentId> agents;
  SkillId skill;            // of kSkill, kSkillLevel
  uint8_t min_level = 0;    // of kSkillLevel
  std::string away_reason;  // of kAway, kLeaving
  Duration delay;           // of kHelpsLater
};

struct UpcomingChange {
  // The same numbers as wissel.v1.UpcomingChange.Kind.
  enum class Kind : uint8_t {
    kStep = 1,
    kKeepEnds = 2,
    kMayBeAskedAgain = 3,
    kOfferMissed = 4,
    kWrapUpEnds = 5,
    kQueueOpens = 6,
    kShown = 7,
    kOverflow = 8,
    kReleased = 9,
    kExpires = 10,
    kStayEnds = 11,
    kSilence = 12,
  };
  Instant at;
  Kind kind = Kind::kStep;
  std::string sentence;
  uint8_t step = 0;  // of kStep
  AgentId agent;     // of kMayBeAskedAgain
  Duration delay;    // of kShown
  QueueId queue;     // of kOverflow
};

struct ItemExplanation {
  ItemId item;
  ItemState state = ItemState::kWaiting;
  std::vector<std::string> sentences;      // the first answers "why?" shortest
  std::optional<uint64_t> place;           // 1 = next; among the waiting of its queue
  std::vector<FailedCheck> failed_checks;  // largest group first
  std::vector<UpcomingChange> upcoming;    // soonest first
  std::vector<Decision> decisions;         // oldest first
};

// Null item: NOT_FOUND.
absl::StatusOr<ItemExplanation> ExplainItem(const Engine& engine, ItemId item);

// The first check that fails for this agent and this waiting item.
FailedCheck FirstFailedCheck(const Engine& engine, const Item& item, AgentId agent);

// Why an agent has what they have, and nothing else: what they do, and for the waiting items,
// grouped, the first check that fails. Costs one look at each waiting item.
struct WaitingForOther {
  FailedCheck check;          // without agents
  std::vector<ItemId> items;  // in order, the first 20
  uint64_t count = 0;
};
struct AgentExplanation {
  AgentId agent;
  std::vector<std::string> sentences;        // the first is the shortest answer
  std::vector<WaitingForOther> not_offered;  // largest group first
};
// NOT_FOUND for an agent who is not configured.
absl::StatusOr<AgentExplanation> ExplainAgent(const Engine& engine, AgentId agent);

std::string DescribeDecision(const Decision& decision, const Item& item,
                             const Directory& directory);

}  // namespace wissel
