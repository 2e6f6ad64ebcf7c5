// One recipient of a mailing, as a state machine: pending, being sent, and one outcome. Pure;
// thread-safe. Who drives it writes each state down before it acts on it.
//
// No address or text is in it: those stand in the contact store, under its `contact`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace wissel::mailings {

// The same numbers as wissel.v1.MailingRecipient.State.
enum class RecipientState : uint8_t {
  kPending = 1,
  kSending = 2,  // handed to the outbox, or about to
  // The outcomes. A recipient gets one of them; only kSent may still turn out to be kBounced.
  kSent = 3,
  kFailed = 4,
  kDoNotContact = 5,
  kWithdrawn = 6,  // the mailing was stopped, or the person erased
  kBounced = 7,
};
constexpr bool IsOutcome(RecipientState state) { return state >= RecipientState::kSent; }

// What became of a mail that was being sent.
enum class SendEnd : uint8_t {
  kSent = 1,
  kLater = 2,    // the mail server did not take it now
  kRefused = 3,  // it never will (5yz)
  kForbidden = 4,
  kNotBegun = 5,  // it was not handed over at all: no attempt
  kGone = 6,      // the person was erased
};

struct Recipient {
  int64_t number = 0;   // in its mailing, from 1
  std::string contact;  // "mails/{id}"; empty: nothing is kept of it any more
  RecipientState state = RecipientState::kPending;
  Instant next;                  // of a pending one: not before
  int attempts = 0;              // begun
  std::optional<Instant> first;  // when the first attempt began
  int code = 0;                  // of the mail server's last reply; 0: there was none
  std::optional<Instant> ended;

  bool operator==(const Recipient&) const = default;
};

// How long a mail that is not taken is tried for (RFC 5321, section 4.5.4.1, says 4-5 days to
// servers; behind us stands one that does that).
inline constexpr Duration kGiveUpAfter = Duration::Hours(48);
// Between two attempts: a minute, then twice as long each time, up to an hour.
Duration PauseAfter(int attempts);

// The recipient as its attempt begins.
Recipient Begun(const Recipient& recipient, Instant now);
// The recipient after its attempt. `stopped`: the mailing was, so that there is no other one.
Recipient After(const Recipient& recipient, SendEnd end, int code, bool stopped, Instant now);
// The recipient with an outcome that no attempt has led to.
Recipient Ended(const Recipient& recipient, RecipientState outcome, Instant now);

}  // namespace wissel::mailings
