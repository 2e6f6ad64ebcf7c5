// The lists at work: their entries, the items that are made of them, and what becomes of those.
// Belongs to the room's thread (outbound.cc), which calls everything here; answers of the store and
// the shard come back to it as tasks.
//
// An entry that is opened is on the disk before its item is asked for, under a request id made of
// the entry and the attempt: after a restart it is asked for again, and there is one item. What the
// engine has decided is followed: it holds in memory at once and is written as soon as that can be.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/rpc/answer.h"
#include "channels/contacts/contact_store.h"
#include "channels/outbound/core/list.h"
#include "channels/outbound/list_tables.h"
#include "channels/outbound/marks.h"
#include "channels/outbound/messages.h"
#include "router/core/event.h"
#include "router/service/shard.h"
#include "wissel/v1/outbound.pb.h"

namespace wissel::outbound {

// What the engine says of an item that may be an entry's.
struct ItemFact {
  std::string contact;
  ItemId item;
  ItemState state = ItemState::kWaiting;
  int tries = 0;                         // of the engine, that came to nothing
  std::optional<CompletionCause> cause;  // of a completion that was seen
  std::vector<std::string> reasons;
  std::string agent;  // who has it, or had it last; last part of the resource name
};
// None: no item of a list, or a consult about one.
std::optional<ItemFact> FactOf(const Engine& engine, const Item& item);

class Hub {
 public:
  using Task = std::function<void()>;
  // All must outlive it. `post` puts a task on the room's thread, from any thread.
  Hub(Shard& shard, contacts::ContactStore& store, StoreFile& file, Marks& marks,
      std::string region, std::function<void(Task)> post);

  // Before the thread runs.
  absl::Status Load();
  std::vector<ItemId> OpenItems() const;

  // --- What comes from the engine and the store
  // `facts`: of the items that live, and of those that OpenItems named as far as they are known.
  void Begin(const std::vector<ItemFact>& facts);
  bool begun() const { return begun_; }
  void OnFacts(const std::vector<ItemFact>& facts);
  void OnErased(const std::vector<std::string>& contacts);

  // --- Time: ends and opens what is due; when it wants to be called again.
  std::optional<Instant> OnTime(Instant now);

  // --- OutboundService (list_calls.cc, entry_calls.cc)
  void Create(const rpc::Caller&, const v1::CreateOutboundListRequest&, Answer<v1::OutboundList>);
  void Get(const rpc::Caller&, const v1::GetOutboundListRequest&, Answer<v1::OutboundList>);
  void ListAll(const rpc::Caller&, const v1::ListOutboundListsRequest&,
               Answer<v1::ListOutboundListsResponse>);
  void Update(const rpc::Caller&, const v1::UpdateOutboundListRequest&, Answer<v1::OutboundList>);
  void StartList(const rpc::Caller&, const v1::ChangeOutboundListRequest&,
                 Answer<v1::OutboundList>);
  void PauseList(const rpc::Caller&, const v1::ChangeOutboundListRequest&,
                 Answer<v1::OutboundList>);
  void StopList(const rpc::Caller&, const v1::ChangeOutboundListRequest&, Answer<v1::OutboundList>);
  void AddEntries(const rpc::Caller&, const v1::AddOutboundEntriesRequest&,
                  Answer<v1::AddOutboundEntriesResponse>);
  void ListEntries(const rpc::Caller&, const v1::ListOutboundEntriesRequest&,
                   Answer<v1::ListOutboundEntriesResponse>);
  void GetEntry(const rpc::Caller&, const v1::GetOutboundEntryRequest&, Answer<v1::OutboundEntry>);

 private:
  using Contact = contacts::Contact;
  using Result = v1::AddOutboundEntryResult;
  struct Live {
    ListRecord record;
    List list;
    std::string last_refusal;
  };
  struct Place {
    int64_t list = 0;
    int64_t entry = 0;

    auto operator<=>(const Place&) const = default;
  };
  // A callback for the store, whose result comes back on this thread.
  template <class T>
  std::function<void(absl::StatusOr<T>)> Here(std::function<void(absl::StatusOr<T>)> then) {
    return [post = post_, then = std::move(then)](absl::StatusOr<T> result) {
      post([then, result = std::move(result)] { then(result); });
    };
  }

  // The entry as it is from now on; written with the next Flush.
  void Put(Live& live, const Entry& entry);
  // What is to be written, in one transaction. UNAVAILABLE: it stays to be written.
  absl::Status Flush();
  // Null: there is no such entry without an outcome.
  const Entry* Find(Place place) const;
  Live& At(int64_t list) { return lists_.at(list); }

  // --- One attempt (attempts.cc)
  // Its item, unless a mark forbids it or the person is gone.
  void Make(Place place, int attempt);
  void Enter(Place place, int attempt, const Contact& contact);
  void OnMade(Place place, int attempt, const absl::StatusOr<ItemId>& item);
  void OnFact(const ItemFact& fact);
  AttemptEnd EndOf(const ListRecord& list, const ItemFact& fact) const;
  // `fact`: none where no item was made, or what became of it is not known.
  void Conclude(Place place, AttemptEnd end, int tries, const std::optional<ItemFact>& fact);
  // The customer wants no more calls: their number is marked with the outcome.
  void ConcludeWithMark(Place place, const ItemFact& fact);
  void Withdraw(ItemId item);
  // After a while.
  void TryAgain();

  // --- Calls
  absl::StatusOr<Live*> FindList(const std::string& name, std::string_view field);
  absl::StatusOr<v1::OutboundList> ListProto(const Live& live);
  absl::Status CheckList(const ListRecord& list) const;
  absl::Status Save(Live& live, ListRecord record);
  void ChangePhase(const std::string& name, Phase phase, const Answer<v1::OutboundList>& answer);
  struct Adding;
  void StartContact(const std::shared_ptr<Adding>& adding, size_t index);
  void FinishAdding(const std::shared_ptr<Adding>& adding);
  absl::Status AddAll(const Adding& adding, std::vector<std::pair<size_t, Entry>>& added);
  std::string KeyHash(const ListRecord& list, const std::string& key) const;
  std::string SaidHash(const std::string& said) const;
  void Show(const EntryPlace& place, const Answer<v1::OutboundEntry>& answer);
  void ShowIfMay(const rpc::Caller& caller, const EntryPlace& place, std::optional<ItemId> item,
                 const Answer<v1::OutboundEntry>& answer);

  Instant now() const { return shard_.now(); }

  Shard& shard_;
  contacts::ContactStore& store_;
  StoreFile& file_;
  ListTables tables_;
  Marks& marks_;
  const std::string region_;
  const std::function<void(Task)> post_;

  bool begun_ = false;
  std::map<int64_t, Live> lists_;  // by their number
  std::map<std::string, int64_t, std::less<>> by_id_;
  std::unordered_map<std::string, Place> by_contact_;  // entries without an outcome
  // To be written, in order.
  std::deque<std::function<absl::Status()>> writes_;
  // To be done once those are written; of entries that have been opened.
  std::vector<std::pair<Place, int>> to_make_;
  // Whose person was erased while their item was being made.
  std::set<Place> gone_;
  // What did not work for want of room, and is tried again at `again_`.
  std::set<std::pair<Place, int>> make_again_;
  std::set<ItemId> withdraw_again_;
  std::vector<std::pair<Place, ItemFact>> mark_again_;
  std::optional<Instant> again_;
};

}  // namespace wissel::outbound
