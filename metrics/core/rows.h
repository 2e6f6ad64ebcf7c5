// What the live board shows: one row a queue, one row an agent, and the living items behind them.
// Plain values; board.h keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/channel.h"
#include "agents/core/presence.h"
#include "base/time.h"
#include "router/core/ids.h"
#include "router/core/item.h"

namespace wissel::metrics {

// A queue's counters since the start of the day. The unit is a *stay*: an item's time among the
// waiting of one queue. A stay begins with the entry, or the moment for which it was scheduled, a
// transfer into the queue, or the return of an item that an agent had; it ends exactly once:
// answered, abandoned, or otherwise (cancelled, expired, merged, answered by a notice, put off, or
// moved to another queue before an answer). Hence, at every moment,
//   offered = answered + abandoned + ended_otherwise + waiting.
// A decline, a missed offer and a transfer to an agent of the same queue go on with the same stay.
// A conversation that was set aside and waits again once its customer has written begins another.
// A consult is an item of its queue like any other.
struct DayCounters {
  int64_t offered = 0;  // stays that began today, and those that were under way when the day began
  int64_t answered = 0;
  int64_t answered_in_time = 0;  // of these, with a wait of at most the queue's promise
  int64_t abandoned = 0;
  int64_t short_abandoned = 0;  // of these, sooner than the queue's short-abandon threshold
  int64_t ended_otherwise = 0;
  int64_t completed = 0;
  // Of what customers were told of their wait, once its truth was seen: answered within P80, or
  // waited longer, in the queue where the wait ended. Who left sooner never knew.
  int64_t promises_kept = 0;
  int64_t promises_broken = 0;
  Duration answered_wait_sum;
  Duration handle_sum;  // of the completed: active, held and wrapping, without the time parked
  Duration hold_sum;    // of it, on hold
  Duration wrap_sum;    // of it, wrapping up; the rest is talk

  bool operator==(const DayCounters&) const = default;

  // Field by field.
  DayCounters& operator+=(const DayCounters& other) { return Add(other, 1); }
  DayCounters& operator-=(const DayCounters& other) { return Add(other, -1); }

 private:
  DayCounters& Add(const DayCounters& other, int64_t sign) {
    offered += sign * other.offered;
    answered += sign * other.answered;
    answered_in_time += sign * other.answered_in_time;
    abandoned += sign * other.abandoned;
    short_abandoned += sign * other.short_abandoned;
    ended_otherwise += sign * other.ended_otherwise;
    completed += sign * other.completed;
    promises_kept += sign * other.promises_kept;
    promises_broken += sign * other.promises_broken;
    answered_wait_sum += other.answered_wait_sum * sign;
    handle_sum += other.handle_sum * sign;
    hold_sum += other.hold_sum * sign;
    wrap_sum += other.wrap_sum * sign;
    return *this;
  }
};

struct QueueRow {
  bool open = true;
  bool surge = false;
  uint8_t opened_step = 0;  // by a manager; 0: none
  int64_t waiting = 0;      // for an agent, for opening hours, or being offered
  int64_t scheduled = 0;    // not yet among the waiting, and not counted as offered
  int64_t offered_now = 0;  // of these, being offered
  int64_t overdue = 0;      // of these, past their promise
  int64_t active = 0;       // active, held, parked
  int64_t wrapping = 0;
  int64_t awaiting_customer = 0;  // set aside; with an agent, whose room they do not take
  bool staffing_known = false;    // the two below have been told
  int64_t agents_signed_in = 0;
  int64_t agents_free = 0;
  std::optional<WaitEstimate> wait;  // of somebody who would enter now
  DayCounters today;
  DayCounters earlier;  // of the days before, since the board was made

  // Never begins anew: what waits when a day begins is not offered a second time here.
  DayCounters Ever() const { return DayCounters(earlier) += today; }

  bool BooksClose() const {
    return today.offered == today.answered + today.abandoned + today.ended_otherwise + waiting;
  }
};

struct AgentRow {
  Presence presence = Presence::kOffline;
  bool not_responding = false;
  bool connection_lost = false;
  std::string away_reason;
  Instant presence_since;
  Instant idle_since;  // when the last assignment ended, or the sign-in
  int32_t units_in_use = 0;
  std::vector<ItemId> work;  // offered, assigned and set aside, in the order of their offers
  int64_t completed = 0;     // today
};

// An item that has not ended.
struct LiveItem {
  QueueId queue;
  RequirementId requirement;
  Channel channel = Channel::kVoice;
  ItemState state = ItemState::kWaiting;
  uint8_t band = 5;
  uint8_t step = 0;
  bool overdue = false;       // counted in its queue's row
  bool counts_units = false;  // towards its agent's load
  int32_t refusals = 0;
  int32_t units = 0;
  Instant entered;
  Instant due;
  Instant state_since;
  // From here the wait of this stay is counted: the first entry, or, once an agent has had it, the
  // moment that it waits again.
  Instant wait_from;
  Instant accepted;        // by the agent who has it
  Instant handling_since;  // while time is being counted as handling
  Duration handled;        // by the agent who has it, up to then
  Duration held;           // the same, on hold, up to the state it is in
  Duration wrapped;        // the same, wrapping up
  AgentId agent;           // who is offered or handles it
  std::optional<AgentId> kept_for;
  std::optional<Promise> promise;    // until its truth is seen
  std::optional<ItemId> consult;     // about it
  std::optional<ItemId> asks_about;  // of a consult: the item that it is about
  bool conference = false;
  bool paused = false;  // by its customer
  std::string topic;

  // Among the waiting of its queue: waiting, waiting for hours, or being offered.
  bool waits() const { return state <= ItemState::kOffered; }
  bool scheduled() const { return state == ItemState::kScheduled; }
  bool set_aside() const { return state == ItemState::kAwaitingCustomer; }
};

}  // namespace wissel::metrics
