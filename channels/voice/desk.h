// All calls that are under way: between the SIP door, the engine, and whoever looks on. Belongs to
// the voice thread (voice.cc); answers of the shard come back to it as tasks.
//
// Invariants: nobody is queued before the contact and its item are durable; a call is kept while a
// leg is not ended or its item is not settled.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "channels/voice/places.h"
#include "channels/voice/voice.h"

namespace wissel::voice {

// Of an item of a channel that is talked in; the phone is looked up later.
std::optional<ItemFact> FactOf(const Engine& engine, const Item& item);

class Desk : public SipListener {
 public:
  using Task = std::function<void()>;
  // `post` puts a task on the voice thread, from any thread.
  Desk(Shard& shard, contacts::ContactStore& store, const VoiceOptions& options,
       std::function<void(Task)> post);

  void UseDoor(SipDoor* door) { door_ = door; }

  // --- From the phones
  std::optional<Refusal> OnInvite(uint64_t call, const Invitation& invitation) override;
  void OnRinging(LegKey key) override;
  void OnAnswered(LegKey key, std::string sdp) override;
  void OnFailed(LegKey key, int status) override;
  void OnReinvite(LegKey key, std::string sdp) override;
  void OnAck(LegKey key, std::string sdp) override;
  void OnEnded(LegKey key) override;
  void OnRefer(LegKey key, std::string user, std::string uri) override;
  void OnRefresh(LegKey key) override;

  // --- From the engine
  void OnFacts(const std::vector<ItemFact>& facts);
  void OnLinesMoved() { lines_moved_ = true; }

  // Does what is due; when it wants to be called again.
  std::optional<Instant> OnTime();
  void EndAll();
  size_t calls() const { return calls_.size(); }

  // --- From the desk
  struct Seen {
    uint64_t call = 0;
    std::string name;
    ItemFact fact;
    Call::View view;
  };
  std::optional<Seen> See(ItemId item) const;
  // Told of every change of a call's view.
  void Watch(std::function<void(ItemId)> changed) { changed_ = std::move(changed); }
  void HangUp(ItemId item);
  absl::Status Dial(const ItemFact& fact, const std::string& number, const std::string& name);

 private:
  struct Entry {
    std::optional<Call> call;  // none: its item is on its way
    Invitation invitation;
    std::string name;  // "calls/..."
    ItemId item;
    int asking = 0;  // commands whose outcome is not known yet
    bool gone = false;
    std::optional<Instant> timer;
    Call::View shown;
  };

  Call* Find(uint64_t call);
  void Store(uint64_t number, const std::string& queue);
  void Enter(uint64_t number, const contacts::Contact& contact);
  void OnEntered(uint64_t number, const absl::Status& status, std::optional<ItemFact> fact);
  void Apply(uint64_t number);
  void Perform(uint64_t number, const Entry& entry, const Ring& ring);
  void Put(uint64_t number, const Ask& ask);
  std::optional<CommandBody> CommandFor(const Ask& ask) const;
  void Retime(uint64_t number, Entry& entry);
  void LookAtLines(Instant now);
  ItemFact WithPhone(ItemFact fact) const;
  std::optional<Target> TargetOf(const std::string& user, const std::string& uri);

  Shard& shard_;
  contacts::ContactStore& store_;
  const VoiceOptions& options_;
  const std::function<void(Task)> post_;
  SipDoor* door_ = nullptr;
  Admission admission_;
  Destinations destinations_;
  std::map<uint64_t, Entry> calls_;
  std::map<ItemId, uint64_t> by_item_;
  std::map<std::string, uint64_t> entering_;  // by the contact's name: no item is known yet
  std::set<std::pair<Instant, uint64_t>> timers_;
  std::function<void(ItemId)> changed_ = [](ItemId) {};
  uint64_t dialled_ = uint64_t{1} << 48;  // numbers of calls that we make: apart from the door's
  bool lines_moved_ = true;
  bool lines_asked_ = false;
  Instant lines_at_;
};

}  // namespace wissel::voice
