// How long an item will still wait, as P50 and P80: worked out from the state and the pace of late,
// whenever somebody asks. Or why that cannot be said: no figure is better than a wrong one.
//
// The people are those who could take it now; what competes is what stands before it, counted by
// the share of its own people that are among them. They take one item after the other at the rate
// at which the items that they hold come to an end (router/core/README.md says what is left out).
//
// Pure. Looks at the lines of the people concerned, not at agents or items one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "router/core/engine.h"
#include "router/core/pace.h"
#include "router/core/pools.h"
#include "router/core/promise.h"
#include "router/core/wait_lines.h"
#include "router/core/wait_methods.h"

namespace wissel {

enum class NoEstimate : uint8_t {
  kNotWaiting = 1,  // for an agent: it waits for hours, is offered, answered or has ended
  kKept,            // for one agent, of whom nobody knows when they will be free
  kClosed,
  kNobodyHere,  // of those who qualify
  kTooFewSeen,  // items that these people have ended within the hour
  kTooFar,
};
// "nobody who qualifies is here", after "there is no honest estimate: ".
const char* NameOf(NoEstimate reason);

// Exactly one of the two.
struct WaitAnswer {
  std::optional<WaitEstimate> wait;
  std::optional<NoEstimate> none;

  bool operator==(const WaitAnswer&) const = default;
};

class WaitEstimator {
 public:
  // Both must outlive it and stay as they are.
  WaitEstimator(const Engine& engine, const Pace& pace, Instant now);

  WaitAnswer OfItem(ItemId id) const;
  // Of an item that would enter the queue now, with nothing of its own.
  WaitAnswer OfNewcomer(QueueId queue) const;

  // Whose wait: of an item of the queue, with this key among those that the same people can take.
  struct Asking {
    QueueId queue;
    LineGroupKey group;
    OrderKey order;
  };
  Asking AskingOf(const Item& item) const;
  // What an estimate is made of. Rates are per millisecond.
  struct Outlook {
    double people = 0;    // at work, who could take it
    double ahead = 0;     // items before it, by the share of these people in their own
    double taken = 0;     // rate at which these people take items
    double gives_up = 0;  // rate at which each of those ahead leaves
    double rings = 0;     // milliseconds from an offer to its accept
    double seen = 0;      // items that these people ended within the hour
    // Those still to come who go before it all the same.
    struct Overtakers {
      double arrive = 0;
      double within = 0;  // milliseconds from now
    };
    std::vector<Overtakers> overtakers;
    // Every queue that these people serve, by whether their routing profiles rank it before (-1),
    // with or behind (1) the item's own; and their share of its own people.
    struct Served {
      QueueId queue;
      int rank = 0;
      double share = 0;
    };
    std::vector<Served> served;
  };
  // Nothing of whether it is honest.
  Outlook LookOut(const Asking& asking) const;

 private:
  struct Competitor {
    LineGroupId group;
    int rank = 0;  // as in Served
    double share = 0;
  };

  WaitAnswer AtItsSteps(Asking asking, Instant step_since) const;
  WaitAnswer AtOneStep(const Asking& asking) const;
  std::vector<PoolId> PeopleFor(const LineGroupKey& group) const;
  std::vector<Competitor> CompetitorsOf(const Asking& asking,
                                        const std::vector<PoolId>& people) const;
  std::vector<Outlook::Served> ServedIn(const std::vector<Competitor>& competitors) const;
  double PresentOf(const std::vector<PoolId>& people) const;
  void AddPace(const Asking& asking, Outlook& outlook) const;
  void AddOvertakers(const Asking& asking, const Outlook::Served& of, Outlook& outlook) const;

  const State& state_;
  const Pace& pace_;
  Instant now_;
};

// Of a command that is about to be given: for every queue with a gate by estimated wait that the
// item may come to, what OfNewcomer says. The engine decides by what the command brings, so that a
// replay decides the same.
void AddWaits(const Engine& engine, const Pace& pace, Instant now, CreateItem& command);

// Mean and variance of the wait.
Remaining Left(const WaitEstimator::Outlook& outlook);

}  // namespace wissel
