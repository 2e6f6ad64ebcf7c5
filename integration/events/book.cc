#include "integration/events/book.h"

namespace wissel::events {
namespace {

std::string Named(const char* collection, const std::unordered_map<uint32_t, std::string>& names,
                  uint32_t id) {
  auto name = names.find(id);
  if (name == names.end()) return "";
  return std::string(collection).append(name->second);
}

}  // namespace

Book Book::Of(const Engine& engine) {
  Book book;
  book.Learn(engine.directory());
  engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
    book.Learn(item);
    return true;
  });
  return book;
}

Book Book::Of(const SavedState& state) {
  Book book;
  book.Learn(state.directory);
  for (const Item& item : state.items) {
    if (!IsEnded(item.state)) book.Learn(item);
  }
  return book;
}

void Book::Learn(const Directory& directory) {
  directory.queues.ForEach(
      [&](QueueId id, const QueueConfig& config) { queues_[id.value()] = config.name; });
  directory.agents.ForEach(
      [&](AgentId id, const AgentConfig& config) { agents_[id.value()] = config.name; });
  directory.partners.ForEach(
      [&](PartnerId id, const NamedConfig& config) { partners_[id.value()] = config.name; });
}

void Book::Learn(const Item& item) {
  items_[item.id.value()] = {item.queue, item.channel, item.contact, item.topic, item.customer};
}

void Book::Learn(const Event& event) {
  std::visit(Overloaded{
                 [&](const QueueConfigured& e) { queues_[e.id.value()] = e.config.name; },
                 [&](const AgentConfigured& e) { agents_[e.id.value()] = e.config.name; },
                 [&](const PartnerConfigured& e) { partners_[e.id.value()] = e.config.name; },
                 [&](const ItemEntered& e) {
                   items_[e.item.value()] = {e.queue, e.channel, e.contact, e.topic, e.customer};
                 },
                 [](const auto&) {},
             },
             event.body);
}

void Book::Move(const Event& event) {
  const auto to = [&](ItemId item, QueueId queue) { items_[item.value()].queue = queue; };
  const auto ended = [&](ItemId item) { items_.erase(item.value()); };
  std::visit(
      Overloaded{
          [&](const ItemTransferred& e) { to(e.item, e.to_queue); },
          [&](const ItemOverflowed& e) { to(e.item, e.to_queue); },
          [&](const ItemHandedOver& e) { to(e.item, e.queue); },
          [&](const CallbackPromised& e) { items_[e.item.value()].channel = Channel::kCallback; },
          [&](const ItemAbandoned& e) { ended(e.item); },
          [&](const ItemCancelled& e) { ended(e.item); },
          [&](const ItemExpired& e) { ended(e.item); },
          [&](const ItemMerged& e) { ended(e.item); },
          [&](const ItemInformed& e) { ended(e.item); },
          [&](const ItemCompleted& e) { ended(e.item); },
          // Names of numbers that are not used again; kept only as long as they may be asked
          // for, which is until here.
          [&](const QueueDeleted& e) { queues_.erase(e.id.value()); },
          [&](const AgentDeleted& e) { agents_.erase(e.id.value()); },
          [&](const PartnerDeleted& e) { partners_.erase(e.id.value()); },
          [](const auto&) {},
      },
      event.body);
}

const ItemFacts* Book::FindItem(ItemId id) const {
  auto item = items_.find(id.value());
  return item == items_.end() ? nullptr : &item->second;
}

std::string Book::NameOf(QueueId id) const { return Named("queues/", queues_, id.value()); }
std::string Book::NameOf(AgentId id) const { return Named("agents/", agents_, id.value()); }
std::string Book::NameOf(PartnerId id) const { return Named("partners/", partners_, id.value()); }

}  // namespace wissel::events
