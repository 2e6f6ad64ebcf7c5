// What the mail channel is told at its start. Immutable from then on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/sql/connection.h"
#include "base/time.h"
#include "channels/email/core/automatic.h"
#include "channels/email/core/outgoing.h"
#include "channels/email/core/texts.h"
#include "channels/email/mime/read_mail.h"
#include "channels/email/transport/smtp_sender.h"
#include "router/service/waits.h"

namespace wissel::email {

// How an answer of the customer finds its thread beside the Message-IDs that it names.
enum class ThreadMark : uint8_t {
  kAddress = 1,  // Reply-To: tax+TOKEN@example.org
  kSubject = 2,  // "[ref TOKEN]" at the end of the subject
  kNone = 3,     // by Message-IDs alone
};

struct QuickReplyText {
  std::string display_name;
  std::string language;
  std::string text;  // {name}, {reference}, {agent}
};

// One of the center's addresses.
struct Mailbox {
  std::string address;  // normalised
  std::string queue;    // last part of the resource name
  std::string display_name;
  bool acknowledge = true;
  ThreadMark mark = ThreadMark::kAddress;
  std::vector<QuickReplyText> quick_replies;
};

struct MailOptions {
  sql::Place outbox = ":memory:";
  std::vector<Mailbox> mailboxes;
  std::string domain;      // of our Message-IDs
  std::string center;      // how mails are signed; empty: the center's display name
  std::string language;    // of acknowledgements where the customer's is not known
  std::string public_url;  // "https://wissel.example.org"; empty: no tracking link
  Texts texts;
  MailLimits limits;
  AnswerLimiter::Limits answers;
  Duration undo = Duration::Seconds(10);

  // Hands a mail to the server; calls back once, on any thread. None: nothing can be sent.
  using Send = std::function<void(Envelope, SmtpSender::Done)>;
  Send send;
  // A notice of a mailing came back undelivered; its contact. On the channel's thread.
  std::function<void(const std::string& contact)> notice_bounced;
  const Waits* waits = nullptr;  // must outlive the channel; none: no estimates
  std::function<std::string(std::string_view agent)> agent_display_name = [](std::string_view) {
    return std::string();
  };
};

inline constexpr const char* kQuickReplyPlaceholders[] = {"name", "reference", "agent"};

}  // namespace wissel::email
