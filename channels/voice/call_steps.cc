// What the state of a call asks for next: who is to be rung, what is to be joined, held or ended.
#include <utility>

#include "channels/voice/call.h"
#include "channels/voice/sdp_text.h"

namespace wissel::voice {
namespace {

bool IsHere(ItemState state) {
  return state == ItemState::kActive || state == ItemState::kHeld || state == ItemState::kParked;
}

}  // namespace

// The item has ended, is being wrapped up, or has become another kind of contact.
bool Call::IsReleased() const {
  if (IsEnded(fact_.state) || fact_.state == ItemState::kWrapping) return true;
  if (fact_.state == ItemState::kAwaitingCustomer) return true;
  if (outgoing_) {
    return IsUntouched(fact_.state) && !transferring_ && !(customer_ && customer_->talked);
  }
  return IsPromised();
}

// A callback has been promised to the caller: the item waits on without the call.
bool Call::IsPromised() const {
  return !outgoing_ && fact_.channel != Channel::kVoice && !IsHere(fact_.state);
}

bool Call::WantsAgent() const {
  if (fact_.agent.empty() || fact_.offer == gave_up_on_) return false;
  if (IsHere(fact_.state)) return true;
  return fact_.state == ItemState::kOffered && rules_.ring_at_offer;
}

bool Call::waits_in_line() const {
  return !over_ && customer_ && customer_->state == LegState::kCalling &&
         (fact_.state == ItemState::kWaiting || fact_.state == ItemState::kOffered) && !far_;
}

bool Call::settled() const {
  if (!over_ || ask_again_at_) return false;
  if (IsEnded(fact_.state) || fact_.state == ItemState::kWrapping) return true;
  if (fact_.state == ItemState::kAwaitingCustomer || IsPromised()) return true;
  // Of an outgoing call it waits on, to be called again.
  return outgoing_ &&
         (!asked_for_ || IsUntouched(fact_.state) || fact_.state == ItemState::kOffered);
}

void Call::Step(Instant now) {
  if (over_) {
    Settle(now);
    return;
  }
  if (outside_.empty() && IsReleased()) return Finish(Side::kCenter, now);
  if (far_ && !far_->outside &&
      (!outside_.empty() || far_->offer != fact_.offer ||
       (!IsHere(fact_.state) && !WantsAgent()))) {
    if (!transferring_) EndFar();
  }
  if (!far_ && !outside_.empty()) RingOutside(outside_, now);
  if (!far_ && outside_.empty() && !transferring_ && WantsAgent()) RingAgent(now);
  const bool missed = !far_ && gave_up_on_ == fact_.offer && !transferring_ && outside_.empty();
  const bool may_return = fact_.state == ItemState::kActive || fact_.state == ItemState::kHeld;
  if (missed && may_return && !std::exchange(miss_told_, true)) Want(Wish::kMissAgent);
  if (!over_ && far_ && far_->state == LegState::kOffering) Answer(now);
  if (!over_) StepMedia(now);
  if (!over_) Show(now);
}

// Each thing is asked once for each state of the item: what changed since may need another.
void Call::Settle(Instant) {
  if (outgoing_ && !joined_) return;  // the agent may dial again
  if (IsPromised()) return;
  const auto key = std::pair(fact_.state, fact_.offer);
  if (asked_for_ == key) return;
  if (IsUntouched(fact_.state) || fact_.state == ItemState::kOffered) {
    if (outgoing_) return;
    asked_for_ = key;
    return Want(Wish::kAbandon);
  }
  if (fact_.state == ItemState::kActive || fact_.state == ItemState::kHeld) {
    asked_for_ = key;
    Want(Wish::kWrapUp);
  }
}

void Call::RingAgent(Instant now) {
  if (fact_.phone.empty()) return AgentMissed(480);
  Leg& leg = far_.emplace();
  tries_ = 0;
  leg.id = NewLeg();
  leg.offer = fact_.offer;
  leg.since = now;
  // A caller who still waits has made an offer that the phone can answer; who has talked already
  // is asked again once the phone has made one (RFC 3725, flow I).
  if (customer_ && customer_->state == LegState::kCalling) leg.told = customer_->said;
  Do(Ring{leg.id, fact_.phone, false, leg.told});
}

void Call::RingOutside(const std::string& uri, Instant now) {
  Leg& leg = far_.emplace();
  leg.id = NewLeg();
  leg.outside = true;
  leg.since = now;
  Do(Ring{leg.id, uri, true, ""});
}

void Call::RingCustomer(Instant now) {
  Leg& leg = customer_.emplace();
  leg.id = NewLeg();
  leg.since = now;
  Do(Ring{leg.id, number_, true, ""});
}

// The far phone was picked up.
void Call::Answer(Instant now) {
  if (far_->talked || exchange_ != Exchange::kNone) return;
  if (!far_->outside && !IsHere(fact_.state)) {
    if (accepted_ == fact_.offer) return;
    accepted_ = fact_.offer;
    return Want(Wish::kAccept);  // joined once the engine has agreed
  }
  if (outgoing_ && !customer_) {
    // They wait on the line until the customer has picked up (RFC 3725, flow III).
    far_->told = InactiveAnswer(far_->said);
    far_->state = LegState::kUp;
    far_->talked = true;
    Do(Acknowledge{far_->id, far_->told});
    return RingCustomer(now);
  }
  if (!customer_ || customer_->state != LegState::kCalling) return;  // joined by re-INVITE
  customer_->state = LegState::kUp;
  customer_->talked = true;
  customer_->ack_due = true;
  customer_->told = far_->said;
  Do(Accept{customer_->id, far_->said});
  if (!customer_->said.empty()) return Joined(*far_, "");
  exchange_ = Exchange::kThrough;
  from_ = customer_->id;
  to_ = far_->id;
}

// The side that made an offer gets its answer: now they talk.
void Call::Joined(Leg& joining, const std::string& answer) {
  joining.state = LegState::kUp;
  joining.talked = true;
  if (!answer.empty()) joining.told = answer;
  Do(Acknowledge{joining.id, answer});
  media_ = Media::kTalking;
  joined_ = true;
  tries_ = 0;
}

// One side has an offer that the other has to answer. True when something was begun.
bool Call::Join(Instant now) {
  if (!customer_ || !far_) return false;
  Leg& joining = far_->state == LegState::kOffering ? *far_ : *customer_;
  Leg& standing = far_->state == LegState::kOffering ? *customer_ : *far_;
  if (joining.state != LegState::kOffering || standing.state != LegState::kUp) return false;
  if (&joining == &*far_ && !far_->outside && !IsHere(fact_.state)) return false;
  if (tries_ >= kMostTries) {
    const bool fresh = &joining == &*far_ && !far_->talked;
    if (fresh) Do(End{far_->id});
    fresh ? FarIsGone(now, 488) : Finish(Side::kCenter, now);
    return true;
  }
  exchange_ = Exchange::kJoin;
  from_ = joining.id;
  to_ = standing.id;
  Reask(standing, joining.said);
  return true;
}

// Everybody who is there stops sending.
void Call::Hold() {
  exchange_ = Exchange::kHold;
  open_ = 0;
  for (std::optional<Leg>* leg : {&customer_, &far_}) {
    if (!*leg || (*leg)->state != LegState::kUp) continue;
    ++open_;
    Reask(**leg, Inactive((*leg)->told));
  }
  if (open_ == 0) CloseExchange();
}

void Call::StepMedia(Instant now) {
  if (exchange_ != Exchange::kNone || retry_at_) return;
  for (const std::optional<Leg>* leg : {&customer_, &far_}) {
    if (*leg && ((*leg)->ack_due || (*leg)->asked)) return;
  }
  if (Join(now)) return;
  const bool both =
      customer_ && far_ && customer_->state == LegState::kUp && far_->state == LegState::kUp;
  const bool alone = customer_ && customer_->state == LegState::kUp && !both;
  if (tries_ < kMostTries) {
    if (alone && media_ == Media::kNone) {
      media_ = Media::kAlone;
      return Hold();
    }
    if (both && want_held_ && media_ == Media::kTalking && outside_.empty()) {
      media_ = Media::kHeld;
      return Hold();
    }
    const bool rests = media_ == Media::kHeld || media_ == Media::kHeldByPhone;
    if (both && !want_held_ && rests) {
      exchange_ = Exchange::kAskOffer;
      to_ = far_->id;
      return Reask(*far_, "");
    }
  }
  for (std::optional<Leg>* leg : {&customer_, &far_}) {
    if (!*leg || !(*leg)->refresh_due || (*leg)->state != LegState::kUp) continue;
    (*leg)->refresh_due = false;
    exchange_ = Exchange::kRefresh;
    to_ = (*leg)->id;
    open_ = 1;
    return Reask(**leg, std::string((*leg)->told));
  }
}

// The agent's phone has its own key for hold: what it does is what the desk would have done.
void Call::PhoneTurned(const Leg& from) {
  if (!far_ || &from != &*far_ || far_->outside) return;
  const Direction direction = DirectionOf(from.said);
  const bool holds = direction == Direction::kSendOnly || direction == Direction::kInactive;
  if (holds && media_ == Media::kTalking) {
    media_ = Media::kHeldByPhone;
    want_held_ = true;
    FollowPhone();
  } else if (!holds && media_ == Media::kHeldByPhone) {
    media_ = Media::kTalking;
    want_held_ = false;
    FollowPhone();
  }
}

// The engine is asked one thing at a time; what the key has done since is asked when that is so.
void Call::FollowPhone() {
  if (asked_hold_) return;
  const bool held = fact_.state == ItemState::kHeld;
  if (want_held_ == held || (!held && fact_.state != ItemState::kActive)) return;
  asked_hold_ = want_held_;
  Want(want_held_ ? Wish::kHold : Wish::kRetrieve);
}

void Call::Show(Instant now) {
  View next = view_;
  next.agent = far_ && !far_->outside ? fact_.agent : "";
  next.held_by_phone = media_ == Media::kHeldByPhone;
  if (over_) {
    next.stage = Stage::kEnded;
  } else if (!outside_.empty()) {
    next.stage = Stage::kHandedOn;
  } else if (customer_ && customer_->state == LegState::kRinging) {
    next.stage = Stage::kCustomerRinging;
  } else if (media_ == Media::kTalking) {
    next.stage = Stage::kTalking;
  } else if (media_ == Media::kHeld || media_ == Media::kHeldByPhone) {
    next.stage = Stage::kHeld;
  } else {
    next.stage = far_ ? Stage::kAgentRinging : Stage::kQueued;
  }
  if (next == view_) return;
  if (next.stage != view_.stage) next.since = now;
  view_ = next;
}

}  // namespace wissel::voice
