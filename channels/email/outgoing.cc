// Mails that go out: stored, queued, handed to the mail server, and what becomes of them.
#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"
#include "channels/email/mime/write_mail.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::Entry;
using contacts::EntryKind;
using contacts::NewEntry;

// Where the store could not be read just now.
constexpr Duration kReadAgain = Duration::Seconds(30);

Origin OriginOf(OutKind kind) {
  switch (kind) {
    case OutKind::kWritten:
      break;
    case OutKind::kAcknowledgement:
      return Origin::kAutomaticAnswer;
    case OutKind::kNotice:
      return Origin::kNotice;
    case OutKind::kGenerated:
      return Origin::kGenerated;
  }
  return Origin::kPerson;
}

const Entry* EntryAt(const Contact& contact, int64_t number) {
  const auto it = std::find_if(contact.entries.begin(), contact.entries.end(),
                               [&](const Entry& entry) { return entry.number == number; });
  return it == contact.entries.end() ? nullptr : &*it;
}

}  // namespace

const Mailbox* Hub::MailboxOf(std::string_view address) const {
  const std::string base = SplitDetail(address).base;
  const auto it = std::find_if(options_.mailboxes.begin(), options_.mailboxes.end(),
                               [&](const Mailbox& mailbox) { return mailbox.address == base; });
  return it == options_.mailboxes.end() ? nullptr : &*it;
}

// Where its address is none of the center's any more, another one of its queue.
const Mailbox* Hub::MailboxOf(const Contact& contact) const {
  if (const Mailbox* mailbox = MailboxOf(ValueOf(contact.fields, field::kAddress))) return mailbox;
  const auto it = std::find_if(options_.mailboxes.begin(), options_.mailboxes.end(),
                               [&](const Mailbox& m) { return m.queue == contact.queue; });
  return it == options_.mailboxes.end() ? nullptr : &*it;
}

bool Hub::IsOurs(std::string_view address) const { return MailboxOf(address) != nullptr; }

NewEntry Hub::MailOfOurs(const Contact& contact, const Mailbox& mailbox,
                         const std::vector<Address>& to, const std::vector<Address>& cc,
                         const std::string& subject, const std::string& unique) const {
  const std::string thread = contact.name.substr(contact.name.find('/') + 1);
  const std::string token = tokens_.TokenOf(thread);
  NewEntry entry;
  entry.contact = contact.name;
  entry.entry.kind = EntryKind::kMail;
  entry.entry.time = now();
  Fields& fields = entry.entry.headers;
  Add(fields, field::kMessageId, tokens_.MessageId(thread, unique, options_.domain));
  const std::string name =
      mailbox.display_name.empty() ? shard_.directory()->center.display_name : mailbox.display_name;
  AddAddress(fields, field::kFrom, {name, mailbox.address});
  // An answer finds a thread of mails; what is none is answered on its page, or begins one.
  if (mailbox.mark == ThreadMark::kAddress && contact.name.starts_with(kMailPrefix)) {
    const size_t at = mailbox.address.find('@');
    AddAddress(fields, field::kReplyTo,
               {"", fmt::format("{}+{}{}", mailbox.address.substr(0, at), token,
                                mailbox.address.substr(at))});
  }
  for (const Address& address : to) AddAddress(fields, field::kTo, address);
  for (const Address& address : cc) AddAddress(fields, field::kCc, address);
  Add(fields, field::kSubject,
      mailbox.mark == ThreadMark::kSubject ? WithSubjectTag(subject, token) : subject);
  entry.keys = {MessageIdKey(ValueOf(fields, field::kMessageId))};
  return entry;
}

// --- Into the outbox: its row first, so that no mail is stored that nobody will ever send

void Hub::Enqueue(NewEntry entry, OutKind kind, Duration delay,
                  Then<std::pair<Entry, OutMail>> then) {
  OutMail mail;
  mail.contact = entry.contact;
  mail.message_id = ValueOf(entry.entry.headers, field::kMessageId);
  mail.kind = kind;
  mail.made = now();
  mail.due = now() + delay;
  const absl::StatusOr<OutMail> added = outbox_->Add(mail);
  if (!added.ok()) return then(added.status());
  store_.Append(
      std::move(entry),
      Here<contacts::ContactStore::Appended>(
          [this, mail = *added, then](absl::StatusOr<contacts::ContactStore::Appended> appended) {
            if (!appended.ok() || appended->repeated) outbox_->Drop(mail.id).IgnoreError();
            if (!appended.ok()) return then(appended.status());
            if (!appended->repeated) return EnqueueStored(mail, appended->entry, mail.due, then);
            // Sent before under the same request id: as far as that one has come.
            const auto all = outbox_->LoadOf(mail.contact);
            if (!all.ok()) return then(all.status());
            for (const OutMail& each : *all) {
              if (each.number == appended->entry.number)
                return then(std::pair(appended->entry, each));
            }
            EnqueueStored(mail, appended->entry, mail.due, then);
          }));
}

void Hub::EnqueueStored(OutMail mail, Entry entry, Instant due,
                        const Then<std::pair<Entry, OutMail>>& then) {
  mail.number = entry.number;
  mail.state = OutState::kQueued;
  mail.due = due;
  if (absl::Status saved = outbox_->Save(mail); !saved.ok()) return then(saved);
  Keep(mail);
  then(std::pair(std::move(entry), mail));
}

void Hub::Keep(const OutMail& mail) {
  if (auto it = unsettled_.find(mail.id); it != unsettled_.end()) {
    due_.erase({it->second.due, mail.id});
    unsettled_.erase(it);
  }
  if (IsSettled(mail.state)) return;
  unsettled_[mail.id] = mail;
  if (mail.state == OutState::kQueued) due_.insert({mail.due, mail.id});
}

// After a restart.
void Hub::Resume(OutMail mail) {
  email::Recover(mail);
  if (mail.state != OutState::kPreparing) return Keep(mail);
  Load(mail.contact, [this, mail](absl::StatusOr<Contact> contact) {
    if (!contact.ok() && !absl::IsNotFound(contact.status())) return;  // at the next start
    if (contact.ok()) {
      for (const Entry& entry : contact->entries) {
        if (ValueOf(entry.headers, field::kMessageId) != mail.message_id) continue;
        return EnqueueStored(mail, entry, mail.due, [](const auto&) {});
      }
    }
    outbox_->Drop(mail.id).IgnoreError();
  });
}

// --- Out of it

struct Hub::Sending {
  uint64_t id = 0;
  OutgoingMail mail;
  std::string envelope_from;
  std::vector<contacts::Attachment> to_read;  // from the back
};

void Hub::SendDue(OutMail& mail) {
  if (!options_.send) return;  // when a mail server is configured, at the next start
  email::BeginAttempt(mail);
  if (!outbox_->Save(mail).ok()) {
    email::Recover(mail);
    --mail.attempts;
    mail.due = now() + kReadAgain;
    due_.insert({mail.due, mail.id});
    return;
  }
  Load(mail.contact, [this, id = mail.id](absl::StatusOr<Contact> contact) {
    const auto it = unsettled_.find(id);
    if (it == unsettled_.end()) return;  // erased
    const OutMail& mail = it->second;
    if (!contact.ok()) {
      return OnSent(id, {SendResult::Kind::kLater, 0, std::string(contact.status().message())});
    }
    const Entry* entry = EntryAt(*contact, mail.number);
    if (entry == nullptr) return OnSent(id, {SendResult::Kind::kRefused, 0, "its text is gone"});
    auto sending = std::make_shared<Sending>();
    sending->id = id;
    OutgoingMail& out = sending->mail;
    const Fields& fields = entry->headers;
    out.message_id = mail.message_id;
    out.date = entry->time;
    out.from = AddressOf(fields, field::kFrom).value_or(Address());
    out.reply_to = AddressOf(fields, field::kReplyTo);
    out.to = AddressesOf(fields, field::kTo);
    out.cc = AddressesOf(fields, field::kCc);
    out.subject = ValueOf(fields, field::kSubject);
    out.text = entry->text;
    out.language = ValueOf(fields, field::kLanguage);
    if (out.language.empty()) out.language = contact->language;
    out.in_reply_to = ValueOf(fields, field::kInReplyTo);
    out.references = ValuesOf(fields, field::kReference);
    out.origin = OriginOf(mail.kind);
    out.unsubscribe = ValueOf(fields, field::kUnsubscribe);
    // What cannot be delivered comes back to the thread.
    if (!HasNoSender(mail.kind)) sending->envelope_from = out.reply_to.value_or(out.from).address;
    sending->to_read.assign(entry->attachments.rbegin(), entry->attachments.rend());
    ReadNextAttachment(std::move(sending));
  });
}

void Hub::ReadNextAttachment(std::shared_ptr<Sending> sending) {
  if (sending->to_read.empty()) return HandOver(sending);
  const contacts::Attachment& next = sending->to_read.back();
  std::vector<Attachment>& read = sending->mail.attachments;
  const bool begun = !read.empty() && read.back().content_id == next.id;
  if (!begun) read.push_back({next.file_name, next.media_type, next.id, ""});
  store_.ReadAttachment(
      next.id, static_cast<int64_t>(read.back().bytes.size()),
      Here<std::optional<
          contacts::ContactStore::AttachmentPart>>([this, sending](
                                                       absl::StatusOr<std::optional<
                                                           contacts::ContactStore::AttachmentPart>>
                                                           part) {
        if (!part.ok() || !*part) {
          return OnSent(sending->id, {SendResult::Kind::kLater, 0, "an attachment is not there"});
        }
        Attachment& attachment = sending->mail.attachments.back();
        attachment.bytes += (*part)->bytes;
        const bool whole =
            static_cast<int64_t>(attachment.bytes.size()) >= sending->to_read.back().size ||
            (*part)->bytes.empty();
        if (whole) sending->to_read.pop_back();
        ReadNextAttachment(sending);
      }));
}

void Hub::HandOver(const std::shared_ptr<Sending>& sending) {
  const OutgoingMail& out = sending->mail;
  absl::StatusOr<std::string> bytes = WriteMail(out);
  if (!bytes.ok()) {
    return OnSent(sending->id,
                  {SendResult::Kind::kRefused, 0, std::string(bytes.status().message())});
  }
  Envelope envelope{sending->envelope_from, {}, *std::move(bytes)};
  for (const auto* addresses : {&out.to, &out.cc}) {
    for (const Address& address : *addresses) envelope.to.push_back(address.address);
  }
  options_.send(std::move(envelope), [this, post = post_, id = sending->id](SendResult result) {
    post([this, id, result = std::move(result)] { OnSent(id, result); });
  });
}

void Hub::OnSent(uint64_t id, const SendResult& result) {
  const auto it = unsettled_.find(id);
  if (it == unsettled_.end()) return;  // erased
  OutMail mail = it->second;
  email::ConcludeAttempt(mail, result, now());
  if (!outbox_->Save(mail).ok()) {
    // It may have gone: what is on the disk says that it is being sent, and so it is sent again.
    Log(LogLevel::kWarning, "the outbox cannot be written", {{"mail", id}});
  }
  if (mail.state != OutState::kSent) {
    Log(LogLevel::kWarning, "a mail was not taken",
        {{"mail", id}, {"code", result.code}, {"attempts", mail.attempts}});
  }
  Keep(mail);
  if (mail.state == OutState::kFailed) RecordFailure(mail, result);
  if (mail.kind == OutKind::kNotice) TellSender(mail);
}

// The agent sees it in the thread; where the item was set aside, it comes back.
void Hub::RecordFailure(const OutMail& mail, const SendResult& result) {
  if (HasNoSender(mail.kind)) return;
  NewEntry entry;
  entry.contact = mail.contact;
  entry.entry.author = Author::kSystem;
  entry.entry.kind = EntryKind::kEvent;
  entry.entry.time = now();
  entry.entry.text = fmt::format("The mail could not be delivered: {}", result.text);
  entry.request_id = fmt::format("failed {}", mail.message_id);
  store_.Append(
      std::move(entry),
      Here<contacts::ContactStore::Appended>(
          [this, contact = mail.contact](const absl::StatusOr<contacts::ContactStore::Appended>&) {
            Load(contact, [this](absl::StatusOr<Contact> contact) {
              if (!contact.ok()) return;
              Work work = WorkOf(*contact, now());
              work.wake_only = true;
              EnsureItem(std::move(work), [](const absl::StatusOr<Done>&) {});
            });
          }));
}

}  // namespace wissel::email
