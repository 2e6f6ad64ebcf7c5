#include "router/service/changed_agents.h"

#include <variant>

namespace wissel {
namespace {

// Events that name an agent whose state they change, and events that name only the item that an
// agent holds. An item that has left its agent since then was taken by an event that names them.
template <class Body>
concept NamesAgent = requires(const Body& body) {
  { body.agent } -> std::convertible_to<AgentId>;
};
template <class Body>
concept NamesItem = requires(const Body& body) {
  { body.item } -> std::convertible_to<ItemId>;
};

}  // namespace

void ForEachChangedAgent(std::span<const Event> events, const Engine& engine,
                         const std::function<void(AgentId)>& changed) {
  const auto look = [&](const auto& body) {
    using Body = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Body, AgentConfigured> || std::is_same_v<Body, AgentDeleted>) {
      changed(body.id);
    } else if constexpr (std::is_same_v<Body, ItemTransferred>) {
      if (body.from) changed(*body.from);
    } else if constexpr (NamesAgent<Body>) {
      changed(body.agent);
    } else if constexpr (NamesItem<Body> && !std::is_same_v<Body, ItemEntered>) {
      const Item* item = engine.FindItem(body.item);
      if (item != nullptr && item->decision) changed(item->agent());
    }
  };
  // Who asks sees how the consult goes.
  const auto look_at_asker = [&](const auto& body) {
    using Body = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Body, ItemHandedOver>) {
      changed(body.from);
      changed(body.to);
    } else if constexpr (std::is_same_v<Body, ConferenceMarked>) {
      const Item* item = engine.FindItem(body.item);
      if (item == nullptr || !item->consult) return;
      const Item* consult = engine.FindItem(item->consult->item);
      if (consult != nullptr && consult->decision) changed(consult->agent());
    } else if constexpr (NamesItem<Body>) {
      const Item* item = engine.FindItem(body.item);
      if (item != nullptr && item->question) changed(item->question->asked_by);
    }
  };
  for (const Event& event : events) {
    std::visit(look, event.body);
    std::visit(look_at_asker, event.body);
  }
}

std::vector<QueueId> ConfiguredQueues(std::span<const Event> events) {
  std::vector<QueueId> queues;
  for (const Event& event : events) {
    if (const auto* configured = std::get_if<QueueConfigured>(&event.body)) {
      queues.push_back(configured->id);
    }
  }
  return queues;
}

}  // namespace wissel
