#include "channels/voice/call.h"

#include <algorithm>
#include <utility>

#include "channels/voice/sdp_text.h"
#include "fmt/format.h"

namespace wissel::voice {
namespace {

// RFC 3261, 13.3.1.1: a proxy gives up three minutes after the last provisional response; one a
// minute keeps the call waiting.
constexpr Duration kInformAgain = Duration::Seconds(55);
constexpr Duration kAskAgain = Duration::Seconds(1);

// The dialog is gone (RFC 3261, 12.2.1.2).
bool EndsDialog(int status) { return status == 481 || status == 408; }

// Whoever holds the phone said no; anything else: nobody could say anything.
bool IsDeclined(int status) { return status == 486 || status == 600 || status == 603; }

bool IsHere(ItemState state) {
  return state == ItemState::kActive || state == ItemState::kHeld || state == ItemState::kParked;
}

}  // namespace

Call Call::Incoming(CallRules rules, std::string offer, ItemFact fact, Instant now) {
  Call call(rules, now);
  call.fact_ = std::move(fact);
  Leg& leg = call.customer_.emplace();
  leg.id = kCaller;
  leg.state = LegState::kCalling;
  leg.said = std::move(offer);
  leg.since = now;
  call.informed_at_ = now;
  call.Do(Inform{kCaller, 182, "Queued"});
  call.Step(now);
  return call;
}

Call Call::Outgoing(CallRules rules, std::string number, ItemFact fact, Instant now) {
  Call call(rules, now);
  call.fact_ = std::move(fact);
  call.outgoing_ = true;
  call.number_ = std::move(number);
  call.Step(now);
  return call;
}

Call::Leg* Call::Find(LegId id) {
  if (customer_ && customer_->id == id) return &*customer_;
  if (far_ && far_->id == id) return &*far_;
  return nullptr;
}

Call::Leg* Call::Other(LegId id) {
  if (customer_ && customer_->id == id) return far_ ? &*far_ : nullptr;
  return customer_ ? &*customer_ : nullptr;
}

std::vector<Action> Call::Take() { return std::exchange(actions_, {}); }

// --- From the engine

void Call::OnFact(const ItemFact& fact, Instant now) {
  const ItemFact before = std::exchange(fact_, fact);
  const bool held = fact.state == ItemState::kHeld || fact.state == ItemState::kParked;
  if (before.state != fact.state || before.offer != fact.offer) {
    if (asked_hold_ && before.offer == fact.offer && IsHere(fact.state)) {
      // The key may have been pressed again since.
      if (held == *asked_hold_) asked_hold_.reset(), FollowPhone();
    } else {
      asked_hold_.reset();
      if (IsHere(fact.state)) want_held_ = held;
    }
    tries_ = 0;
    miss_told_ = false;
  }
  Step(now);
}

void Call::OnPlace(int64_t place, std::optional<std::pair<int64_t, int64_t>> minutes, Instant now) {
  if (!waits_in_line()) return;
  const bool nearer = told_place_ == 0 || place < told_place_;
  const bool sooner = minutes && (!told_minutes_ || minutes->second < told_minutes_->second);
  if (!nearer && !sooner) return;
  told_place_ = told_place_ == 0 ? place : std::min(place, told_place_);
  if (minutes) told_minutes_ = minutes;
  informed_text_ = told_place_ == 1 ? "Next in line" : fmt::format("{} ahead", told_place_ - 1);
  if (told_minutes_) {
    informed_text_ +=
        fmt::format("; {} to {} minutes", told_minutes_->first, told_minutes_->second);
  }
  informed_at_ = now;
  Do(Inform{customer_->id, 182, informed_text_});
}

void Call::OnOutcome(Wish wish, Outcome outcome, Instant now) {
  if (outcome == Outcome::kTryAgain) {
    again_.push_back(wish);
    ask_again_at_ = now + kAskAgain;
    return;
  }
  const bool done = outcome == Outcome::kDone;
  if (wish == Wish::kAccept && !done) {
    gave_up_on_ = accepted_;
    if (far_ && far_->offer == accepted_) EndFar();
  } else if (wish == Wish::kWrapUp && !done && IsHere(fact_.state)) {
    Want(Wish::kComplete);  // its queue has no wrap-up
  } else if ((wish == Wish::kHold || wish == Wish::kRetrieve) && !done) {
    asked_hold_.reset();
  } else if (wish == Wish::kTransfer) {
    transferring_.reset();
    if (far_) Do(Notify{far_->id, done ? 200 : 503});
    if (!far_ && !done) Finish(Side::kAgent, now);
  }
  Step(now);
}

void Call::OnHangUp(Instant now) { Finish(Side::kAgent, now); }
void Call::OnShutDown(Instant now) { Finish(Side::kCenter, now); }

// --- From the phones

void Call::OnRinging(LegId id, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr || leg->state != LegState::kRinging) return;
  if (far_ && leg == &*far_ && customer_ && customer_->state == LegState::kCalling) {
    informed_at_ = now;
    informed_text_ = "Ringing";
    Do(Inform{customer_->id, 180, "Ringing"});
  }
}

void Call::OnAnswered(LegId id, std::string sdp, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr) return;
  if (!sdp.empty()) leg->said = sdp;
  if (leg->state == LegState::kRinging) {
    leg->state = LegState::kOffering;
    leg->since = now;
    return sdp.empty() ? OnFailed(id, 488, now) : Step(now);
  }
  if (!std::exchange(leg->asked, false)) return;
  const bool asked_by_this = exchange_ == Exchange::kHold || id == to_;
  switch (asked_by_this ? exchange_ : Exchange::kNone) {
    case Exchange::kJoin:
      Do(Acknowledge{id, ""});
      if (Leg* joining = Find(from_)) Joined(*joining, sdp);
      break;
    case Exchange::kAskOffer:
      leg->state = LegState::kOffering;
      break;
    case Exchange::kPass:
      if (Passed(*leg, sdp)) return;
      break;
    case Exchange::kHold:
    case Exchange::kRefresh:
      Do(Acknowledge{id, ""});
      if (--open_ > 0) return;
      break;
    default:
      // Of an exchange that was broken off.
      Do(Acknowledge{id, leg->for_offer ? InactiveAnswer(sdp) : ""});
      return Step(now);
  }
  CloseExchange();
  Step(now);
}

// True while the exchange goes on.
bool Call::Passed(Leg& leg, const std::string& sdp) {
  Leg* from = Find(from_);
  if (from == nullptr) {
    Do(Acknowledge{leg.id, leg.for_offer ? InactiveAnswer(sdp) : ""});
    return false;
  }
  from->told = sdp;
  from->ack_due = true;
  Do(Accept{from_, sdp});
  if (leg.for_offer) {
    exchange_ = Exchange::kPassAck;
    return true;
  }
  Do(Acknowledge{leg.id, ""});
  PhoneTurned(*from);
  return false;
}

void Call::OnFailed(LegId id, int status, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr) return;
  if (leg->state == LegState::kRinging || (leg->state == LegState::kOffering && !leg->talked)) {
    if (leg->state == LegState::kOffering) Do(End{id});
    if (far_ && leg == &*far_) return FarIsGone(now, status);
    customer_.reset();
    Want(Wish::kMissCustomer);
    return Finish(Side::kCustomer, now);
  }
  leg->asked = false;
  if (EndsDialog(status)) return OnEnded(id, now);
  if (exchange_ == Exchange::kPass && id == to_) {
    if (Find(from_) != nullptr) Do(Reject{from_, status});
  } else if (exchange_ != Exchange::kNone) {
    // Both asked at once (RFC 3261, 14.1): once more. Anything else would be refused again.
    tries_ = status == 491 ? tries_ + 1 : kMostTries;
    retry_at_ = now + kAskAgain;
    if (exchange_ == Exchange::kHold) {
      media_ = media_ == Media::kHeld ? Media::kTalking : Media::kNone;
      if (--open_ > 0) return;
    }
  }
  CloseExchange();
  Step(now);
}

void Call::OnReinvite(LegId id, std::string sdp, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr) return;
  if (exchange_ != Exchange::kNone || leg->state != LegState::kUp || leg->asked || leg->ack_due) {
    return Do(Reject{id, 491});
  }
  Leg* other = Other(id);
  if (!sdp.empty()) leg->said = sdp;
  const bool through = media_ == Media::kTalking || media_ == Media::kHeldByPhone;
  if (through && other != nullptr) {
    if (other->state != LegState::kUp || other->asked || other->ack_due) {
      return Do(Reject{id, 491});
    }
    exchange_ = Exchange::kPass;
    from_ = id;
    to_ = other->id;
    return Reask(*other, sdp);
  }
  // On hold, or alone: nothing flows, whatever they ask for.
  leg->told = sdp.empty() ? leg->told : InactiveAnswer(sdp);
  leg->ack_due = true;
  Do(Accept{id, leg->told});
  Step(now);
}

void Call::OnAck(LegId id, std::string sdp, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr) return;
  leg->ack_due = false;
  if (!sdp.empty()) leg->said = sdp;
  const bool brings_answer =
      id == from_ && (exchange_ == Exchange::kThrough || exchange_ == Exchange::kPassAck);
  if (brings_answer) {
    Leg* other = Find(to_);
    if (sdp.empty() || other == nullptr) return Finish(Side::kCenter, now);
    if (exchange_ == Exchange::kThrough) {
      Joined(*other, sdp);
    } else {
      other->told = sdp;
      Do(Acknowledge{other->id, sdp});
      PhoneTurned(*leg);
    }
    CloseExchange();
  }
  Step(now);
}

void Call::OnEnded(LegId id, Instant now) {
  Leg* leg = Find(id);
  if (leg == nullptr) return;
  if (customer_ && leg == &*customer_) {
    customer_.reset();
    return Finish(Side::kCustomer, now);
  }
  const bool talked = leg->talked;
  if (talked && !transferring_) {
    far_.reset();
    return Finish(Side::kAgent, now);
  }
  FarIsGone(now, 480);
}

// The agent's phone, or the outside one, is not there any more, and did not hang up on anybody.
void Call::FarIsGone(Instant now, int status) {
  const bool agents = !far_->outside;
  const OfferId offer = far_->offer;
  far_.reset();
  AbortExchange();
  if (!outside_.empty()) return Finish(Side::kCenter, now);
  LeftAlone();
  if (transferring_) return Step(now);
  if (agents && offer == fact_.offer) AgentMissed(status);
  Step(now);
}

// Of an offer only "no" is passed on: otherwise its deadline says that it was missed.
void Call::AgentMissed(int status) {
  gave_up_on_ = fact_.offer;
  if (fact_.state == ItemState::kOffered && IsDeclined(status)) Want(Wish::kDecline);
}

void Call::OnRefer(LegId id, Target target, Instant now) {
  Leg* leg = Find(id);
  const bool may = leg != nullptr && far_ && leg == &*far_ && !leg->outside && leg->talked &&
                   !transferring_ && outside_.empty() && customer_ &&
                   customer_->state == LegState::kUp;
  if (!may) return Do(AnswerRefer{id, 403});
  Do(AnswerRefer{id, 202});
  if (target.outside.empty()) {
    transferring_ = target;
    return Want(Wish::kTransfer, std::move(target));
  }
  Do(Notify{id, 200});
  outside_ = std::move(target.outside);
  Want(Wish::kWrapUp);
  Step(now);
}

void Call::OnRefresh(LegId id, Instant now) {
  if (Leg* leg = Find(id)) leg->refresh_due = true;
  Step(now);
}

// --- Time

std::optional<Instant> Call::NextTime() const {
  std::optional<Instant> next;
  const auto consider = [&](Instant at) { next = next ? std::min(*next, at) : at; };
  if (ask_again_at_) consider(*ask_again_at_);
  if (over_) return next;
  if (retry_at_) consider(*retry_at_);
  if (customer_ && customer_->state == LegState::kCalling) consider(informed_at_ + kInformAgain);
  if (far_ && far_->state == LegState::kRinging) {
    consider(far_->since + (far_->outside ? rules_.customer_ring_time : rules_.ring_time));
  }
  if (customer_ && customer_->state == LegState::kRinging) {
    consider(customer_->since + rules_.customer_ring_time);
  }
  return next;
}

void Call::OnTime(Instant now) {
  if (ask_again_at_ && now >= *ask_again_at_) {
    ask_again_at_.reset();
    for (Wish wish : std::exchange(again_, {})) {
      Want(wish, wish == Wish::kTransfer ? transferring_.value_or(Target()) : Target());
    }
  }
  if (over_) return;
  if (retry_at_ && now >= *retry_at_) retry_at_.reset();
  if (customer_ && customer_->state == LegState::kCalling && now >= informed_at_ + kInformAgain) {
    informed_at_ = now;
    Do(Inform{customer_->id, 182, informed_text_.empty() ? "Queued" : informed_text_});
  }
  const auto rang_out = [&](const std::optional<Leg>& leg, Duration time) {
    return leg && leg->state == LegState::kRinging && now >= leg->since + time;
  };
  if (rang_out(far_, far_ && far_->outside ? rules_.customer_ring_time : rules_.ring_time)) {
    Do(End{far_->id});
    return FarIsGone(now, 408);
  }
  if (rang_out(customer_, rules_.customer_ring_time)) {
    Do(End{customer_->id});
    customer_.reset();
    Want(Wish::kMissCustomer);
    return Finish(Side::kCustomer, now);
  }
  Step(now);
}

// --- The end

void Call::Finish(Side by, Instant now) {
  if (over_) return Settle(now);
  over_ = true;
  transferring_.reset();
  if (customer_) {
    if (customer_->state == LegState::kCalling) {
      Do(Reject{customer_->id, 480});
    } else {
      Do(End{customer_->id});
    }
  }
  if (far_) Do(End{far_->id});
  customer_.reset();
  far_.reset();
  CloseExchange();
  view_.ended_by = by;
  Settle(now);
  Show(now);
}

void Call::EndFar() {
  Do(End{far_->id});
  far_.reset();
  AbortExchange();
  LeftAlone();
}

// Who was on hold at the desk knows already that nothing flows.
void Call::LeftAlone() { media_ = media_ == Media::kHeld ? Media::kAlone : Media::kNone; }

void Call::Want(Wish wish, Target target) { Do(Ask{wish, fact_, std::move(target)}); }

void Call::Reask(Leg& leg, const std::string& sdp) {
  leg.asked = true;
  leg.for_offer = sdp.empty();
  if (!sdp.empty()) leg.told = sdp;
  Do(Reinvite{leg.id, sdp});
}

// The other side has gone in the middle of it.
void Call::AbortExchange() {
  if (exchange_ == Exchange::kPass && Find(from_) != nullptr) Do(Reject{from_, 491});
  if (exchange_ == Exchange::kPassAck) {
    if (const Leg* to = Find(to_)) Do(Acknowledge{to_, InactiveAnswer(to->said)});
  }
  CloseExchange();
}

void Call::CloseExchange() {
  exchange_ = Exchange::kNone;
  from_ = to_ = LegId();
  open_ = 0;
}

}  // namespace wissel::voice
