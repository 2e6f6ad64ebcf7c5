// Whom a list calls, and how far that has come: plain data and the rules of one entry. Pure;
// thread-safe.
//
// No name, number or text is in an entry: those stand in the contact store, under its `contact`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agents/core/channel.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel::outbound {

// The same numbers as wissel.v1.OutboundEntry.State.
enum class EntryState : uint8_t {
  kPending = 1,  // waits for its (next) attempt
  kOpen = 2,     // an attempt is under way: it has a work item, or is about to
  // The outcomes. An entry gets one of them and keeps it.
  kReached = 3,
  kRefused = 4,       // reached, and wants no more of this
  kNoAnswer = 5,      // not reached in all its attempts
  kExpired = 6,       // its time has passed
  kDoNotContact = 7,  // a mark forbade it, or the customer asked for one
  kCameFirst = 8,     // the customer came by themselves before they were called
  kWithdrawn = 9,     // the list was stopped, a person took the item away, or erased the customer
};
constexpr bool IsOutcome(EntryState state) { return state >= EntryState::kReached; }
inline constexpr int kEntryStates = 9;

// How an attempt ended. The same numbers as wissel.v1.OutboundAttempt.End.
enum class AttemptEnd : uint8_t {
  kReached = 1,
  kRefused = 2,
  kDoNotContact = 3,
  kMissed = 4,   // nobody answered
  kLost = 5,     // how it ended is not known: counts as one that came to nothing
  kExpired = 6,  // not begun by the deadline
  kCameFirst =
      7,  // the item was merged into a later one of the customer's, or a notice answered it
  kWithdrawn = 8,
  kNotMade = 9,  // the engine took no item now: no attempt at all, and tried again
};

// The same numbers as wissel.v1.OutboundList.State.
enum class Phase : uint8_t { kPaused = 1, kRunning = 2, kStopped = 3 };

struct ListRules {
  int most_open = 1;                    // entries that are open at the same time
  int attempts = 3;                     // that may come to nothing
  Duration pause = Duration::Hours(4);  // between two of them

  bool operator==(const ListRules&) const = default;
};

struct Entry {
  int64_t number = 0;  // in its list, from 1
  std::string contact;
  std::string customer;
  std::optional<Instant> deadline;  // no attempt begins then or later
  EntryState state = EntryState::kPending;
  Instant next;      // of a pending one: not before
  int attempts = 0;  // that came to nothing
  int items = 0;     // attempts begun, those that were not made included; names the request
  std::optional<ItemId> item;  // of an open one, once the engine has made it
  uint64_t last_item = 0;      // the number of the last item that has ended; 0: none
  std::optional<Instant> ended;

  bool operator==(const Entry&) const = default;
};

// The entry as it begins an attempt.
Entry Opened(const Entry& entry);

// The entry after its attempt; `tries`: how often the customer was called in vain while it lasted,
// at least 1 of kMissed and kLost.
Entry After(const Entry& entry, AttemptEnd end, int tries, const ListRules& rules, Phase phase,
            Instant now);

// The entry with an outcome that no attempt has led to.
Entry Ended(const Entry& entry, EntryState outcome, Instant now);

}  // namespace wissel::outbound
