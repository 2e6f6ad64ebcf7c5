// Mails in from a hosted mailbox: by IMAP (RFC 3501) through libcurl, one look after the other, on
// a thread of its own.
//
// Every mail in the folder is new: it is fetched, delivered, and moved (RFC 6851) to another folder
// once it is kept. What happens in between is tried again at the next look, so that a mail can be
// delivered twice and is never lost; a mail that can never be kept is moved to a third folder.
// Flags are looked at by nobody: people may read along in the mailbox.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/runtime/thread.h"
#include "base/time.h"
#include "channels/email/core/lmtp_session.h"
#include "channels/email/transport/smtp_sender.h"

namespace wissel::email {

struct ImapOptions {
  ServerAddress server;
  std::string address;  // ours: whom its mails are for
  std::string folder = "INBOX";
  std::string done_folder = "Wissel";
  std::string refused_folder = "Wissel refused";
  Duration every = Duration::Minutes(1);
  size_t most_bytes = 25 << 20;  // larger mails are refused
};

class ImapPoller {
 public:
  using Done = std::function<void(std::vector<LmtpReply>)>;
  // As of LmtpServer; called on the poller's thread, which waits for `done`.
  using Deliver = std::function<void(LmtpMail, Done)>;

  ImapPoller(ImapOptions options, Deliver deliver);
  ~ImapPoller();

  // Cuts what is under way.
  void Stop();

 private:
  class Mailbox;
  const std::unique_ptr<Mailbox> mailbox_;
  Ticker ticker_;
};

// The numbers of "* SEARCH 4 7 12" in what a server said. Pure.
std::vector<uint32_t> SearchedUids(std::string_view response);
// The address in the first Return-Path header, else that of From: whom a mailbox's mail came from.
// Empty: "<>", or nobody. Pure.
std::string ReturnPathOf(std::string_view mail);

}  // namespace wissel::email
