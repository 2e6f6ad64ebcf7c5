// The mail channel's one thread: mails that come in, mails that go out, what the desk asks. Belongs
// to that thread (mail_channel.cc), which calls everything here; answers of the store, the shard
// and the sender come back to it as tasks.
//
// It keeps no threads of mails in memory: each call loads what it needs. What it does keep is the
// outbox's unsettled mails, which are on the disk too.
//
// Invariants: a mail is answered 250 when it, and its work item, are durable. A mail of ours is in
// the store and the outbox before its sender is told that it is queued.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/rpc/answer.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/email/core/lmtp_session.h"
#include "channels/email/core/thread_token.h"
#include "channels/email/from_elsewhere.h"
#include "channels/email/mail_options.h"
#include "channels/email/notice.h"
#include "channels/email/outbox.h"
#include "router/service/shard.h"
#include "wissel/v1/mail.pb.h"

namespace wissel::email {

using rpc::Answer;
using rpc::Stopping;

// What the engine says of an item of mails.
struct ItemFact {
  std::string contact;  // "mails/{id}"
  ItemId item;
  bool ended = false;
  std::string agent;  // who has it, or had it; last part of the resource name
};
// None: the item is no mail's.
std::optional<ItemFact> FactOf(const Engine& engine, const Item& item);

// A mail that came in, read.
struct Arrival {
  Mail mail;
  std::string return_path;
  std::vector<std::string> recipients;
  std::function<void(LmtpReply)> done;  // the same for each recipient
};

class Hub {
 public:
  using Task = std::function<void()>;
  // `post` puts a task on the mail thread, from any thread.
  Hub(Shard& shard, contacts::ContactStore& store, std::unique_ptr<Outbox> outbox,
      const MailOptions& options, std::function<void(Task)> post);

  // --- What comes from the engine
  // Matches what was stored as under way with the items that live.
  void Begin(std::vector<contacts::Contact> stored, std::vector<OutMail> unsettled,
             const std::vector<ItemFact>& living);
  void OnFacts(const std::vector<ItemFact>& facts);
  void WhenBegun(Task task);
  void OnErased(const std::vector<std::string>& contacts);

  // --- Time: sends what is due; when it wants to be called again.
  std::optional<Instant> OnTime(Instant now);

  // --- Mails in (incoming.cc)
  void Deliver(std::shared_ptr<Arrival> arrival);

  // --- Notices of mailings (notices.cc)
  void SendNotice(const Notice& notice, NoticeDone done);
  void AskNotice(const std::string& contact, NoticeDone done);

  // --- The desk's calls (desk_calls.cc)
  void GetThread(const rpc::Caller&, const v1::GetMailThreadRequest&, Answer<v1::MailThread>);
  void SaveDraft(const rpc::Caller&, const v1::SaveMailDraftRequest&, Answer<v1::MailDraft>);
  void GetDraft(const rpc::Caller&, const v1::GetMailDraftRequest&, Answer<v1::MailDraft>);
  void ListAddresses(const rpc::Caller&, const v1::ListMailAddressesRequest&,
                     Answer<v1::ListMailAddressesResponse>);
  void ListReplies(const rpc::Caller&, const v1::ListQuickRepliesRequest&,
                   Answer<v1::ListQuickRepliesResponse>);
  void Upload(const rpc::Caller&, const v1::UploadMailAttachmentRequest&,
              Answer<v1::MailAttachment>);
  void Download(const rpc::Caller&, const v1::DownloadMailAttachmentRequest&,
                Answer<v1::DownloadMailAttachmentResponse>);
  // (desk_sends.cc)
  void Reply(const rpc::Caller&, const v1::SendMailReplyRequest&, Answer<v1::MailEntry>);
  void Cancel(const rpc::Caller&, const v1::CancelMailRequest&, Answer<v1::MailDraft>);
  void Compose(const rpc::Caller&, const v1::ComposeMailRequest&, Answer<v1::MailEntry>);

  template <class T>
  using Then = std::function<void(absl::StatusOr<T>)>;
  // --- For other channels: "mails/{id}" (from_elsewhere.cc)
  void SendForOthers(const MailFromElsewhere& mail, Then<std::string> then);
  void GoOnByMail(const MailFromElsewhere& mail, ItemId item, Then<std::string> then);
  void SendAbout(const MailAbout& mail, std::function<void(absl::Status)> done);

 private:
  using Contact = contacts::Contact;
  // A callback for the store, whose result comes back on this thread.
  template <class T>
  std::function<void(absl::StatusOr<T>)> Here(Then<T> then) {
    return [post = post_, then = std::move(then)](absl::StatusOr<T> result) {
      post([then, result = std::move(result)] { then(result); });
    };
  }
  // NOT_FOUND where there is none.
  void Load(const std::string& contact, Then<Contact> then);

  // --- incoming.cc
  void FindByToken(std::shared_ptr<Arrival> arrival);
  void FindByReference(std::shared_ptr<Arrival> arrival, std::vector<std::string> ids);
  void Join(std::shared_ptr<Arrival> arrival, Contact contact);
  void StartThread(std::shared_ptr<Arrival> arrival);
  // It is stored in `contact`, since `at`; now its work.
  void OnStored(std::shared_ptr<Arrival> arrival, Contact contact, Instant at, bool joined);
  static void TurnAway(const Arrival& arrival, const absl::Status& status);

  // What a thread needs when a mail of its customer came.
  struct Work {
    std::string contact;
    std::string customer;
    std::optional<ItemId> item;
    std::optional<Instant> ended;  // of the thread
    std::string queue;
    std::string language;
    std::string agent;  // who had it last: is offered a new one first
    Instant at;         // when the mail came
    bool wake_only = false;
  };
  struct Done {
    std::optional<ItemId> made;       // a new item
    std::optional<Duration> promise;  // how long an answer takes at most, where that is known
  };
  static Work WorkOf(const Contact& contact, Instant at);
  // Wakes the item that was set aside, or makes one where none lives.
  void EnsureItem(Work work, Then<Done> then);
  void Acknowledge(const Arrival& arrival, const Contact& contact, const Done& done);
  // `message_id`: of the mail that is acknowledged; empty: it came by another channel.
  void SendAcknowledgement(const Contact& contact, const Mailbox& mailbox, const std::string& to,
                           const std::string& subject, const std::string& message_id,
                           const Done& done);

  // --- from_elsewhere.cc
  absl::StatusOr<const Mailbox*> MailboxFor(const MailFromElsewhere& mail) const;
  void TakePlace(const MailFromElsewhere& mail, ItemId item, const Mailbox& mailbox,
                 const Contact& contact, Then<std::string> then);

  // --- outgoing.cc
  const Mailbox* MailboxOf(std::string_view address) const;
  const Mailbox* MailboxOf(const Contact& contact) const;
  // One of our addresses, with or without a detail.
  bool IsOurs(std::string_view address) const;
  // An entry that is a mail of ours, without text; `mailbox` is where it comes from.
  contacts::NewEntry MailOfOurs(const Contact& contact, const Mailbox& mailbox,
                                const std::vector<Address>& to, const std::vector<Address>& cc,
                                const std::string& subject,
                                const std::string& unique = contacts::NewToken()) const;
  // Stores the entry and puts it in the outbox.
  void Enqueue(contacts::NewEntry entry, OutKind kind, Duration delay,
               Then<std::pair<contacts::Entry, OutMail>> then);
  void EnqueueStored(OutMail mail, contacts::Entry entry, Instant due,
                     const Then<std::pair<contacts::Entry, OutMail>>& then);
  void Resume(OutMail mail);
  void SendDue(OutMail& mail);
  struct Sending;
  void ReadNextAttachment(std::shared_ptr<Sending> sending);
  void HandOver(const std::shared_ptr<Sending>& sending);
  void OnSent(uint64_t id, const SendResult& result);
  void RecordFailure(const OutMail& mail, const SendResult& result);
  void Keep(const OutMail& mail);

  // --- notices.cc
  // What the outbox knows of the notice of a contact. None: it never had it.
  absl::StatusOr<std::optional<OutMail>> NoticeOf(const Contact& contact);
  // When its attempt is over.
  void TellSender(const OutMail& mail);
  void Tell(const std::string& contact, const absl::StatusOr<NoticeResult>& result);
  // The server of a notice's recipient could not deliver it.
  void NoteBounce(const Mail& report, const Contact& contact);

  // --- desk_calls.cc
  enum class Reader { kHolder, kSupervisor };
  struct Held {
    ItemId item;
    std::string contact;
    std::string agent;
  };
  // The item is the caller's.
  void WithHeld(const rpc::Caller& caller, const std::string& work_item, Then<Held> then);
  void WithReadable(const rpc::Caller& caller, const std::string& work_item, Then<Contact> then);
  v1::MailThread ThreadProto(const Contact& contact);
  v1::MailEntry EntryProto(const Contact& contact, const contacts::Entry& entry,
                           const std::vector<OutMail>& outgoing) const;
  std::string NameShown(std::string_view agent) const;

  Instant now() const { return shard_.now(); }

  Shard& shard_;
  contacts::ContactStore& store_;
  const std::unique_ptr<Outbox> outbox_;
  const MailOptions& options_;
  const std::function<void(Task)> post_;
  const ThreadTokens tokens_;
  AnswerLimiter limiter_;
  // Of mails to addresses that people have given elsewhere.
  AnswerLimiter given_addresses_{{.per_address = 5, .per_thread = 5}};

  bool begun_ = false;
  std::vector<Task> until_begun_;
  std::set<std::string> arriving_;              // content keys of the mails at hand
  std::map<uint64_t, OutMail> unsettled_;       // by the outbox's id
  std::set<std::pair<Instant, uint64_t>> due_;  // those that are queued
  std::map<std::string, NoticeDone> notices_;   // by contact: those whose end somebody waits for
};

}  // namespace wissel::email
