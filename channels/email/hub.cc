#include "channels/email/hub.h"

#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/email/entry_fields.h"

namespace wissel::email {
namespace {

using contacts::Contact;

// From the store's own key, by names that no contact has.
ThreadTokens TokensOf(const contacts::ContactStore& store) {
  return ThreadTokens((store.TrackingToken("mail thread tokens, first half") +
                       store.TrackingToken("mail thread tokens, second half"))
                          .substr(0, 32));
}

// A thread that we began needs no item before somebody answers.
bool IsOfCustomer(const Contact& contact) {
  if (!ValueOf(contact.fields, kMailingField).empty()) return false;
  return !contact.entries.empty() && contact.entries.front().author != contacts::Author::kAgent;
}

std::string NameOfAgent(const Engine& engine, AgentId id) {
  const AgentConfig* agent = engine.directory().agents.Find(id);
  return agent == nullptr ? "" : agent->name;
}

}  // namespace

std::optional<ItemFact> FactOf(const Engine& engine, const Item& item) {
  // A consult has the customer's contact; the thread is the item's.
  if (item.question || !item.contact.starts_with(kMailPrefix)) return std::nullopt;
  ItemFact fact{item.contact, item.id, IsEnded(item.state), ""};
  if (item.decision && item.decision->outcome == OfferOutcome::kAccepted) {
    fact.agent = NameOfAgent(engine, item.decision->agent);
  }
  return fact;
}

Hub::Hub(Shard& shard, contacts::ContactStore& store, std::unique_ptr<Outbox> outbox,
         const MailOptions& options, std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      outbox_(std::move(outbox)),
      options_(options),
      post_(std::move(post)),
      tokens_(TokensOf(store)),
      limiter_(options.answers) {}

void Hub::Begin(std::vector<Contact> stored, std::vector<OutMail> unsettled,
                const std::vector<ItemFact>& living) {
  begun_ = true;
  std::map<std::string, ItemId> items;
  for (const ItemFact& fact : living) items[fact.contact] = fact.item;
  for (const Contact& contact : stored) {
    auto item = items.find(contact.name);
    if (item != items.end()) {
      if (contact.item != item->second) store_.SetItem(contact.name, item->second);
    } else if (contact.item || !IsOfCustomer(contact)) {
      store_.End(contact.name, now(), contact.agent, [](const absl::StatusOr<bool>&) {});
    } else {
      // Stopped between the store and the engine.
      EnsureItem(WorkOf(contact, contact.started), [](const absl::StatusOr<Done>&) {});
    }
  }
  for (OutMail& mail : unsettled) Resume(std::move(mail));
  for (Task& task : std::exchange(until_begun_, {})) task();
}

void Hub::WhenBegun(Task task) {
  if (begun_) return task();
  until_begun_.push_back(std::move(task));
}

void Hub::OnFacts(const std::vector<ItemFact>& facts) {
  if (!begun_) return;  // Begin's facts are later
  for (const ItemFact& fact : facts) {
    if (!fact.ended) continue;
    store_.End(fact.contact, now(), fact.agent, [](const absl::StatusOr<bool>&) {});
  }
}

void Hub::OnErased(const std::vector<std::string>& contacts) {
  for (const std::string& contact : contacts) {
    Tell(contact, NoticeResult{NoticeResult::Kind::kGone, 0});
    if (!outbox_->DropContact(contact).ok()) {
      Log(LogLevel::kWarning, "mails of an erased person stay in the outbox without their text");
    }
    for (const auto& [id, mail] : std::map(unsettled_)) {
      if (mail.contact != contact) continue;
      due_.erase({mail.due, id});
      unsettled_.erase(id);
    }
  }
}

void Hub::Load(const std::string& contact, Then<Contact> then) {
  store_.Load(contact, Here<std::optional<Contact>>(
                           [contact, then](absl::StatusOr<std::optional<Contact>> loaded) {
                             if (!loaded.ok()) return then(loaded.status());
                             if (*loaded) return then(**std::move(loaded));
                             then(wissel::Refuse(absl::StatusCode::kNotFound, "name",
                                                 "there is no thread of mails " + contact));
                           }));
}

std::optional<Instant> Hub::OnTime(Instant t) {
  while (!due_.empty() && due_.begin()->first <= t) {
    const uint64_t id = due_.begin()->second;
    due_.erase(due_.begin());
    SendDue(unsettled_.at(id));
  }
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

std::string Hub::NameShown(std::string_view agent) const {
  std::string name = options_.agent_display_name(agent);
  return name.empty() ? std::string(agent) : name;
}

}  // namespace wissel::email
