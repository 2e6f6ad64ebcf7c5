// One attempt of an entry: its work item, and what becomes of it.
#include <algorithm>

#include "base/status.h"
#include "channels/contacts/entrance.h"
#include "channels/language/need.h"
#include "channels/outbound/hub.h"
#include "fmt/format.h"

namespace wissel::outbound {
namespace {

// It may be carried out a little later, as it is.
bool IsForLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

bool HasOneOf(const std::vector<std::string>& given, const std::vector<std::string>& wanted) {
  return std::any_of(given.begin(), given.end(), [&](const std::string& reason) {
    return std::find(wanted.begin(), wanted.end(), reason) != wanted.end();
  });
}

}  // namespace

// --- Its item

void Hub::Make(Place place, int attempt) {
  const Entry* entry = Find(place);
  const bool waits = entry != nullptr && entry->state == EntryState::kOpen &&
                     entry->items == attempt && !entry->item;
  if (!waits) return;
  if (At(place.list).list.phase() == Phase::kStopped) {
    return Conclude(place, AttemptEnd::kWithdrawn, 0, std::nullopt);
  }
  store_.Load(entry->contact,
              Here<std::optional<Contact>>([this, place, attempt](
                                               absl::StatusOr<std::optional<Contact>> loaded) {
                if (!loaded.ok()) return OnMade(place, attempt, loaded.status());
                if (!*loaded) return Conclude(place, AttemptEnd::kWithdrawn, 0, std::nullopt);
                const Contact contact = **std::move(loaded);
                marks_.Ask(contact.customer, NumberOf(contact), Way::kCall,
                           [this, place, attempt, contact](const absl::StatusOr<Verdict>& verdict) {
                             if (!verdict.ok()) return OnMade(place, attempt, verdict.status());
                             if (verdict->forbidden) {
                               return Conclude(place, AttemptEnd::kDoNotContact, 0, std::nullopt);
                             }
                             Enter(place, attempt, contact);
                           });
              }));
}

void Hub::Enter(Place place, int attempt, const Contact& contact) {
  const Entry* entry = Find(place);
  if (entry == nullptr || entry->state != EntryState::kOpen || entry->items != attempt) return;
  if (entry->deadline && *entry->deadline <= now()) {
    return Conclude(place, AttemptEnd::kExpired, 0, std::nullopt);
  }
  contacts::Entrance entrance{.occasion = fmt::format("attempt {}", attempt)};
  const ListRecord& list = At(place.list).record;
  entrance.item.channel = list.channel;
  entrance.item.contact = contact.name;
  entrance.item.customer = contact.customer;
  entrance.item.not_after = entry->deadline;
  const auto done = [this, post = post_, place, attempt](const absl::StatusOr<ItemId>& item) {
    post([this, place, attempt, item] { OnMade(place, attempt, item); });
  };
  const bool reads = shard_.Read([this, entrance, queue_name = list.queue,
                                  language = contact.language, done](const Engine& engine) mutable {
    const std::optional<QueueId> queue = engine.directory().queues.FindId(queue_name);
    if (!queue) {
      return done(Refuse(absl::StatusCode::kFailedPrecondition, "list.queue",
                         fmt::format("there is no queue {} any more", queue_name)));
    }
    entrance.item.queue = *queue;
    entrance.item.requirement = NeedWithLanguage(engine, *queue, language);
    contacts::Enter(shard_, store_, std::move(entrance), done);
  });
  if (!reads) OnMade(place, attempt, absl::UnavailableError("the center is stopping"));
}

void Hub::OnMade(Place place, int attempt, const absl::StatusOr<ItemId>& item) {
  const Entry* entry = Find(place);
  const bool waits =
      entry != nullptr && entry->state == EntryState::kOpen && entry->items == attempt;
  if (!waits) return;  // it has had its item, and has ended
  Live& live = At(place.list);
  if (item.ok()) {
    live.last_refusal.clear();
    if (!entry->item) {
      Entry with = *entry;
      with.item = *item;
      Put(live, with);
    }
    const bool gone = gone_.erase(place) > 0;
    if (gone || live.list.phase() == Phase::kStopped) Withdraw(*item);
    return;
  }
  live.last_refusal = std::string(item.status().message());
  if (IsForLater(item.status())) {
    make_again_.insert({place, attempt});
    return TryAgain();
  }
  Conclude(place, AttemptEnd::kNotMade, 0, std::nullopt);
}

void Hub::Withdraw(ItemId item) {
  shard_.Submit(Command{CancelItem{item}, {}},
                [this, post = post_, item](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                  // Any other refusal: somebody has it, or it has ended.
                  if (!IsForLater(outcome.status())) return;
                  post([this, item] {
                    withdraw_again_.insert(item);
                    TryAgain();
                  });
                });
}

// --- What becomes of it

void Hub::OnFact(const ItemFact& fact) {
  const auto it = by_contact_.find(fact.contact);
  if (it == by_contact_.end()) return;
  const Place place = it->second;
  const Entry* entry = Find(place);
  if (entry->state != EntryState::kOpen || fact.item.value() <= entry->last_item) return;
  Live& live = At(place.list);
  if (!entry->item) {
    Entry with = *entry;
    with.item = fact.item;
    Put(live, with);
  }
  if (IsEnded(fact.state)) {
    const AttemptEnd end = EndOf(live.record, fact);
    if (end == AttemptEnd::kDoNotContact) return ConcludeWithMark(place, fact);
    const bool last_try = fact.cause == CompletionCause::kNotReached;
    return Conclude(place, end, fact.tries + (last_try ? 1 : 0), fact);
  }
  // Nobody answered, and the engine would try again by its queue's rule: how often and when is the
  // list's own. Or the list has been stopped meanwhile.
  const bool over = fact.tries > 0 || live.list.phase() == Phase::kStopped;
  if (over && IsUntouched(fact.state)) Withdraw(fact.item);
}

AttemptEnd Hub::EndOf(const ListRecord& list, const ItemFact& fact) const {
  switch (fact.state) {
    case ItemState::kExpired:
      return AttemptEnd::kExpired;
    case ItemState::kMerged:
    case ItemState::kInformed:
      return AttemptEnd::kCameFirst;
    case ItemState::kCompleted:
      break;
    default:
      return fact.tries > 0 ? AttemptEnd::kMissed : AttemptEnd::kWithdrawn;
  }
  if (fact.cause == CompletionCause::kNotReached) return AttemptEnd::kMissed;
  if (HasOneOf(fact.reasons, list.mark_reasons)) return AttemptEnd::kDoNotContact;
  if (HasOneOf(fact.reasons, list.refused_reasons)) return AttemptEnd::kRefused;
  if (fact.cause == CompletionCause::kConnectionLost) return AttemptEnd::kLost;
  // It ended unseen, and may have been the last try in vain.
  if (!fact.cause && fact.reasons.empty()) return AttemptEnd::kLost;
  return AttemptEnd::kReached;
}

void Hub::Conclude(Place place, AttemptEnd end, int tries, const std::optional<ItemFact>& fact) {
  const Entry* entry = Find(place);
  if (entry == nullptr || entry->state != EntryState::kOpen) return;
  Live& live = At(place.list);
  const Entry after = After(*entry, end, tries, live.list.rules(), live.list.phase(), now());
  if (fact) {
    writes_.push_back([this, place, attempt = Attempt{fact->item, now(), end, fact->agent}] {
      return tables_.AddAttempt(place.list, place.entry, attempt);
    });
  }
  if (IsOutcome(after.state)) {
    store_.End(after.contact, now(), fact ? fact->agent : "", [](const absl::StatusOr<bool>&) {});
  }
  Put(live, after);
}

void Hub::ConcludeWithMark(Place place, const ItemFact& fact) {
  store_.Load(fact.contact,
              Here<std::optional<Contact>>(
                  [this, place, fact](absl::StatusOr<std::optional<Contact>> loaded) {
                    const Entry* entry = Find(place);
                    if (entry == nullptr || entry->state != EntryState::kOpen) return;
                    if (!loaded.ok()) {
                      mark_again_.push_back({place, fact});
                      return TryAgain();
                    }
                    std::optional<contacts::Address> number;
                    if (*loaded) number = NumberOf(**loaded);
                    if (number) {
                      writes_.push_back([this, number = *number, list = At(place.list).record.id] {
                        return marks_.MarkAddress(number, MarkReason::kAsked,
                                                  std::string(kListPrefix) + list);
                      });
                    }
                    Conclude(place, AttemptEnd::kDoNotContact, 0, fact);
                  }));
}

}  // namespace wissel::outbound
