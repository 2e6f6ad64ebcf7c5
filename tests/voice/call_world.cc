#include "tests/voice/call_world.h"

#include "fmt/format.h"

namespace wissel::voice {
namespace {

constexpr const char* kSdp =
    "v=0\r\no=a 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";

bool IsHere(ItemState state) {
  return state == ItemState::kActive || state == ItemState::kHeld || state == ItemState::kParked;
}

}  // namespace

CallWorld::CallWorld(uint64_t seed, bool outgoing, bool ring_at_offer) : dice_(seed) {
  CallRules rules;
  rules.ring_at_offer = ring_at_offer;
  fact_.item = ItemId(7);
  if (outgoing) {
    fact_.channel = Channel::kCallback;
    fact_.state = ItemState::kActive;
    fact_.agent = "anna";
    fact_.phone = "sip:anna@phones";
    fact_.offer = OfferId(++offers_);
    call_ = Call::Outgoing(rules, "+3225550100", fact_, now_);
  } else {
    const bool offerless = Chance(20);
    Phone& caller = phones_[kCaller];
    caller.their_invite = true;
    caller.their_offerless = offerless;
    call_ = Call::Incoming(rules, offerless ? "" : kSdp, fact_, now_);
  }
  Absorb();
}

void CallWorld::Object(const std::string& what) { objections_.push_back(what); }

CallWorld::Phone* CallWorld::At(LegId leg, const char* action) {
  auto it = phones_.find(leg);
  if (it == phones_.end() || it->second.ended) {
    Object(fmt::format("{} on leg {}, which is not there", action, leg.value()));
    return nullptr;
  }
  return &it->second;
}

void CallWorld::Absorb() {
  for (const Action& action : call_->Take()) Perform(action);
}

void CallWorld::Perform(const Action& action) {
  std::visit(
      [&](const auto& a) {
        using A = std::decay_t<decltype(a)>;
        if constexpr (std::is_same_v<A, Ask>) {
          log_ += fmt::format("ask {}\n", static_cast<int>(a.wish));
          asked_.push_back(a);
        } else if constexpr (std::is_same_v<A, Ring>) {
          log_ += fmt::format("ring {} {}\n", a.leg.value(), a.uri);
          Phone& phone = phones_[a.leg];
          if (phone.ours || a.leg == kCaller) Object("a leg is used twice");
          phone.ours = phone.invited = true;
          phone.offerless = a.sdp.empty();
        } else {
          log_ += fmt::format("action {} on {}\n", action.index(), a.leg.value());
          Phone* phone = At(a.leg, "an action");
          if (phone == nullptr) return;
          if constexpr (std::is_same_v<A, Inform>) {
            if (!phone->their_invite || phone->up) Object("a provisional answer to nothing");
          } else if constexpr (std::is_same_v<A, Accept>) {
            if (!phone->their_invite) Object("200 to nothing");
            if (a.sdp.empty()) Object("200 without a description");
            phone->their_invite = false;
            phone->up = phone->owes_ack = true;
          } else if constexpr (std::is_same_v<A, Reject>) {
            if (!phone->their_invite) Object("a refusal of nothing");
            phone->their_invite = false;
            if (!phone->up) phone->ended = true;
          } else if constexpr (std::is_same_v<A, Reinvite>) {
            if (!phone->up || phone->reinvited || phone->awaits_ack) Object("re-INVITE too soon");
            if (phone->owes_ack) Object("re-INVITE before their ACK");
            phone->reinvited = true;
            phone->offerless = a.sdp.empty();
          } else if constexpr (std::is_same_v<A, Acknowledge>) {
            if (!phone->awaits_ack) Object("ACK of nothing");
            if (phone->offerless == a.sdp.empty()) Object("ACK with the wrong content");
            phone->awaits_ack = false;
          } else if constexpr (std::is_same_v<A, End>) {
            if (phone->their_invite && !phone->up) Object("BYE before an answer");
            phone->ended = true;
          }
        }
      },
      action);
}

void CallWorld::Become(ItemState state, const std::string& agent) {
  fact_.state = state;
  if (agent != fact_.agent) fact_.offer = agent.empty() ? OfferId() : OfferId(++offers_);
  fact_.agent = agent;
  fact_.phone = agent.empty() || agent == "nobody" ? "" : "sip:" + agent + "@phones";
  Tell();
}

void CallWorld::Tell() {
  log_ += fmt::format("item is {} with {}\n", NameOf(fact_.state), fact_.agent);
  call_->OnFact(fact_, now_);
  Absorb();
}

// What the real engine would grant of it, and what it says then; sometimes it has no time.
void CallWorld::Grant(const Ask& ask) {
  if (Chance(10)) {
    call_->OnOutcome(ask.wish, Call::Outcome::kTryAgain, now_);
    return Absorb();
  }
  const bool same = ask.about.offer == fact_.offer;
  bool ok = false;
  const auto become = [&](bool may, ItemState state, const std::string& agent) {
    ok = may;
    if (may) Become(state, agent);
  };
  const bool here = IsHere(fact_.state) && same;
  switch (ask.wish) {
    case Wish::kAbandon:
      become(IsUntouched(fact_.state) || fact_.state == ItemState::kOffered, ItemState::kAbandoned,
             "");
      break;
    case Wish::kAccept:
      become(same && fact_.state == ItemState::kOffered, ItemState::kActive, fact_.agent);
      break;
    case Wish::kDecline:
      become(same && fact_.state == ItemState::kOffered, ItemState::kWaiting, "");
      break;
    case Wish::kMissAgent:
    case Wish::kTransfer:
      become(here && fact_.state != ItemState::kParked, ItemState::kWaiting, "");
      break;
    case Wish::kMissCustomer:
      become(here && fact_.state == ItemState::kActive, ItemState::kScheduled, "");
      break;
    case Wish::kWrapUp:
      become(here && fact_.state != ItemState::kParked, ItemState::kWrapping, fact_.agent);
      break;
    case Wish::kComplete:
      become(here, ItemState::kCompleted, fact_.agent);
      break;
    case Wish::kHold:
      become(here && fact_.state == ItemState::kActive, ItemState::kHeld, fact_.agent);
      break;
    case Wish::kRetrieve:
      become(here && fact_.state == ItemState::kHeld, ItemState::kActive, fact_.agent);
      break;
  }
  call_->OnOutcome(ask.wish, ok ? Call::Outcome::kDone : Call::Outcome::kRefused, now_);
  Absorb();
}

void CallWorld::EngineMoves() {
  static const char* const kAgents[] = {"anna", "bert", "nobody"};
  const std::string agent = kAgents[dice_() % 20 == 0 ? 2 : dice_() % 2];
  if (fact_.state == ItemState::kWaiting) return Become(ItemState::kOffered, agent);
  if (fact_.state == ItemState::kOffered) {
    if (Chance(70)) return Become(ItemState::kActive, fact_.agent);
    return Become(ItemState::kWaiting);
  }
  if (fact_.state == ItemState::kActive) {
    switch (dice_() % 12) {
      case 0:
        return Become(ItemState::kWaiting);
      case 1:
        return Become(ItemState::kWrapping, fact_.agent);
      case 2:
        return Become(ItemState::kParked, fact_.agent);
      case 3:
        return Become(ItemState::kActive, fact_.agent == "anna" ? "bert" : "anna");
      case 4:
      case 5:
      case 6:
        return Become(ItemState::kHeld, fact_.agent);
    }
    return;
  }
  if (fact_.state == ItemState::kHeld || fact_.state == ItemState::kParked) {
    Become(ItemState::kActive, fact_.agent);
  }
}

void CallWorld::PhoneMoves() {
  std::vector<LegId> here;
  for (const auto& [leg, phone] : phones_) {
    if (!phone.ended) here.push_back(leg);
  }
  if (here.empty()) return;
  const LegId leg = here[dice_() % here.size()];
  Phone& phone = phones_[leg];
  const std::string sdp = Chance(15) ? std::string(kSdp) + "a=sendonly\r\n" : kSdp;
  if (phone.invited) {
    const uint64_t what = dice_() % 10;
    if (what < 3) {
      call_->OnRinging(leg, now_);
    } else {
      phone.invited = false;
      if (what < 8) {
        phone.up = phone.awaits_ack = true;
        log_ += fmt::format("{} answers\n", leg.value());
        call_->OnAnswered(leg, sdp, now_);
      } else {
        phone.ended = true;
        call_->OnFailed(leg, what == 8 ? 486 : 503, now_);
      }
    }
  } else if (phone.reinvited) {
    phone.reinvited = false;
    if (Chance(80)) {
      phone.awaits_ack = true;
      log_ += fmt::format("{} takes the re-INVITE\n", leg.value());
      call_->OnAnswered(leg, sdp, now_);
    } else {
      log_ += fmt::format("{} refuses the re-INVITE\n", leg.value());
      call_->OnFailed(leg, Chance(70) ? 491 : 488, now_);
    }
  } else if (phone.owes_ack) {
    phone.owes_ack = false;
    log_ += fmt::format("{} acknowledges\n", leg.value());
    call_->OnAck(leg, phone.their_offerless ? sdp : "", now_);
  } else if (phone.up && !phone.their_invite && !phone.awaits_ack && Chance(30)) {
    phone.their_invite = true;
    phone.their_offerless = Chance(20);
    log_ += fmt::format("{} re-INVITEs\n", leg.value());
    call_->OnReinvite(leg, phone.their_offerless ? "" : sdp, now_);
  } else if (phone.up && Chance(6)) {
    log_ += fmt::format("{} refers\n", leg.value());
    call_->OnRefer(leg, Chance(50) ? Target{"other", "", ""} : Target{"", "", "+3225550199"}, now_);
  } else if (phone.up && Chance(5)) {
    phone.ended = true;
    log_ += fmt::format("{} hangs up\n", leg.value());
    call_->OnEnded(leg, now_);
  } else if (phone.up && Chance(10)) {
    call_->OnRefresh(leg, now_);
  }
  Absorb();
}

void CallWorld::Play() {
  const int steps = 20 + static_cast<int>(dice_() % 150);
  for (int i = 0; i < steps; ++i) {
    now_ = now_ + Duration::Millis(static_cast<int64_t>(dice_() % 1500));
    if (call_->view().stage == Call::Stage::kTalking) ++talked_;
    const uint64_t what = dice_() % 20;
    if (what < 3) {
      EngineMoves();
    } else if (what < 5 && !asked_.empty()) {
      const Ask ask = asked_.front();
      asked_.erase(asked_.begin());
      Grant(ask);
    } else if (what == 5) {
      call_->OnPlace(1 + static_cast<int64_t>(dice_() % 5), std::pair<int64_t, int64_t>(1, 4),
                     now_);
      Absorb();
    } else if (what == 6) {
      call_->OnTime(now_);
      Absorb();
    } else {
      PhoneMoves();
    }
  }
  // Everybody goes, and what is left comes to rest.
  for (auto& [leg, phone] : phones_) {
    if (phone.ended) continue;
    phone.ended = true;
    phone.their_invite = false;
    log_ += fmt::format("{} goes\n", leg.value());
    phone.invited ? call_->OnFailed(leg, 503, now_) : call_->OnEnded(leg, now_);
    Absorb();
  }
  for (int i = 0; i < 400 && !call_->settled(); ++i) {
    now_ = now_ + Duration::Seconds(2);
    call_->OnTime(now_);
    Absorb();
    std::vector<Ask> asks = std::exchange(asked_, {});
    for (const Ask& ask : asks) Grant(ask);
    if (fact_.state == ItemState::kParked) Become(ItemState::kActive, fact_.agent);
    for (auto& [leg, phone] : phones_) {
      if (phone.ended) continue;
      phone.ended = true;
      call_->OnFailed(leg, 503, now_);
      Absorb();
    }
  }
}

}  // namespace wissel::voice
