// The words for causes in published events. Part of the contract, as types are.
#pragma once

#include "router/core/event.h"

namespace wissel::events {

constexpr const char* WordFor(OverflowCause cause) {
  switch (cause) {
    case OverflowCause::kClosed:
      return "closed";
    case OverflowCause::kTooManyWait:
      return "too_many_wait";
    case OverflowCause::kNobodySignedIn:
      return "nobody_signed_in";
    case OverflowCause::kWaitedTooLong:
      return "waited_too_long";
    case OverflowCause::kPreferredPassed:
      return "preferred_passed";
    case OverflowCause::kLongWait:
      return "long_wait";
  }
  return "";
}

constexpr const char* WordFor(ReturnCause cause) {
  switch (cause) {
    case ReturnCause::kByAgent:
      return "by_agent";
    case ReturnCause::kConnectionLost:
      return "connection_lost";
    case ReturnCause::kNoAnswer:
      return "no_answer";
  }
  return "";
}

constexpr const char* WordFor(RevokeCause cause) {
  switch (cause) {
    case RevokeCause::kAgentLeft:
      return "agent_left";
    case RevokeCause::kConnectionLost:
      return "connection_lost";
    case RevokeCause::kItemMoved:
      return "item_moved";
    case RevokeCause::kAgentAway:
      return "agent_away";
    case RevokeCause::kNoRoom:
      return "no_room";
    case RevokeCause::kByManager:
      return "by_manager";
  }
  return "";
}

constexpr const char* WordFor(CompletionCause cause) {
  switch (cause) {
    case CompletionCause::kByAgent:
      return "by_agent";
    case CompletionCause::kWrapUpTimePassed:
      return "wrap_up_time_passed";
    case CompletionCause::kConnectionLost:
      return "connection_lost";
    case CompletionCause::kNotReached:
      return "not_reached";
    case CompletionCause::kConsultOver:
      return "consult_over";
    case CompletionCause::kCustomerSilent:
      return "customer_silent";
  }
  return "";
}

constexpr const char* WordFor(ConsultEndCause cause) {
  switch (cause) {
    case ConsultEndCause::kByAsker:
      return "by_asker";
    case ConsultEndCause::kByConsulted:
      return "by_consulted";
    case ConsultEndCause::kHandedOver:
      return "handed_over";
    case ConsultEndCause::kItemLeft:
      return "item_left";
    case ConsultEndCause::kConnectionLost:
      return "connection_lost";
  }
  return "";
}

}  // namespace wissel::events
