// Writes the scripts of a recording: is told each command with the events that it led to, and the
// events that time alone led to, in order.
//
// Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "forecasting/core/recording.h"

namespace wissel::forecasting {

class ScriptWriter {
 public:
  // With what lives in `engine` when the period begins. `recording` and `engine` outlive it.
  ScriptWriter(const Engine& engine, Recording& recording);

  // Before the engine carries it out; its events follow through Write.
  void Write(const CommandBody& command, Instant at, Place place);
  // After the engine has recorded it.
  void Write(const Event& event);
  // What is still under way is known up to here.
  void Finish(Instant until);

 private:
  // An item that has not ended.
  struct Living {
    uint32_t script = 0;
    QueueId queue;
    Instant wait_began;
    Instant offered;
    bool offer_open = false;
    bool assigned = false;
    Duration worked;        // up to working_since
    Instant working_since;  // parked_since, while parked
    bool parked = false;    // or set aside
    uint32_t times_parked = 0;
    std::optional<Duration> wrap_began;  // after so much work
  };
  // An agent who has missed an offer and done nothing since.
  struct Missed {
    uint32_t script = 0;
    uint32_t stay = 0;
    uint32_t answer = 0;
    Instant at;
  };

  void Begin(const Item& item, Instant from);

  // Commands that leave a mark of their own; a mark is made before the events of the command.
  void On(const CreateItem& c);
  void On(const UpdateItem& c) { Intervene(c.item, c); }
  void On(const TransferItem& c) { Intervene(c.item, c); }
  void On(const PromiseCallback& c) { Intervene(c.item, c); }
  void On(const PauseItem& c) { Intervene(c.item, c); }
  void On(const ResumeItem& c) { Intervene(c.item, c); }
  void On(const InformItem& c) { Intervene(c.item, c); }
  void On(const PromiseWait& c) { Intervene(c.item, c); }
  void On(const ForceAssign& c) { Intervene(c.item, c); }
  void On(const PullBack& c);
  void On(const AbandonItem& c) { Depart(c.item, false); }
  void On(const CancelItem& c) { Depart(c.item, true); }
  void On(const AcceptOffer& c) { Reply(c.agent, c.offer, Answer::Kind::kAccepted); }
  void On(const DeclineOffer& c) { Reply(c.agent, c.offer, Answer::Kind::kDeclined); }
  void On(const HoldItem& c) { Do(c.item, Act::Kind::kHold); }
  void On(const RetrieveItem& c) { Do(c.item, Act::Kind::kRetrieve); }
  void On(const WrapUpItem& c) { Do(c.item, Act::Kind::kWrapUp); }
  void On(const CompleteItem& c) { Do(c.item, Act::Kind::kComplete).reason_codes = c.reason_codes; }
  void On(const ReturnItem& c) { Do(c.item, Act::Kind::kReturn); }
  void On(const MissCustomer& c) { Do(c.item, Act::Kind::kMissCustomer); }
  void On(const MissAgent& c) { Do(c.item, Act::Kind::kMissAgent); }
  void On(const TransferAssignment& c);
  void On(const StartConsult& c);
  void On(const TransferConsult& c) { Do(c.item, Act::Kind::kHandOver); }
  void On(const EndConsult& c) { Do(c.item, Act::Kind::kEndConsult); }
  void On(const MarkConference& c) { Do(c.item, Act::Kind::kConference).conference = c.on; }
  void On(const SetAside& c) { Do(c.item, Act::Kind::kSetAside); }
  void On(const WakeItem& c) { Do(c.item, Act::Kind::kWake); }
  void On(const SignIn& c) { Attend(c.agent, c); }
  void On(const SignOut& c) { Attend(c.agent, c); }
  void On(const SetPresence& c);
  void On(const LoseLease& c) { Attend(c.agent, c); }
  void On(const RestoreLease& c) { Attend(c.agent, c); }
  // Everything else is of the center.
  template <class Other>
  void On(const Other& c) {
    Configure(c);
  }

  void Configure(CommandBody command);
  void Intervene(ItemId id, const CommandBody& command);
  void Depart(ItemId id, bool withdrawn);
  void Reply(AgentId agent, OfferId offer, Answer::Kind kind);
  Act& Do(ItemId id, Act::Kind kind);
  void Attend(AgentId agent, const CommandBody& command);

  void After(const ItemEntered& e);
  void After(const ItemTransferred& e);
  void After(const ItemOverflowed& e) { living_.at(e.item).queue = e.to_queue; }
  void After(const ItemReturned& e);
  void After(const ItemAbandoned& e);
  void After(const ItemCancelled& e) { EndUnanswered(e.item); }
  void After(const ItemExpired& e) { EndUnanswered(e.item); }
  void After(const ItemMerged& e) { EndUnanswered(e.item); }
  void After(const ItemInformed& e) { EndUnanswered(e.item); }
  void After(const ItemPostponed& e) { WaitAgain(living_.at(e.item)); }
  void EndUnanswered(ItemId id);
  void After(const OfferMade& e);
  void After(const OfferAccepted& e);
  void After(const ItemAssigned& e) { BeginHandling(living_.at(e.item)); }
  void After(const ItemPulledBack& e);
  void BeginHandling(Living& living);
  void After(const OfferMissed& e);
  void After(const OfferDeclined& e) { living_.at(e.item).offer_open = false; }
  void After(const OfferRevoked& e) { CloseUnanswered(living_.at(e.item)); }
  void After(const OfferCancelled& e) { CloseUnanswered(living_.at(e.item)); }
  void After(const ItemParked& e) { StandStill(living_.at(e.item)); }
  void After(const ItemResumed& e) { GoOn(living_.at(e.item)); }
  void After(const ItemSetAside& e) { StandStill(living_.at(e.item)); }
  void After(const ItemWoken& e) { GoOn(living_.at(e.item)); }
  void After(const ItemRequeued& e) { WaitAgain(living_.at(e.item)); }
  void After(const ItemHandedOver& e) { living_.at(e.item).queue = e.queue; }
  void StandStill(Living& living);
  void GoOn(Living& living);
  void After(const WrapUpStarted& e);
  void After(const ItemCompleted& e);
  template <class Other>
  void After(const Other&) {}

  Stay& StayOf(const Living& living) { return recording_.items[living.script].stays.back(); }
  Duration Worked(const Living& living) const {
    return living.parked ? living.worked : living.worked + (at_ - living.working_since);
  }
  void CloseUnanswered(Living& living);
  // The wait is over, answered or not.
  void EndWait(Living& living);
  // The agent no longer has it; how far the handling is known stands in its script.
  void EndHandling(Living& living);
  void WaitAgain(Living& living);

  const Engine& engine_;
  Recording& recording_;
  Instant at_;
  Place place_;
  // Asked, never walked through.
  absl::flat_hash_map<ItemId, Living> living_;
  absl::flat_hash_map<AgentId, Missed> missed_;
};

}  // namespace wissel::forecasting
