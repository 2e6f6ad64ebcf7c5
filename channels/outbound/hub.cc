#include "channels/outbound/hub.h"

#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"

namespace wissel::outbound {
namespace {

// Where the file, the store or the engine had no room.
constexpr Duration kTryAgain = Duration::Seconds(10);
// In one transaction: while a long list is stopped, calls are answered in between.
constexpr int kMostAtOnce = 500;

std::string NameOfAgent(const Engine& engine, AgentId id) {
  const AgentConfig* agent = engine.directory().agents.Find(id);
  return agent == nullptr ? "" : agent->name;
}

bool IsOfAList(std::string_view contact) {
  return contact.starts_with("outbounds/") || contact.starts_with("callbacks/");
}

}  // namespace

std::optional<ItemFact> FactOf(const Engine& engine, const Item& item) {
  if (item.question || !IsOfAList(item.contact)) return std::nullopt;
  ItemFact fact{item.contact, item.id, item.state, item.attempts, std::nullopt, item.reason_codes};
  if (item.decision) {
    fact.agent = NameOfAgent(engine, item.decision->agent);
  } else if (!item.past_decisions.empty()) {
    fact.agent = NameOfAgent(engine, item.past_decisions.back().agent);
  }
  return fact;
}

Hub::Hub(Shard& shard, contacts::ContactStore& store, StoreFile& file, Marks& marks,
         std::string region, std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      file_(file),
      tables_(file),
      marks_(marks),
      region_(std::move(region)),
      post_(std::move(post)) {}

// --- What is kept

absl::Status Hub::Load() {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<ListRecord> records, tables_.LoadLists());
  for (const ListRecord& record : records) {
    Live live{record, List(record.rules, record.phase), ""};
    WISSEL_ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                            tables_.LoadUnfinished(record.number));
    for (const Entry& entry : entries) {
      live.list.Put(entry);
      by_contact_[entry.contact] = {record.number, entry.number};
    }
    by_id_[record.id] = record.number;
    lists_.emplace(record.number, std::move(live));
  }
  return absl::OkStatus();
}

void Hub::Put(Live& live, const Entry& entry) {
  live.list.Put(entry);
  if (IsOutcome(entry.state)) by_contact_.erase(entry.contact);
  writes_.push_back(
      [this, list = live.record.number, entry] { return tables_.SaveEntry(list, entry); });
}

absl::Status Hub::Flush() {
  if (writes_.empty()) return absl::OkStatus();
  const absl::Status status = file_.Change([this]() -> absl::Status {
    for (const auto& write : writes_) WISSEL_RETURN_IF_ERROR(write());
    return absl::OkStatus();
  });
  if (status.ok()) {
    writes_.clear();
  } else {
    Log(LogLevel::kError, "the lists cannot be written",
        {{"reason", std::string_view(status.message().data(), status.message().size())}});
  }
  return status;
}

const Entry* Hub::Find(Place place) const {
  const auto it = lists_.find(place.list);
  return it == lists_.end() ? nullptr : it->second.list.Find(place.entry);
}

// --- Starting, and what comes from outside

std::vector<ItemId> Hub::OpenItems() const {
  std::vector<ItemId> items;
  for (const auto& [number, live] : lists_) {
    for (const auto& [place, entry] : live.list.entries()) {
      if (entry.item) items.push_back(*entry.item);
    }
  }
  return items;
}

void Hub::Begin(const std::vector<ItemFact>& facts) {
  begun_ = true;
  std::unordered_map<std::string, ItemFact> latest;
  for (const ItemFact& fact : facts) {
    auto [it, added] = latest.emplace(fact.contact, fact);
    if (!added && it->second.item < fact.item) it->second = fact;
  }
  std::vector<Place> open;
  for (const auto& [number, live] : lists_) {
    for (const auto& [place, entry] : live.list.entries()) {
      if (entry.state == EntryState::kOpen) open.push_back({number, place});
    }
  }
  for (const Place place : open) {
    const Entry& entry = *Find(place);
    const auto fact = latest.find(entry.contact);
    if (fact != latest.end() && fact->second.item.value() > entry.last_item) {
      OnFact(fact->second);
    } else if (entry.item) {
      // It has ended so long ago that the engine has forgotten it.
      Conclude(place, AttemptEnd::kLost, 1, std::nullopt);
    } else {
      to_make_.push_back({place, entry.items});
    }
  }
}

void Hub::OnFacts(const std::vector<ItemFact>& facts) {
  if (!begun_) return;  // Begin's are later
  for (const ItemFact& fact : facts) OnFact(fact);
}

void Hub::OnErased(const std::vector<std::string>& contacts) {
  for (const std::string& contact : contacts) {
    const auto it = by_contact_.find(contact);
    if (it == by_contact_.end()) continue;
    const Place place = it->second;
    const Entry& entry = *Find(place);
    if (entry.item) {
      Withdraw(*entry.item);
    } else if (entry.state == EntryState::kPending) {
      Put(At(place.list), Ended(entry, EntryState::kWithdrawn, now()));
    } else {
      gone_.insert(place);  // its item is being made
    }
  }
}

// --- Time

void Hub::TryAgain() {
  if (!again_) again_ = now() + kTryAgain;
}

std::optional<Instant> Hub::OnTime(Instant t) {
  if (!begun_) return std::nullopt;
  if (again_ && *again_ <= t) {
    again_.reset();
    for (const auto& [place, attempt] : std::exchange(make_again_, {})) Make(place, attempt);
    for (const ItemId item : std::exchange(withdraw_again_, {})) Withdraw(item);
    for (const auto& [place, fact] : std::exchange(mark_again_, {})) ConcludeWithMark(place, fact);
  }
  int room = kMostAtOnce;
  for (auto& [number, live] : lists_) {
    for (const Entry& entry : live.list.Over(t, room)) {
      Put(live, entry);
      store_.End(entry.contact, t, "", [](const absl::StatusOr<bool>&) {});
      --room;
    }
    for (const Entry& entry : live.list.Next(t, room)) {
      Put(live, entry);
      to_make_.push_back({{number, entry.number}, entry.items});
      --room;
    }
  }
  if (!Flush().ok()) return t + kTryAgain;
  for (const auto& [place, attempt] : std::exchange(to_make_, {})) Make(place, attempt);
  if (room <= 0) return t;
  std::optional<Instant> wake;
  const auto sooner = [&](Instant at) { wake = wake ? std::min(*wake, at) : at; };
  if (again_) sooner(*again_);
  for (const auto& [number, live] : lists_) {
    if (const std::optional<Instant> next = live.list.NextTime()) sooner(*next);
  }
  return wake;
}

}  // namespace wissel::outbound
