// What other rooms give to the mail channel: a mail of theirs to somebody, and a contact of theirs
// that goes on as a mail, both from the first of the center's addresses; and a mail about a
// contact. Plain data.
#pragma once

#include <string>

#include "router/core/ids.h"

namespace wissel::email {

// To an address that its customer has given and nobody has checked: it becomes nobody's address.
struct MailFromElsewhere {
  std::string contact;   // that it is about: "chats/{id}"
  std::string customer;  // "customers/{id}"
  std::string display_name;
  std::string language;
  std::string to;  // as contacts::EmailAddress gives it
  std::string subject;
  std::string text;
  // The same for each attempt: it is sent, or goes on, once.
  std::string request_key;
};

// About a contact of whichever channel, to an address of its customer's: in the thread of a contact
// of mails, from the address of its queue, else the first.
struct MailAbout {
  std::string contact;
  std::string to;
  std::string subject;
  std::string text;
  std::string request_id;  // of the contact: the same is sent once
};

}  // namespace wissel::email
