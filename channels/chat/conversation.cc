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

std::string ValueOf(const Entry& entry, std::string_view name) {
  const auto field = std::ranges::find(entry.headers, name, &contacts::Field::name);
  return field == entry.headers.end() ? "" : field->value;
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

absl::Status Conversation::MayCustomerSendFile(Instant now) const {
  WISSEL_RETURN_IF_ERROR(MayCustomerWrite());
  return HasRoomForFile(Author::kCustomer, now);
}

absl::Status Conversation::MayAgentSendFile(std::string_view agent, Instant now) const {
  WISSEL_RETURN_IF_ERROR(MayAgentWrite(agent));
  return HasRoomForFile(Author::kAgent, now);
}

absl::Status Conversation::HasRoomForFile(Author author, Instant now) const {
  int64_t files = 0;
  int64_t lately = 0;
  for (const Entry& entry : contact_.entries) {
    if (entry.author != author || entry.attachments.empty()) continue;
    ++files;
    if (entry.time + Duration::Minutes(1) > now) ++lately;
  }
  if (files >= kMostFiles) {
    return Refuse(absl::StatusCode::kResourceExhausted, "piece",
                  fmt::format("the conversation has {} files of this side", kMostFiles));
  }
  if (lately < kMostFilesInAMinute) return absl::OkStatus();
  return Refuse(absl::StatusCode::kResourceExhausted, "",
                fmt::format("{} files were sent within a minute", lately), "a minute later");
}

absl::Status Conversation::MayMailTranscript() const {
  const auto said = [](const Entry& entry) {
    return entry.kind == EntryKind::kMessage && entry.author == Author::kAgent;
  };
  if (std::ranges::none_of(contact_.entries, said)) {
    // Else anybody could have the center send their own words to whomever they like.
    return Refuse(absl::StatusCode::kFailedPrecondition, "", "no agent has written yet");
  }
  const auto sent = std::ranges::count_if(contact_.entries, [](const Entry& entry) {
    return !ValueOf(entry, kTranscriptField).empty();
  });
  if (sent < kMostTranscripts) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "",
                fmt::format("the transcript was sent {} times", sent));
}

absl::Status Conversation::MayLeaveMailAddress(Instant now) const {
  if (waits() && !contact_.ended && ClosingComesFirst(now)) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "",
                "it does not wait, or closing time does not come before its turn");
}

std::string Conversation::mail_address() const {
  for (auto entry = contact_.entries.rbegin(); entry != contact_.entries.rend(); ++entry) {
    if (std::string address = ValueOf(*entry, kMailAddressField); !address.empty()) return address;
  }
  return "";
}

bool Conversation::MustGoOnByMail(Instant now) const {
  if (!waits() || contact_.ended || mail_address().empty()) return false;
  // One that is being offered is about to be answered.
  const bool closed = hours_ && !hours_->open && state_ == ItemState::kWaiting;
  return closed || (!may_leave_page() && IsDeserted(now));
}

std::optional<Instant> Conversation::ClosingComesFirstFrom() const {
  if (!hours_) return std::nullopt;
  if (!hours_->open) return Instant();
  if (!hours_->closes) return std::nullopt;
  return *hours_->closes - (wait_ ? wait_->p80 : kClosesSoon);
}

bool Conversation::ClosingComesFirst(Instant now) const {
  const std::optional<Instant> from = ClosingComesFirstFrom();
  return from && now >= *from;
}

bool Conversation::HasFile(std::string_view id) const {
  return std::ranges::any_of(contact_.entries, [&](const Entry& entry) {
    return entry.kind == EntryKind::kMessage &&
           std::ranges::any_of(entry.attachments,
                               [&](const contacts::Attachment& file) { return file.id == id; });
  });
}

Conversation::Stage Conversation::stage() const {
  if (contact_.ended || state_ == ItemState::kWrapping) return Stage::kEnded;
  if (state_ == ItemState::kAwaitingCustomer) return Stage::kAwaitsCustomer;
  return state_ && IsAssigned(*state_) ? Stage::kWithAgent : Stage::kWaiting;
}

bool Conversation::in_line() const { return !contact_.ended && state_ == ItemState::kWaiting; }

bool Conversation::WaitsForNobody(Instant now) const {
  if (!waits()) return false;
  if (contact_.ended) return true;
  return !may_leave_page() && mail_address().empty() && IsDeserted(now);
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
    if (ClosingComesFirst(now)) view.closing = hours_;
  }
  view.mail_address = mail_address();
  view.goes_on_by_mail = state_ == ItemState::kMerged && !view.mail_address.empty();
  view.may_mail_transcript = MayMailTranscript().ok();
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
  if (const auto closing = ClosingComesFirstFrom(); closing && waits()) consider(*closing);
  return next;
}

}  // namespace wissel::chat
