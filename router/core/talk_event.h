// The events of what an agent does with a contact beside answering it: asks a colleague, hands it
// over, sets it aside until the customer writes. Part of event.h, which lists them among all
// others; include that.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "router/core/ids.h"

namespace wissel {

// The agent, who keeps the item, asks somebody about it. Stands after the ItemEntered of the
// consult, which is for `to_agent` alone if there is one, and never for the agent who asks.
struct ConsultStarted {
  ItemId item;
  ItemId consult;
  AgentId agent;
  std::optional<AgentId> to_agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "consult", self.consult);
    f(3, "agent", self.agent);
    f(4, "to_agent", self.to_agent);
  }
};
enum class ConsultEndCause : uint8_t {
  kByAsker = 1,
  kByConsulted = 2,
  kHandedOver = 3,
  kItemLeft = 4,        // the item ended, or is no longer with who asked
  kConnectionLost = 5,  // of who was consulted
};
// And with it the conference. The end of the consult itself follows.
struct ConsultEnded {
  ItemId item;
  ItemId consult;
  ConsultEndCause cause = ConsultEndCause::kByAsker;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "consult", self.consult);
    f(3, "cause", self.cause);
  }
};
// Who asked and who is consulted both talk with the customer, or no longer do.
struct ConferenceMarked {
  ItemId item;
  bool on = false;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "on", self.on);
  }
};
// From who asked to who was consulted, active at once, in the queue and with the units of the
// consult. Takes the number of an offer that was accepted, as a decision does.
struct ItemHandedOver {
  OfferId offer;
  ItemId item;
  AgentId from;
  AgentId to;
  QueueId queue;
  RequirementId requirement;
  bool own_requirement = false;
  Instant due;
  int32_t units = 0;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "from", self.from);
    f(4, "to", self.to);
    f(5, "queue", self.queue);
    f(6, "requirement", self.requirement);
    f(7, "own_requirement", self.own_requirement);
    f(8, "due", self.due);
    f(9, "units", self.units);
  }
};
// Its agent keeps it, without giving it any room, until the customer writes.
struct ItemSetAside {
  ItemId item;
  AgentId agent;
  Instant until;  // then it is over
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "until", self.until);
  }
};
// The customer wrote, or the agent takes it up again: active at once, with its agent.
struct ItemWoken {
  ItemId item;
  AgentId agent;
  bool by_agent = false;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "by_agent", self.by_agent);
  }
};
// The customer wrote and its agent has no room, or is not there: it begins to wait in its queue, by
// a promise of its own; only its agent sees it until `kept_until` (none: they are not there).
struct ItemRequeued {
  ItemId item;
  AgentId agent;
  Instant due;
  std::optional<Instant> kept_until;
  bool waits_for_hours = false;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "due", self.due);
    f(4, "kept_until", self.kept_until);
    f(5, "waits_for_hours", self.waits_for_hours);
  }
};

}  // namespace wissel
