// The events of what a manager does over the head of the rules, and of who did what. Part of
// event.h, which lists them among all others; include that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/core/ids.h"
#include "router/core/partner_event.h"

namespace wissel {

// Given to the agent by a manager, active at once; nobody chose. Takes the number of an offer that
// was accepted, so that it has a name like any other decision.
struct ItemAssigned {
  OfferId offer;
  ItemId item;
  AgentId agent;
  std::optional<PartnerDue> partner_due;  // of a queue with a partner allocation
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
    f(4, "partner_due", self.partner_due);
  }
};
// Taken by a manager from the agent who had it, or who was offered it (OfferRevoked stands before),
// back into its line at the place it had.
struct ItemPulledBack {
  ItemId item;
  AgentId agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
  }
};

// The same numbers as wissel.v1.AuditEntry.Kind.
enum class ActionKind : uint8_t {
  kCreated = 1,
  kChanged = 2,
  kDeleted = 3,
  kItemChanged = 4,
  kItemAbandoned = 5,
  kItemCancelled = 6,
  kItemTransferred = 7,
  kItemAssigned = 8,
  kItemPulledBack = 9,
  kPresenceSet = 10,
  kActedForAgent = 11,
  kRulesApplied = 12,
  kRulesRolledBack = 13,
};
// One field, as words; empty: nothing.
struct FieldChange {
  std::string field;  // as in the configuration file: "answer_within"
  std::string before;
  std::string after;

  bool operator==(const FieldChange&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "field", self.field);
    f(2, "before", self.before);
    f(3, "after", self.after);
  }
};
// Stands after the events of a command that a person gave, and says who it was.
struct ActionTaken {
  std::string by;  // "users/maya": an opaque name, nothing more personal
  ActionKind kind = ActionKind::kChanged;
  // Resource names of what it was about, the first before all: "workItems/12", "agents/anna".
  std::vector<std::string> subjects;
  std::vector<FieldChange> changes;

  bool operator==(const ActionTaken&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "by", self.by);
    f(2, "kind", self.kind);
    f(3, "subjects", self.subjects);
    f(4, "changes", self.changes);
  }
};

}  // namespace wissel
