// Mails that other rooms ask for, and contacts of theirs that go on as mails.
#include "base/status.h"
#include "channels/contacts/entrance.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"
#include "channels/language/need.h"

namespace wissel::email {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::ContactStore;

// A thread of the customer's, at one of the center's addresses.
contacts::NewContact NewThread(const MailFromElsewhere& mail, const Mailbox& mailbox, Instant now) {
  contacts::NewContact start;
  start.contact.name = contacts::NewContactName(Channel::kEmail);
  start.contact.channel = Channel::kEmail;
  start.contact.queue = mailbox.queue;
  // Not by the address, which anybody can claim.
  start.contact.customer = mail.customer;
  start.contact.display_name = mail.display_name.empty() ? mail.to : mail.display_name;
  start.contact.language = mail.language;
  start.contact.subject = mail.subject;
  start.contact.started = now;
  Add(start.contact.fields, field::kAddress, mailbox.address);
  start.request_key = mail.request_key;
  return start;
}

}  // namespace

absl::StatusOr<const Mailbox*> Hub::MailboxFor(const MailFromElsewhere& mail) const {
  if (!options_.send || options_.mailboxes.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "", "no mails are sent here");
  }
  if (IsOurs(mail.to)) {
    return RefuseField("address", "this is an address of the center", "an address of your own");
  }
  return &options_.mailboxes.front();
}

// The thread ends as it begins: an answer to it opens it.
void Hub::SendForOthers(const MailFromElsewhere& mail, Then<std::string> then) {
  const absl::StatusOr<const Mailbox*> mailbox = MailboxFor(mail);
  if (!mailbox.ok()) return then(mailbox.status());
  if (given_addresses_.Count(mail.to, mail.contact, now())) {
    return then(Refuse(absl::StatusCode::kResourceExhausted, "address",
                       "this address has had enough mails for today", "tomorrow"));
  }
  store_.Start(
      NewThread(mail, **mailbox, now()),
      Here<ContactStore::Started>([this, mail, mailbox = *mailbox,
                                   then](absl::StatusOr<ContactStore::Started> started) {
        if (!started.ok()) return then(started.status());
        const Contact& contact = started->contact;
        store_.End(contact.name, now(), "", [](const absl::StatusOr<bool>&) {});
        contacts::NewEntry entry = MailOfOurs(contact, *mailbox, {{"", mail.to}}, {}, mail.subject);
        entry.entry.author = Author::kSystem;
        entry.entry.text = mail.text;
        entry.request_id = "for others";
        Add(entry.entry.headers, field::kAutomatic, "it was asked for on a page of the center");
        Enqueue(std::move(entry), OutKind::kGenerated, Duration(),
                [then, name = contact.name](const auto& queued) {
                  if (!queued.ok()) return then(queued.status());
                  then(name);
                });
      }));
}

void Hub::SendAbout(const MailAbout& mail, std::function<void(absl::Status)> done) {
  if (!options_.send || options_.mailboxes.empty()) {
    return done(Refuse(absl::StatusCode::kFailedPrecondition, "", "no mails are sent here"));
  }
  Load(mail.contact, [this, mail, done](absl::StatusOr<Contact> contact) {
    if (!contact.ok()) return done(contact.status());
    const Mailbox* mailbox = MailboxOf(*contact);
    if (mailbox == nullptr) mailbox = &options_.mailboxes.front();
    contacts::NewEntry entry = MailOfOurs(*contact, *mailbox, {{"", mail.to}}, {}, mail.subject);
    // In their thread, though it answers no mail of theirs.
    for (const std::string& id : ReferencesOf(*contact)) {
      Add(entry.entry.headers, field::kReference, id);
    }
    entry.entry.author = Author::kSystem;
    entry.entry.author_name =
        options_.center.empty() ? shard_.directory()->center.display_name : options_.center;
    entry.entry.text = mail.text;
    entry.request_id = mail.request_id;
    Add(entry.entry.headers, field::kAutomatic, "a notice of a stage");
    Enqueue(std::move(entry), OutKind::kGenerated, Duration(),
            [done](const auto& queued) { done(queued.status()); });
  });
}

// Stored first, then its item takes the place of `item`.
void Hub::GoOnByMail(const MailFromElsewhere& mail, ItemId item, Then<std::string> then) {
  const absl::StatusOr<const Mailbox*> mailbox = MailboxFor(mail);
  if (!mailbox.ok()) return then(mailbox.status());
  contacts::NewContact start = NewThread(mail, **mailbox, now());
  start.first_entry = contacts::NewEntry();
  contacts::Entry& entry = start.first_entry->entry;
  entry.kind = contacts::EntryKind::kMail;
  entry.author_name = mail.display_name;
  entry.text = mail.text;
  entry.time = now();
  AddAddress(entry.headers, field::kFrom, {mail.display_name, mail.to});
  AddAddress(entry.headers, field::kTo, {(*mailbox)->display_name, (*mailbox)->address});
  Add(entry.headers, field::kSubject, mail.subject);
  store_.Start(std::move(start),
               Here<ContactStore::Started>([this, mail, item, mailbox = *mailbox,
                                            then](absl::StatusOr<ContactStore::Started> started) {
                 if (!started.ok()) return then(started.status());
                 if (started->contact.item) return then(started->contact.name);
                 TakePlace(mail, item, *mailbox, started->contact, then);
               }));
}

void Hub::TakePlace(const MailFromElsewhere& mail, ItemId item, const Mailbox& mailbox,
                    const Contact& contact, Then<std::string> then) {
  const auto finish = [post = post_, then](const absl::StatusOr<std::string>& done) {
    post([then, done] { then(done); });
  };
  auto take = [this, mail, item, &mailbox, contact, finish](const Engine& engine) {
    const Item* earlier = engine.FindItem(item);
    const std::optional<QueueId> queue = engine.directory().queues.FindId(mailbox.queue);
    if (earlier == nullptr || !queue) {
      return finish(Refuse(absl::StatusCode::kFailedPrecondition, "", "it waits no longer"));
    }
    contacts::Entrance entrance{.occasion = "first", .forget_if_refused = true};
    entrance.item.queue = *queue;
    entrance.item.channel = Channel::kEmail;
    entrance.item.requirement = NeedWithLanguage(engine, *queue, mail.language);
    entrance.item.contact = contact.name;
    entrance.item.customer = earlier->customer.empty() ? earlier->contact : earlier->customer;
    entrance.item.continues = item;
    contacts::Enter(shard_, store_, std::move(entrance),
                    [this, mail, &mailbox, contact, finish,
                     post = post_](const absl::StatusOr<ItemId>& entered) {
                      if (!entered.ok()) return finish(entered.status());
                      post([this, mail, &mailbox, contact] {
                        if (given_addresses_.Count(mail.to, mail.contact, now())) return;
                        SendAcknowledgement(contact, mailbox, mail.to, mail.subject, "", Done{});
                      });
                      finish(contact.name);
                    });
  };
  if (!shard_.Read(std::move(take))) then(Stopping());
}

}  // namespace wissel::email
