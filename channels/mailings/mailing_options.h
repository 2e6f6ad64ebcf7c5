// What the mailings are told at their start, and what they ask of other rooms. Immutable from then
// on; what is called here is called on the mailings' thread and may answer on any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/sql/connection.h"
#include "channels/contacts/addresses.h"
#include "channels/email/notice.h"
#include "channels/pages/page_set.h"

namespace wissel::mailings {

// One of the center's addresses.
struct Sender {
  std::string address;  // normalised
  std::string display_name;
  std::string queue;  // that answers come to, last part of the resource name
};

struct MailingOptions {
  sql::Place place = ":memory:";  // of its tables
  std::vector<Sender> senders;
  bool can_send = false;   // a mail server is configured
  std::string public_url;  // "https://wissel.example.org"; empty: there is no page to unsubscribe
  std::shared_ptr<const pages::PageSet> pages;  // none: the same

  using Said = std::function<void(const absl::Status&)>;
  // One mail for the notice's contact, however often it is called (MailChannel::SendNotice).
  std::function<void(email::Notice, email::NoticeDone)> send;
  // What became of it, after a restart (MailChannel::AskNotice).
  std::function<void(std::string contact, email::NoticeDone)> ask;
  // PERMISSION_DENIED: this customer is not to be written to (Outbound::MayMail).
  std::function<void(std::string customer, contacts::Address, Said)> may_mail;
  // The owner of the address wants no more (Outbound::Mark).
  std::function<void(contacts::Address, std::string creator, Said)> mark;
};

}  // namespace wissel::mailings
