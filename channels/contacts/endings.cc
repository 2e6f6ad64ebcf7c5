#include "channels/contacts/endings.h"

#include <string>
#include <vector>

#include "router/core/item_of.h"

namespace wissel::contacts {
namespace {

void End(ContactStore& store, const Engine& engine, const Item& item) {
  const bool has_agent = item.state == ItemState::kCompleted && item.decision;
  store.End(item.contact, *item.ended,
            has_agent ? engine.directory().agents.Get(item.agent()).name : "",
            [](const absl::StatusOr<bool>&) {});
}

// The same contact goes on, over another channel.
bool GoesOn(const Engine& engine, const Event& event, const Item& item) {
  const auto* merged = std::get_if<ItemMerged>(&event.body);
  const Item* into = merged == nullptr ? nullptr : engine.FindItem(merged->into);
  return into != nullptr && into->contact == item.contact;
}

}  // namespace

void EndWithTheirItems(Shard& shard, ContactStore& store, Channel channel) {
  const std::string prefix = std::string(CollectionOf(channel)) + "/";
  shard.AddObserver([&store, prefix](const CommittedBatch& batch, const Engine& engine) {
    for (const Event& event : batch.events) {
      const std::optional<ItemId> id = ItemOf(event);
      const Item* item = id ? engine.FindItem(*id) : nullptr;
      // A question to a colleague is about the customer's contact, which goes on.
      if (item == nullptr || !item->ended || item->question) continue;
      if (item->contact.starts_with(prefix) && !GoesOn(engine, event, *item)) {
        End(store, engine, *item);
      }
    }
  });
}

void EndThoseOfEndedItems(Shard& shard, ContactStore& store, Channel channel) {
  store.LoadLive(channel, [&shard, &store](const absl::StatusOr<std::vector<Contact>>& living) {
    if (!living.ok()) return;
    shard.Read([&store, living = *living, now = shard.now()](const Engine& engine) {
      for (const Contact& contact : living) {
        if (!contact.item) continue;
        const Item* item = engine.FindItem(*contact.item);
        if (item != nullptr && item->ended) {
          End(store, engine, *item);
        } else if (item == nullptr) {  // long ago
          store.End(contact.name, now, "", [](const absl::StatusOr<bool>&) {});
        }
      }
    });
  });
}

}  // namespace wissel::contacts
