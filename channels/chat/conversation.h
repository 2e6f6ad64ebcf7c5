// One conversation between a customer and whoever has its work item: what each side may do and
// sees. Pure: it is told what happens, and when; it has no clock, no thread and no store.
//
// Invariants: entries are in the order of their numbers; after the end nobody writes; only the
// agent who has the item writes for the center.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "channels/contacts/contact_store.h"
#include "router/core/item.h"

namespace wissel::chat {

using contacts::Author;
using contacts::Contact;
using contacts::ContactStore;
using contacts::Entry;
using contacts::EntryKind;
using contacts::NewContact;
using contacts::NewEntry;

// How long a keystroke shows as typing.
inline constexpr Duration kTypingShown = Duration::Seconds(5);
// Messages that one conversation can hold.
inline constexpr int64_t kMostMessages = 2'000;
// Files of one side of a conversation, and those of them within a minute.
inline constexpr int64_t kMostFiles = 20;
inline constexpr int64_t kMostFilesInAMinute = 5;

// What the engine says of the conversation's item.
struct ItemFact {
  ItemId item;
  ItemState state = ItemState::kWaiting;
  QueueId queue;
  std::string agent;  // who has accepted it, last part of the resource name
  Instant entered;
  Instant since = {};          // in this state
  std::string consulted = {};  // whom that agent asks about it, while they talk
  bool conference = false;     // both talk with the customer
};

// What everyone is told who waits so.
struct ShownNotice {
  NoticeId id;
  std::string text;
  bool operator==(const ShownNotice&) const = default;
};

// Of a queue with opening hours.
struct QueueHours {
  bool open = true;
  std::optional<Instant> closes;  // while open
  std::optional<Instant> opens;   // after that, as far as it is known
  bool operator==(const QueueHours&) const = default;
};
// Without an estimate, closing counts as coming first for so long before it.
inline constexpr Duration kClosesSoon = Duration::Minutes(10);
// Transcripts of one conversation that its customer may ask for.
inline constexpr int64_t kMostTranscripts = 3;

// Fields of entries that say what the customer has wished.
inline constexpr std::string_view kTranscriptField = "transcript-to";
inline constexpr std::string_view kMailAddressField = "answer-to";

class Conversation {
 public:
  // Fresh, or as it was stored.
  explicit Conversation(Contact contact, Instant now, Duration grace);

  // --- What happens
  void OnItem(const ItemFact& fact, Instant now);
  void OnStreamOpened();
  void OnStreamClosed(Instant now);
  void OnCustomerTyping(Instant now) { customer_typing_until_ = now + kTypingShown; }
  void OnAgentTyping(Instant now) { agent_typing_until_ = now + kTypingShown; }
  // Durable, under a later number; those between are notes that were added elsewhere.
  void OnMessage(Entry message);
  void OnPlace(int64_t place) { place_ = place; }
  void OnWait(std::optional<WaitEstimate> wait) { wait_ = wait; }
  void OnHours(std::optional<QueueHours> hours) { hours_ = hours; }
  void OnNotices(std::vector<ShownNotice> notices) { notices_ = std::move(notices); }
  // The customer ended it, or its item has ended.
  void OnEnd(Instant now);

  // --- What may be done
  absl::Status MayCustomerWrite() const;
  absl::Status MayAgentWrite(std::string_view agent) const;
  absl::Status MayCustomerSendFile(Instant now) const;
  absl::Status MayAgentSendFile(std::string_view agent, Instant now) const;
  // An agent has written, and it was not sent too often.
  absl::Status MayMailTranscript() const;
  // It waits, and closing time comes first.
  absl::Status MayLeaveMailAddress(Instant now) const;
  // One of its messages has this attachment.
  bool HasFile(std::string_view id) const;
  // Has the item, or had it when it ended.
  bool IsOf(std::string_view agent) const { return !agent.empty() && agent == contact_.agent; }
  // Has it, or is asked about it: may read; who is asked writes only in a conference.
  bool IsOpenTo(std::string_view agent) const {
    return IsOf(agent) || (!agent.empty() && agent == consulted_);
  }

  // --- What is seen
  enum class Stage : uint8_t { kWaiting = 1, kWithAgent = 2, kEnded = 3, kAwaitsCustomer = 4 };
  Stage stage() const;
  struct CustomerView {
    Stage stage = Stage::kWaiting;
    int64_t place = 0;                 // 0: not known, or not waiting
    std::optional<WaitEstimate> wait;  // in whole minutes
    std::vector<ShownNotice> notices;  // while waiting
    std::optional<Instant> entered;
    std::optional<QueueHours> closing;  // while waiting: it comes first, or has come
    std::string mail_address;
    bool goes_on_by_mail = false;
    bool may_mail_transcript = false;
    std::string agent;
    bool agent_typing = false;
    bool operator==(const CustomerView&) const = default;
  };
  CustomerView ForCustomer(Instant now) const;
  struct AgentView {
    bool customer_typing = false;
    bool customer_present = true;
    bool ended = false;
    bool operator==(const AgentView&) const = default;
  };
  AgentView ForAgent(Instant now) const;

  // Where they are answered by mail if nobody comes before.
  std::string mail_address() const;
  // It waits, has such an address, and what it was left for has come: closing time, or the customer
  // has gone.
  bool MustGoOnByMail(Instant now) const;

  // The customer has been gone for longer than the grace.
  bool IsDeserted(Instant now) const;
  // When a view, or IsDeserted, next changes with time alone.
  std::optional<Instant> NextChange(Instant now) const;

  // Waits in a line, so that it has a place.
  bool in_line() const;
  // Nobody has accepted its item.
  bool waits() const { return state_ && *state_ <= ItemState::kOffered; }
  // Its item waits for an answer that nobody will hear: the customer has gone.
  bool WaitsForNobody(Instant now) const;
  // Its customer may go, is waited for, and comes back when they like.
  bool may_leave_page() const { return contact_.channel == Channel::kMessage; }
  // Since when it has been set aside until the customer writes; none: it is not.
  std::optional<Instant> aside_since() const;
  // It is set aside, and what it was set aside for has come: the customer has written, or ended it.
  bool MustWake() const;
  // The item has ended, as far as is known.
  bool item_over() const { return !state_ || wissel::IsEnded(*state_); }
  bool has_item() const { return contact_.item.has_value(); }
  bool ended() const { return contact_.ended.has_value(); }
  const Contact& contact() const { return contact_; }
  std::optional<QueueId> queue() const { return queue_; }
  int64_t last_number() const {
    return contact_.entries.empty() ? 0 : contact_.entries.back().number;
  }

 private:
  absl::Status HasRoomForFile(Author author, Instant now) const;
  // From when on closing counts as coming before their turn; none: it does not.
  std::optional<Instant> ClosingComesFirstFrom() const;
  bool ClosingComesFirst(Instant now) const;

  Contact contact_;
  Duration grace_;
  std::string consulted_;
  bool conference_ = false;
  std::optional<ItemState> state_;  // none: its item has not entered yet
  std::optional<QueueId> queue_;
  std::optional<Instant> entered_;
  Instant state_since_;
  int streams_ = 0;
  Instant gone_since_;  // while no stream is open
  Instant customer_typing_until_;
  Instant agent_typing_until_;
  int64_t place_ = 0;
  std::optional<WaitEstimate> wait_;
  std::vector<ShownNotice> notices_;
  std::optional<QueueHours> hours_;
};

}  // namespace wissel::chat
