// What has to be known of the past to tell an event to others: what queues, agents and partners are
// called, and where each living work item is. A fold over the journal's events, so it can be made
// of an engine, of a snapshot, or of the journal from its beginning, and is the same each time.
//
// Not thread-safe. Holds as much as there are living items.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "agents/core/channel.h"
#include "router/core/engine.h"
#include "router/core/event.h"
#include "router/core/ids.h"

namespace wissel::events {

struct ItemFacts {
  QueueId queue;
  Channel channel = Channel::kVoice;
  std::string contact;
  std::string topic;
  std::string customer;
  bool operator==(const ItemFacts&) const = default;
};

class Book {
 public:
  Book() = default;  // of an empty center
  static Book Of(const Engine& engine);
  static Book Of(const SavedState& state);

  // Before the event is told: what it names is known from here on.
  void Learn(const Event& event);
  // After it was told: where things are from here on.
  void Move(const Event& event);

  // Null for one that is not living.
  const ItemFacts* FindItem(ItemId id) const;
  // Resource names; empty of what has been deleted.
  std::string NameOf(QueueId id) const;
  std::string NameOf(AgentId id) const;
  std::string NameOf(PartnerId id) const;
  size_t items() const { return items_.size(); }

  bool operator==(const Book&) const = default;

 private:
  using Names = std::unordered_map<uint32_t, std::string>;  // last parts
  void Learn(const Directory& directory);
  void Learn(const Item& item);

  Names queues_;
  Names agents_;
  Names partners_;
  std::unordered_map<uint64_t, ItemFacts> items_;
};

}  // namespace wissel::events
