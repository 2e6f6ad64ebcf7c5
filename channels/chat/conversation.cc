#include "channels/chat/conversation.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "channels/chat/lines.h"
#include "fmt/format.h"

namespace wissel::chat {
namespace {

absl::Status HasEnded() {
  return Refuse(absl::StatusCode::kFailedPrecondition, "", "the conversation has ended");
}

absl::Status IsFull() {
  return Refuse(absl::StatusCode::kResourceExhausted, "",
                fmt::format("the conversation is full with {} messages", kMostMessages));
}

}  // namespace

Conversation::Conversation(Contact contact, Instant now, Duration grace)
    : contact_(std::move(contact)), grace_(grace), gone_since_(now) {}

void Conversation::OnItem(const ItemFact& fact, Instant now) {
  contact_.item = fact.item;
  state_ = fact.state;
  queue_ = fact.queue;
  entered_ = fact.entered;
  state_since_ = fact.since;
  consulted_ = fact.consulted;
  conference_ = fact.conference;
  // Who had it at its end may still look at it.
  if (IsEnded(fact.state)) return OnEnd(now);
  if (contact_.agent != fact.agent) agent_typing_until_ = Instant();
  contact_.agent = fact.agent;
  if (in_line()) return;
  place_ = 0;
  wait_.reset();
}

void Conversation::OnStreamOpened() { ++streams_; }

void Conversation::OnStreamClosed(Instant now) {
  INVARIANT(streams_ > 0);
  if (--streams_ == 0) gone_since_ = now;
}

void Conversation::OnMessage(Entry message) {
  if (message.number <= last_number()) return;  // was loaded from the store already
  (message.author == Author::kCustomer ? customer_typing_until_ : agent_typing_until_) = Instant();
  contact_.entries.push_back(std::move(message));
}

void Conversation::OnEnd(Instant now) {
  if (!contact_.ended) contact_.ended = now;
}

absl::Status Conversation::MayCustomerWrite() const {
  if (stage() == Stage::kEnded) return HasEnded();
  if (last_number() >= kMostMessages) return IsFull();
  return absl::OkStatus();
}

absl::Status Conversation::MayAgentWrite(std::string_view agent) const {
  if (!IsOf(agent) && !(conference_ && IsOpenTo(agent))) {
    return Refuse(absl::StatusCode::kPermissionDenied, "workItem",
                  "only the agent who has the work item, or is in conference about it, may write");
  }
  if (stage() == Stage::kEnded) return HasEnded();
  if (last_number() >= kMostMessages) return IsFull();
  return absl::OkStatus();
}

Conversation::Stage Conversation::stage() const {
  if (contact_.ended || state_ == ItemState::kWrapping) return Stage::kEnded;
  if (state_ == ItemState::kAwaitingCustomer) return Stage::kAwaitsCustomer;
  return state_ && IsAssigned(*state_) ? Stage::kWithAgent : Stage::kWaiting;
}

bool Conversation::in_line() const { return !contact_.ended && state_ == ItemState::kWaiting; }

bool Conversation::WaitsForNobody(Instant now) const {
  return waits() && (contact_.ended || (!may_leave_page() && IsDeserted(now)));
}

std::optional<Instant> Conversation::aside_since() const {
  if (state_ != ItemState::kAwaitingCustomer) return std::nullopt;
  return state_since_;
}

bool Conversation::MustWake() const {
  if (!aside_since()) return false;
  if (contact_.ended) return true;  // so that its agent completes it
  return std::ranges::any_of(
      contact_.entries.rbegin(), contact_.entries.rend(), [this](const Entry& entry) {
        return entry.kind == EntryKind::kMessage && entry.author == Author::kCustomer &&
               entry.time >= state_since_;
      });
}

Conversation::CustomerView Conversation::ForCustomer(Instant now) const {
  CustomerView view;
  view.stage = stage();
  view.entered = entered_;
  if (view.stage == Stage::kWaiting) {
    view.place = state_ == ItemState::kOffered ? 1 : place_;
    if (wait_) view.wait = InWholeMinutes(*wait_);
    view.notices = notices_;
  }
  if (view.stage == Stage::kWithAgent || view.stage == Stage::kAwaitsCustomer) {
    view.agent = contact_.agent;
    view.agent_typing = now < agent_typing_until_;
  }
  return view;
}

Conversation::AgentView Conversation::ForAgent(Instant now) const {
  AgentView view;
  view.ended = stage() == Stage::kEnded;
  view.customer_present = !contact_.ended && !IsDeserted(now);
  view.customer_typing = !view.ended && now < customer_typing_until_;
  return view;
}

bool Conversation::IsDeserted(Instant now) const {
  return streams_ == 0 && now >= gone_since_ + grace_;
}

std::optional<Instant> Conversation::NextChange(Instant now) const {
  std::optional<Instant> next;
  if (contact_.ended) return next;
  const auto consider = [&](Instant at) {
    if (at > now) next = next ? std::min(*next, at) : at;
  };
  consider(customer_typing_until_);
  consider(agent_typing_until_);
  if (streams_ == 0) consider(gone_since_ + grace_);
  return next;
}

}  // namespace wissel::chat
