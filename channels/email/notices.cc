// Notices of mailings: each is stored and queued once, whoever asks how often, and tried once each
// time it is sent.
#include <algorithm>

#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"

namespace wissel::email {
namespace {

using contacts::Contact;
using contacts::Entry;
using contacts::NewEntry;
using Kind = NoticeResult::Kind;

// Of the Message-ID, and of the request that stores it: a thread has one notice.
constexpr const char* kNoticeNumber = "notice";

absl::Status UnderWay() { return absl::AbortedError("it is being sent already"); }

const Entry* EntryOfMessage(const Contact& contact, const std::string& message_id) {
  const auto it = std::find_if(contact.entries.begin(), contact.entries.end(), [&](const Entry& e) {
    return ValueOf(e.headers, field::kMessageId) == message_id;
  });
  return it == contact.entries.end() ? nullptr : &*it;
}

NoticeResult ResultOf(const OutMail& mail) {
  switch (mail.state) {
    case OutState::kSent:
      return {Kind::kSent, mail.code};
    case OutState::kHeld:
      return {Kind::kLater, mail.code};
    default:
      return {Kind::kRefused, mail.code};
  }
}

}  // namespace

void Hub::SendNotice(const Notice& notice, NoticeDone done) {
  if (!options_.send) {
    return done(Refuse(absl::StatusCode::kFailedPrecondition, "", "no mail server is configured"));
  }
  const Mailbox* mailbox = MailboxOf(notice.sender);
  if (mailbox == nullptr) {
    return done(Refuse(absl::StatusCode::kFailedPrecondition, "sender",
                       "this is no address of the center any more", "one of mail.addresses"));
  }
  if (notices_.contains(notice.contact)) return done(UnderWay());
  notices_[notice.contact] = std::move(done);
  Load(notice.contact, [this, notice, mailbox](absl::StatusOr<Contact> contact) {
    if (absl::IsNotFound(contact.status())) return Tell(notice.contact, {{Kind::kGone, 0}});
    if (!contact.ok()) return Tell(notice.contact, contact.status());
    absl::StatusOr<std::optional<OutMail>> known = NoticeOf(*contact);
    if (!known.ok()) return Tell(notice.contact, known.status());
    if (*known) {
      OutMail mail = **known;
      if (!IsSettled(mail.state)) return;  // its attempt will tell
      if (mail.state != OutState::kHeld) return Tell(notice.contact, {ResultOf(mail)});
      Release(mail, now());
      if (absl::Status saved = outbox_->Save(mail); !saved.ok()) {
        return Tell(notice.contact, saved);
      }
      return Keep(mail);
    }
    NewEntry entry = MailOfOurs(*contact, *mailbox, {notice.to}, {}, notice.subject, kNoticeNumber);
    // Stored, and the outbox has never heard of it: an older copy of its file. It may have gone.
    if (EntryOfMessage(*contact, ValueOf(entry.entry.headers, field::kMessageId)) != nullptr) {
      return Tell(notice.contact, {{Kind::kRefused, 0}});
    }
    entry.entry.author = contacts::Author::kSystem;
    entry.entry.author_name = mailbox->display_name.empty()
                                  ? shard_.directory()->center.display_name
                                  : mailbox->display_name;
    entry.entry.text = notice.text;
    entry.request_id = kNoticeNumber;
    Add(entry.entry.headers, field::kLanguage, notice.language);
    Add(entry.entry.headers, field::kUnsubscribe, notice.unsubscribe);
    Add(entry.entry.headers, field::kAutomatic, "a notice");
    Enqueue(std::move(entry), OutKind::kNotice, Duration(),
            [this, name = notice.contact](const absl::StatusOr<std::pair<Entry, OutMail>>& queued) {
              if (!queued.ok()) Tell(name, queued.status());
            });
  });
}

void Hub::AskNotice(const std::string& contact, NoticeDone done) {
  if (notices_.contains(contact)) return done(UnderWay());
  notices_[contact] = std::move(done);
  Load(contact, [this, contact](absl::StatusOr<Contact> loaded) {
    if (absl::IsNotFound(loaded.status())) return Tell(contact, {{Kind::kGone, 0}});
    if (!loaded.ok()) return Tell(contact, loaded.status());
    const absl::StatusOr<std::optional<OutMail>> known = NoticeOf(*loaded);
    if (!known.ok()) return Tell(contact, known.status());
    if (!*known) return Tell(contact, {{Kind::kUnknown, 0}});
    if (IsSettled((*known)->state)) Tell(contact, {ResultOf(**known)});
  });
}

absl::StatusOr<std::optional<OutMail>> Hub::NoticeOf(const Contact& contact) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<OutMail> mails, outbox_->LoadOf(contact.name));
  for (OutMail mail : mails) {
    if (mail.kind != OutKind::kNotice) continue;
    if (mail.state != OutState::kPreparing) return mail;
    // It came as far as the outbox, and perhaps the store.
    const Entry* entry = EntryOfMessage(contact, mail.message_id);
    if (entry == nullptr) {
      WISSEL_RETURN_IF_ERROR(outbox_->Drop(mail.id));
      continue;
    }
    mail.number = entry->number;
    mail.state = OutState::kQueued;
    mail.due = now();
    WISSEL_RETURN_IF_ERROR(outbox_->Save(mail));
    Keep(mail);
    return mail;
  }
  return std::nullopt;
}

void Hub::TellSender(const OutMail& mail) {
  if (IsSettled(mail.state)) Tell(mail.contact, {ResultOf(mail)});
}

void Hub::Tell(const std::string& contact, const absl::StatusOr<NoticeResult>& result) {
  auto waiting = notices_.extract(contact);
  if (!waiting.empty()) waiting.mapped()(result);
}

// A report about something else in the thread is not the notice's.
void Hub::NoteBounce(const Mail& report, const Contact& contact) {
  if (!options_.notice_bounced || ValueOf(contact.fields, kMailingField).empty()) return;
  const Entry* entry = EntryOfMessage(contact, report.report->original_message_id);
  if (entry != nullptr && ValueOf(entry->headers, field::kAutomatic) == "a notice") {
    options_.notice_bounced(contact.name);
  }
}

}  // namespace wissel::email
