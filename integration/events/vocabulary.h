// The types of events that other systems see: what is published, under which name. A type is part
// of the contract: its name and sense never change; docs/EVENTS.md has each. What the engine
// records beside is internal (publisher.cc says why, kind by kind).
//
// Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wissel::events {

// In the order of kVocabulary (vocabulary.cc).
enum class EventType : uint8_t {
  kItemEntered,
  kItemReleased,
  kItemUpdated,
  kItemOffered,
  kItemAccepted,
  kItemDeclined,
  kItemMissed,
  kItemWithdrawn,
  kItemAssigned,
  kItemPulledBack,
  kItemReturned,
  kItemTransferred,
  kItemHandedOver,
  kItemOverflowed,
  kItemHeld,
  kItemRetrieved,
  kItemParked,
  kItemResumed,
  kConsultStarted,
  kConsultEnded,
  kConferenceChanged,
  kItemSetAside,
  kItemWoken,
  kItemRequeued,
  kWrapUpStarted,
  kItemCompleted,
  kItemAbandoned,
  kItemCancelled,
  kItemExpired,
  kItemMerged,
  kItemInformed,
  kCallbackPromised,
  kItemPostponed,
  kItemPaused,
  kWaitPromised,
  kAgentSignedIn,
  kAgentSignedOut,
  kPresenceChanged,
  kConnectionLost,
  kConnectionRestored,
  kQueueOpened,
  kQueueClosed,
  kSurgeBegun,
  kSurgeEnded,
  kPartnersSettled,
  kNoticeGiven,
  kNoticeWithdrawn,
  kRulesApplied,
};
inline constexpr size_t kEventTypes = static_cast<size_t>(EventType::kRulesApplied) + 1;

struct TypeWords {
  std::string_view type;         // "wissel.work_item.entered.v1"
  std::string_view description;  // one sentence
};

std::span<const TypeWords, kEventTypes> Vocabulary();
inline std::string_view TypeName(EventType type) {
  return Vocabulary()[static_cast<size_t>(type)].type;
}

}  // namespace wissel::events
