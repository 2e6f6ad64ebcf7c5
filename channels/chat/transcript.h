// A conversation as plain text, for a mail to its customer, and what they wrote in it, for who
// answers them by mail. In the customer's language, else in English. Pure.
//
// Subjects are made of the center's own words alone, so that nothing of what people typed becomes a
// header.
#pragma once

#include <string>

#include "channels/contacts/contact.h"
#include "channels/pages/page_set.h"

namespace wissel::chat {

struct MailText {
  std::string subject;
  std::string text;
};

// Times are those of the zone that `texts` were loaded with; `zone` is its name.
MailText TranscriptMail(const pages::PageSet& texts, const contacts::Contact& contact,
                        const std::string& center, const std::string& zone);

// `topic`: the queue's display name.
MailText QuestionMail(const pages::PageSet& texts, const contacts::Contact& contact,
                      const std::string& topic);

}  // namespace wissel::chat
