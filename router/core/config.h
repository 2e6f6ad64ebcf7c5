// What the engine knows of queues and of the center. All of it arrives by commands and is
// journalled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/capacity.h"
#include "agents/core/channel.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel {

// Keys by which one of several eligible agents is chosen, in order of weight; the id decides last.
// The same numbers as wissel.v1.SelectionKey.
enum class SelectionKey : uint8_t {
  kRing = 1,
  kMatchScore = 2,
  kLoadRatio = 3,
  kIdleSince = 4,
  kFewestSkills = 5,
  kMostSkills = 6,
  kFixedOrder = 7,
  kWeighted = 8,
};

enum class WrapUpMode : uint8_t { kNone = 1, kOptional = 2, kMandatory = 3, kTimed = 4 };

struct WrapUp {
  WrapUpMode mode = WrapUpMode::kNone;
  Duration limit;  // of kTimed
  bool blocks_capacity = true;

  bool operator==(const WrapUp&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "mode", self.mode);
    f(2, "limit", self.limit);
    f(3, "blocks_capacity", self.blocks_capacity);
  }
};

// What happens to new items while the queue is closed.
enum class ClosedActionKind : uint8_t {
  kRefuse = 1,
  kHold = 2,
  kRedirect = 3,
  kCallback = 4,  // a callback is promised for the next opening
};

// Minutes of the local day [from, to), to <= 1440.
struct DayRange {
  int32_t from_minute = 0;
  int32_t to_minute = 0;

  bool operator==(const DayRange&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "from_minute", self.from_minute);
    f(2, "to_minute", self.to_minute);
  }
};

struct WeeklyHours {
  uint8_t weekdays = 0;  // bit 0 = Monday
  std::vector<DayRange> ranges;

  bool operator==(const WeeklyHours&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "weekdays", self.weekdays);
    f(2, "ranges", self.ranges);
  }
};

struct SpecialDay {
  std::string date;  // "2026-12-25"
  std::vector<DayRange> ranges;
  std::string display_name;

  bool operator==(const SpecialDay&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "date", self.date);
    f(2, "ranges", self.ranges);
    f(3, "display_name", self.display_name);
  }
};

// The rule in local time. The engine does not read it: whoever drives the engine works out the
// openings in its zone and gives them as instants (SetOpenings), so that the core needs no
// time-zone database.
struct OpeningHours {
  std::string time_zone;  // empty: the center's
  std::vector<WeeklyHours> weekly;
  std::vector<SpecialDay> special_days;

  bool operator==(const OpeningHours&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "time_zone", self.time_zone);
    f(2, "weekly", self.weekly);
    f(3, "special_days", self.special_days);
  }
};

// Open during [from, to).
struct Opening {
  Instant from;
  Instant to;

  bool operator==(const Opening&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "from", self.from);
    f(2, "to", self.to);
  }
};

// What a queue does with new items when it has too much, or nobody, to serve them.
struct EntryGate {
  // The same numbers as wissel.v1.EntryGate.When.
  enum class When : uint8_t { kWaiting = 1, kNobodySignedIn = 2, kEstimatedWait = 3 };
  // The same numbers as wissel.v1.EntryGate.Action.
  enum class Action : uint8_t { kRefuse = 1, kRedirect = 2 };
  When when = When::kWaiting;
  int32_t waiting = 0;  // of kWaiting: so many wait already, or more
  Action action = Action::kRefuse;
  uint8_t from_band = 0;         // for items of this band and higher ones
  std::string message;           // of kRefuse
  std::optional<QueueId> queue;  // of kRedirect
  Duration wait;                 // of kEstimatedWait: who enters would wait longer (P80)

  bool operator==(const EntryGate&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "when", self.when);
    f(2, "waiting", self.waiting);
    f(3, "action", self.action);
    f(4, "message", self.message);
    f(5, "queue", self.queue);
    f(6, "from_band", self.from_band);
    f(7, "wait", self.wait);
  }
};

// How often customers who are called (callbacks, outbound) are tried, and how long it has sense.
struct RetryRule {
  int32_t attempts = 3;
  Duration gap = Duration::Minutes(15);
  Duration expires_after = Duration::Days(2);  // of a promised callback
  int32_t per_slot = 0;  // callbacks that are spread: so many in one slot; 0: none are spread

  bool operator==(const RetryRule&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "attempts", self.attempts);
    f(2, "gap", self.gap);
    f(3, "expires_after", self.expires_after);
    f(6, "per_slot", self.per_slot);
  }
};
// A slot begins at every quarter of an hour.
inline constexpr Duration kCallbackSlot = Duration::Minutes(15);
constexpr Instant SlotOf(Instant t) {
  return Instant::FromMillis(t.millis() - t.millis() % kCallbackSlot.millis());
}

// What holds beside the usual rules while a person has put the queue into surge mode.
struct SurgeRule {
  std::vector<EntryGate> gates;   // looked at before the queue's own
  bool merge_duplicates = false;  // who comes again keeps one place: the earliest

  bool operator==(const SurgeRule&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "gates", self.gates);
    f(2, "merge_duplicates", self.merge_duplicates);
  }
};

// What has waited in the queue for `after` goes on to another.
struct Overflow {
  Duration after;
  QueueId queue;

  bool operator==(const Overflow&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "after", self.after);
    f(2, "queue", self.queue);
  }
};

// What one partner is to take of a queue's work.
struct PartnerShare {
  std::optional<PartnerId> partner;  // none: the house, agents without a partner
  int32_t share_permille = 0;

  bool operator==(const PartnerShare&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "partner", self.partner);
    f(2, "share_permille", self.share_permille);
  }
};

// How the work of a queue is shared among partners (partners.h).
struct PartnerAllocation {
  std::vector<PartnerShare> shares;  // each partner once; at most 1000 together
  // Of what a partner takes in an interval, at least so much in time, or another goes first; 0: no
  // floor.
  int32_t service_level_floor_permille = 0;
  // Of the settlement; intervals begin at the Unix epoch and divide a day.
  Duration interval = Duration::Minutes(30);

  bool operator==(const PartnerAllocation&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "shares", self.shares);
    f(2, "service_level_floor_permille", self.service_level_floor_permille);
    f(3, "interval", self.interval);
  }
};

// The same shares and interval: the accounts go on.
inline bool SharesAlike(const std::optional<PartnerAllocation>& a,
                        const std::optional<PartnerAllocation>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->shares == b->shares && a->interval == b->interval;
}

struct QueueConfig {
  std::string name;
  std::string display_name;
  Channel channel = Channel::kVoice;
  Duration answer_within = Duration::Seconds(20);
  int32_t service_level_target_permille = 800;
  Duration short_abandon = Duration::Seconds(5);
  RequirementId requirement;
  uint8_t default_band = 5;
  int32_t max_declines = 3;
  Duration decline_gap = Duration::Seconds(30);
  WrapUp wrap_up;
  std::vector<std::string> reason_codes;
  std::optional<OpeningHours> hours;  // none: always open
  ClosedActionKind closed_action = ClosedActionKind::kHold;
  std::string closed_message;           // of kRefuse
  std::optional<QueueId> closed_queue;  // of kRedirect
  std::vector<SelectionKey> selection = {SelectionKey::kRing, SelectionKey::kMatchScore,
                                         SelectionKey::kLoadRatio, SelectionKey::kIdleSince};
  // Of the decisions in which its items stood by, at least so many in a thousand are theirs; 0:
  // none is kept.
  int32_t share_floor_permille = 0;
  std::vector<EntryGate> entry_gates;  // the first that holds decides
  std::optional<Overflow> overflow;
  std::optional<RetryRule> retry;  // none: no callbacks are promised
  SurgeRule surge;
  std::optional<PartnerAllocation> partner_allocation;
  // Of conversations that were set aside: for how long one whose customer writes is kept for its
  // agent, who has no room; and when one whose customer does not write is over.
  Duration wake_hold = Duration::Minutes(2);
  Duration conversation_expires = Duration::Hours(24);
  Duration longest_pause;  // that a customer who waits may take; 0: none

  bool operator==(const QueueConfig&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "name", self.name);
    f(2, "display_name", self.display_name);
    f(3, "channel", self.channel);
    f(4, "answer_within", self.answer_within);
    f(5, "service_level_target_permille", self.service_level_target_permille);
    f(6, "short_abandon", self.short_abandon);
    f(7, "requirement", self.requirement);
    f(8, "default_band", self.default_band);
    f(9, "max_declines", self.max_declines);
    f(10, "decline_gap", self.decline_gap);
    f(11, "wrap_up", self.wrap_up);
    f(12, "reason_codes", self.reason_codes);
    f(13, "hours", self.hours);
    f(14, "closed_action", self.closed_action);
    f(15, "closed_message", self.closed_message);
    f(16, "closed_queue", self.closed_queue);
    f(17, "selection", self.selection);
    f(18, "share_floor_permille", self.share_floor_permille);
    f(19, "entry_gates", self.entry_gates);
    f(20, "overflow", self.overflow);
    f(21, "retry", self.retry);
    f(22, "surge", self.surge);
    f(23, "partner_allocation", self.partner_allocation);
    f(26, "wake_hold", self.wake_hold);
    f(27, "conversation_expires", self.conversation_expires);
    f(28, "longest_pause", self.longest_pause);
  }
};

// What becomes of the active work of an agent whose connection is lost for longer than the grace.
enum class LostWorkRule : uint8_t { kReturnToQueue = 1, kComplete = 2 };

struct CenterConfig {
  std::string display_name;
  std::string time_zone = "UTC";
  std::vector<std::string> away_reasons;
  Duration reconnect_grace = Duration::Seconds(60);
  LostWorkRule lost_work = LostWorkRule::kReturnToQueue;
  int32_t most_hops = 3;  // how often rules may send one item on to another queue

  bool operator==(const CenterConfig&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "display_name", self.display_name);
    f(2, "time_zone", self.time_zone);
    f(3, "away_reasons", self.away_reasons);
    f(4, "reconnect_grace", self.reconnect_grace);
    f(5, "lost_work", self.lost_work);
    f(6, "most_hops", self.most_hops);
  }
};

}  // namespace wissel
