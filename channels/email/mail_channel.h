// The front door of the mail channel: mails in, mails out, and MailService, over a shard and the
// contact store.
//
// Order: open before the shard is started (it adds an observer), `Register` before a door opens,
// `Start` once the shard runs, then the LMTP door, which delivers here. On the way down: close the
// doors, `Stop`, stop what sends, stop the shard and the store, destroy. Thread-safe; nothing
// blocks but Settle. One thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/email/core/lmtp_session.h"
#include "channels/email/from_elsewhere.h"
#include "channels/email/mail_options.h"
#include "channels/email/notice.h"
#include "router/service/shard.h"

namespace wissel::email {

class MailChannel {
 public:
  // `shard` and `store` must outlive it.
  static absl::StatusOr<std::unique_ptr<MailChannel>> Open(Shard& shard,
                                                           contacts::ContactStore& store,
                                                           MailOptions options);
  ~MailChannel();

  void Register(rpc::MethodTable& table);

  // Takes up what was under way; calls wait until that is done.
  void Start();
  // Calls and mails from then on are UNAVAILABLE, and 451.
  void Stop();

  // One of the center's addresses, with or without a detail ("tax+...@example.org").
  bool Knows(std::string_view address) const;
  // A mail as LMTP or IMAP brought it. `done` comes once, on any thread, with a reply for each
  // recipient: 250 when the mail and its work item are durable.
  void Deliver(LmtpMail mail, std::function<void(std::vector<LmtpReply>)> done);

  // A mail of the center that another channel asks for, to an address that its customer gave; and a
  // contact of another channel that goes on as a mail, whose item takes the place of `item`. Calls
  // back on the mail thread with "mails/{id}", when it is durable that it will be sent, or has gone
  // on. FAILED_PRECONDITION: no mails are sent here, or `item` waits no longer. INVALID_ARGUMENT
  // (`address`): it is the center's own. RESOURCE_EXHAUSTED (`address`): it had five mails in a
  // day.
  using Done = std::function<void(absl::StatusOr<std::string>)>;
  void Send(MailFromElsewhere mail, Done done);
  void GoOn(MailFromElsewhere mail, ItemId item, Done done);

  // Queues a mail about a contact. OK on the mail thread once it is durable that it will be sent.
  // FAILED_PRECONDITION: no mails are sent here. NOT_FOUND: there is no such contact.
  void SendAbout(MailAbout mail, std::function<void(absl::Status)> done);

  // Sends a notice of a mailing: one mail for its contact, however often this is called. `done`
  // comes when its attempt is over, on the channel's thread, or with UNAVAILABLE on the calling
  // one.
  void SendNotice(Notice notice, NoticeDone done);
  // What has become of a notice that may have been handed over before a restart.
  void AskNotice(std::string contact, NoticeDone done);

  // Returns when all that came in before the call has been worked off, and what time has made due
  // is done; for tests, which have their own time.
  void Settle();

 private:
  class Parts;
  explicit MailChannel(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::email
