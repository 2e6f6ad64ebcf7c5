// A notice that one of the center's mailings sends: what it says, and what becomes of it. Plain
// data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

struct Notice {
  std::string contact;  // "mails/{id}", which is there and has ended: answers open it
  std::string sender;   // one of the center's addresses
  Address to;
  std::string subject;
  std::string text;
  std::string language;     // BCP 47, of the text
  std::string unsubscribe;  // https: address of the page to post to; empty: by a mail to the thread
};

struct NoticeResult {
  enum class Kind : uint8_t {
    kSent = 1,     // the server has it
    kLater = 2,    // it did not take it now: it stays here, and goes when it is sent again
    kRefused = 3,  // it will never take it (5yz)
    kUnknown = 4,  // AskNotice: it was never handed over
    kGone = 5,     // its thread was erased
  };
  Kind kind = Kind::kLater;
  int code = 0;  // of the server's last reply; 0: there was none
};

// Comes once. Not OK: nothing was handed over.
using NoticeDone = std::function<void(absl::StatusOr<NoticeResult>)>;

// Of the contact of a notice: the name of what sent it ("mailings/{id}"), and what people call
// that.
inline constexpr const char* kMailingField = "mailing";
inline constexpr const char* kMailingNameField = "mailing-name";

}  // namespace wissel::email
