// One call between a customer and whoever has its work item: two legs of signalling, and what joins
// them. Pure: it is told what the phones did (On...), what the engine says of the item and what
// time it is; it answers with actions for the SIP side and the engine (Take). No clock, socket or
// thread.
//
// It is a controller in the middle of offer and answer (RFC 3264, RFC 3725): media flows between
// the phones, and every description passes through. One exchange of offer and answer at a time;
// whoever comes in between hears 491 and asks again (RFC 3261, 14.2).
//
// Invariants: the engine decides who has the call, this follows; when it is over() every leg has
// been told to end, and the item is settled: abandoned when it waited, wrapped up when it had been
// answered. A command that could not be taken is asked again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "base/time.h"
#include "router/core/item.h"

namespace wissel::voice {

// Within its call.
struct LegTag;
using LegId = StrongId<LegTag, uint32_t>;
inline constexpr LegId kCaller{1};

// What the engine says of the call's item.
struct ItemFact {
  ItemId item;
  ItemState state = ItemState::kWaiting;
  Channel channel = Channel::kVoice;
  OfferId offer;        // the open one, or the accepted one
  std::string agent;    // who is offered it or has it, last part of the resource name
  std::string phone;    // of that agent; empty: none
  std::string contact;  // the resource name: "calls/…", "callbacks/…"
  bool operator==(const ItemFact&) const = default;
};

// --- What the SIP side is to do

struct Inform {  // a provisional response to the customer's INVITE
  LegId leg;
  int status = 182;
  std::string text;
};
struct Accept {  // 200, to an INVITE or a re-INVITE of theirs
  LegId leg;
  std::string sdp;
};
struct Reject {  // a final response of another kind, to the same
  LegId leg;
  int status = 480;
  std::optional<Duration> retry_after = std::nullopt;
};
struct Ring {  // INVITE
  LegId leg;
  std::string uri;
  bool outside = false;  // through a trunk
  std::string sdp;       // empty: they make the offer
};
struct Reinvite {
  LegId leg;
  std::string sdp;  // empty: they make the offer
};
struct Acknowledge {  // their 200 to our INVITE or re-INVITE
  LegId leg;
  std::string sdp;  // the answer, where theirs was the offer
};
struct End {  // CANCEL or BYE
  LegId leg;
};
struct AnswerRefer {
  LegId leg;
  int status = 202;
};
struct Notify {  // how a REFER went (RFC 3515, 2.4.4)
  LegId leg;
  int status = 200;
};

// --- What the engine is to be asked

enum class Wish : uint8_t {
  kAccept,
  kDecline,
  kMissAgent,
  kMissCustomer,
  kAbandon,
  kWrapUp,
  kComplete,
  kHold,
  kRetrieve,
  kTransfer,
};
struct Target {  // exactly one
  std::string queue;
  std::string agent;
  std::string outside;  // URI or number
};
struct Ask {
  Wish wish = Wish::kAbandon;
  ItemFact about;
  Target target = {};
};

using Action = std::variant<Inform, Reject, Accept, Ring, Reinvite, Acknowledge, End, AnswerRefer,
                            Notify, Ask>;

struct CallRules {
  Duration ring_time = Duration::Seconds(20);
  Duration customer_ring_time = Duration::Seconds(45);
  bool ring_at_offer = false;
};

enum class Side : uint8_t { kCustomer = 1, kAgent = 2, kCenter = 3 };

class Call {
 public:
  // The customer calls, with an offer or without; the item has entered.
  static Call Incoming(CallRules rules, std::string offer, ItemFact fact, Instant now);
  // The agent who has the item calls the customer: their own phone rings first.
  static Call Outgoing(CallRules rules, std::string number, ItemFact fact, Instant now);

  // --- What happens
  void OnFact(const ItemFact& fact, Instant now);
  // Of a caller who waits. Nothing of the wait where it cannot be told.
  void OnPlace(int64_t place, std::optional<std::pair<int64_t, int64_t>> minutes, Instant now);
  void OnRinging(LegId leg, Instant now);
  void OnAnswered(LegId leg, std::string sdp, Instant now);  // our INVITE or re-INVITE
  void OnFailed(LegId leg, int status, Instant now);         // the same
  void OnReinvite(LegId leg, std::string sdp, Instant now);
  void OnAck(LegId leg, std::string sdp, Instant now);
  // They hung up, gave up (CANCEL), or cannot be reached any more.
  void OnEnded(LegId leg, Instant now);
  // Of the agent's phone; the target has been looked up and is allowed.
  void OnRefer(LegId leg, Target target, Instant now);
  void OnRefresh(LegId leg, Instant now);  // its session is to be kept alive (RFC 4028)
  void OnHangUp(Instant now);              // at the desk
  void OnShutDown(Instant now);            // the connection is lost for both
  enum class Outcome { kDone, kRefused, kTryAgain };
  void OnOutcome(Wish wish, Outcome outcome, Instant now);
  void OnTime(Instant now);
  std::optional<Instant> NextTime() const;

  // What is to be done, in order; each once.
  std::vector<Action> Take();

  // --- What is seen
  enum class Stage : uint8_t {
    kQueued = 1,
    kAgentRinging = 2,
    kCustomerRinging = 3,
    kTalking = 4,
    kHeld = 5,
    kHandedOn = 6,
    kEnded = 7,
  };
  struct View {
    Stage stage = Stage::kQueued;
    Instant since;
    std::string agent;
    bool held_by_phone = false;
    Side ended_by = Side::kCenter;
    bool operator==(const View&) const = default;
  };
  const View& view() const { return view_; }
  const ItemFact& fact() const { return fact_; }
  bool over() const { return over_; }
  // Over, and nothing is left to be asked of the engine.
  bool settled() const;
  bool waits_in_line() const;

 private:
  enum class LegState : uint8_t { kCalling, kRinging, kOffering, kUp };
  struct Leg {
    LegId id;
    LegState state = LegState::kRinging;
    OfferId offer;         // of an agent's leg: which offer or assignment it rings for
    bool outside = false;  // neither the customer nor an agent
    bool talked = false;
    bool ack_due = false;    // theirs, of our 200
    bool asked = false;      // our re-INVITE is out
    bool for_offer = false;  // the same, without a description
    bool refresh_due = false;
    std::string said;  // the last description from them
    std::string told;  // the last one that they were given
    Instant since;
  };
  enum class Media : uint8_t { kNone, kTalking, kHeld, kHeldByPhone, kAlone };
  enum class Exchange : uint8_t {
    kNone,
    kThrough,   // their offerless INVITE: our 200 has the phone's offer, the ACK will answer it
    kJoin,      // one side's offer is put to the other by re-INVITE
    kAskOffer,  // a side that was on hold is asked for a new offer
    kPass,      // a re-INVITE of one is put to the other
    kPassAck,   // an offerless one: its ACK will bring the answer
    kHold,      // all sides get inactive descriptions
    kRefresh,
  };

  // Then a phone that refuses every description is no phone to talk with.
  static constexpr int kMostTries = 3;

  Call(CallRules rules, Instant now) : rules_(rules) { view_.since = now; }

  Leg* Find(LegId id);
  Leg* Other(LegId id);
  bool Rings() const;
  LegId NewLeg() { return LegId(next_leg_++); }

  // Whatever the state calls for next (call_steps.cc).
  void Step(Instant now);
  void Settle(Instant now);
  bool IsReleased() const;
  bool WantsAgent() const;
  bool IsPromised() const;
  void RingAgent(Instant now);
  void RingOutside(const std::string& uri, Instant now);
  void RingCustomer(Instant now);
  void Answer(Instant now);
  bool Join(Instant now);
  void Hold();
  void StepMedia(Instant now);
  void Show(Instant now);

  void FarIsGone(Instant now, int status);
  void AgentMissed(int status);
  void Finish(Side by, Instant now);
  void Want(Wish wish, Target target = {});
  void Do(Action action) { actions_.push_back(std::move(action)); }
  void EndFar();
  void LeftAlone();
  void Reask(Leg& leg, const std::string& sdp);
  void CloseExchange();
  void AbortExchange();
  void Joined(Leg& joining, const std::string& answer);
  void PhoneTurned(const Leg& from);
  void FollowPhone();
  bool Passed(Leg& leg, const std::string& sdp);

  CallRules rules_;
  ItemFact fact_;
  bool outgoing_ = false;
  std::string number_;
  std::optional<Leg> customer_;
  std::optional<Leg> far_;  // the agent's, or an outside one
  Media media_ = Media::kNone;
  bool want_held_ = false;
  std::optional<bool> asked_hold_;  // of the engine, for the phone's key; until it is so
  Exchange exchange_ = Exchange::kNone;
  LegId from_, to_;  // of the exchange: who asked, who is asked
  int open_ = 0;     // of kHold: answers still to come
  int tries_ = 0;
  std::optional<Instant> retry_at_;

  bool over_ = false;
  bool joined_ = false;                 // at some time they have talked
  std::string outside_;                 // handed on to it
  std::optional<Target> transferring_;  // the engine has been asked
  OfferId gave_up_on_;                  // its phone did not answer
  bool miss_told_ = false;              // the engine has been asked, in this state
  OfferId accepted_;                    // the engine has been asked to accept it
  std::optional<std::pair<ItemState, OfferId>> asked_for_;  // what was asked at the end
  std::optional<Instant> ask_again_at_;
  std::vector<Wish> again_;

  int64_t told_place_ = 0;
  std::optional<std::pair<int64_t, int64_t>> told_minutes_;
  Instant informed_at_;
  std::string informed_text_;

  uint32_t next_leg_ = kCaller.value() + 1;
  View view_;
  std::vector<Action> actions_;
};

}  // namespace wissel::voice
