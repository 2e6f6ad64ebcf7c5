// Mails that come in: which thread they belong to, and what that thread needs then.
//
// Who may join a thread: a mail with a token of ours, which only a mail of the thread carries; else
// a mail that names a Message-ID of the thread, from somebody who takes part in it. Everything else
// begins a thread of its own, whatever its subject says.
#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/contacts/entrance.h"
#include "channels/email/core/automatic.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"
#include "channels/language/detect.h"
#include "channels/language/need.h"
#include "fmt/format.h"
#include "router/core/wait_estimate.h"

namespace wissel::email {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::EntryKind;
using contacts::NewContact;
using contacts::NewEntry;

// Message-IDs that are looked up for one mail.
constexpr size_t kMostLookUps = 20;

std::string LanguageOf(const Mail& mail) {
  std::string language = DetectLanguage(mail.text);
  if (!language.empty()) return language;
  const std::string primary = mail.content_language.substr(0, mail.content_language.find('-'));
  const bool code = primary.size() == 2 && std::all_of(primary.begin(), primary.end(),
                                                       [](char c) { return c >= 'a' && c <= 'z'; });
  return code ? primary : "";
}

// Why it is taken for a machine's mail; empty: a person's.
std::string AutomaticOf(const Arrival& arrival) {
  const auto reason = SentByMachine(arrival.mail, arrival.return_path);
  return reason ? NameOf(*reason) : "";
}

NewEntry EntryOf(const Arrival& arrival, const std::string& key, Instant now) {
  const Mail& mail = arrival.mail;
  const bool bounce = IsBounce(mail, arrival.return_path);
  NewEntry entry;
  entry.entry.author = bounce ? Author::kSystem : Author::kCustomer;
  entry.entry.kind = EntryKind::kMail;
  if (mail.from) {
    entry.entry.author_name = mail.from->name.empty() ? mail.from->address : mail.from->name;
  }
  entry.entry.text = mail.text;
  entry.entry.html = mail.html;
  entry.entry.time = now;
  entry.entry.headers = FieldsOf(mail);
  Add(entry.entry.headers, field::kAutomatic, AutomaticOf(arrival));
  for (const Attachment& attachment : mail.attachments) {
    entry.attachments.push_back({attachment.name, attachment.content_type, attachment.bytes});
  }
  entry.keys = {key};
  if (!mail.message_id.empty()) entry.keys.push_back(MessageIdKey(mail.message_id));
  entry.request_id = key;
  return entry;
}

bool TakesPart(const Contact& contact, const Mail& mail) {
  if (!mail.from) return false;
  const std::vector<std::string> all = Participants(contact);
  return std::find(all.begin(), all.end(), Normalized(mail.from->address)) != all.end();
}

}  // namespace

// RFC 5321, section 4.2.3: 4yz is tried again, 5yz is not.
void Hub::TurnAway(const Arrival& arrival, const absl::Status& status) {
  if (absl::IsOutOfRange(status)) {
    return arrival.done({552, "5.3.4", std::string(status.message())});
  }
  if (absl::IsInvalidArgument(status)) {
    return arrival.done({554, "5.6.0", std::string(status.message())});
  }
  Log(LogLevel::kWarning, "a mail could not be taken",
      {{"reason", absl::StatusCodeToString(status.code())}});
  arrival.done({451, "4.3.0", "it cannot be kept at the moment; try again"});
}

void Hub::Deliver(std::shared_ptr<Arrival> arrival) {
  const std::string key = ContentKey(arrival->mail);
  if (!arriving_.insert(key).second) {
    return arrival->done({451, "4.3.0", "the same mail is being delivered already"});
  }
  arrival->done = [this, key, done = std::move(arrival->done)](LmtpReply reply) {
    arriving_.erase(key);
    done(std::move(reply));
  };
  store_.FindByKey(
      key, Here<std::optional<std::string>>(
               [this, arrival, key](absl::StatusOr<std::optional<std::string>> found) {
                 if (!found.ok()) return TurnAway(*arrival, found.status());
                 if (!*found) return FindByToken(arrival);
                 // It was delivered before: no second entry; its item, if that was as far as it
                 // came.
                 Load(**found, [this, arrival, key](absl::StatusOr<Contact> contact) {
                   if (!contact.ok()) return TurnAway(*arrival, contact.status());
                   // None: its entry is beyond what can be told; then nothing more is done for it.
                   const auto& entries = contact->entries;
                   const auto entry =
                       std::find_if(entries.begin(), entries.end(), [&](const contacts::Entry& e) {
                         return e.author != Author::kAgent && e.text == arrival->mail.text &&
                                ValueOf(e.headers, field::kMessageId) == arrival->mail.message_id;
                       });
                   const bool joined = entry != entries.begin();
                   const Instant at = entry == entries.end() ? contact->started : entry->time;
                   OnStored(arrival, *std::move(contact), at, joined);
                 });
               }));
}

void Hub::FindByToken(std::shared_ptr<Arrival> arrival) {
  std::vector<std::string> ids = arrival->mail.in_reply_to;
  ids.insert(ids.end(), arrival->mail.references.rbegin(), arrival->mail.references.rend());
  // Another mail under an id that is known already belongs to what that one belongs to.
  if (!arrival->mail.message_id.empty()) ids.push_back(arrival->mail.message_id);
  if (ids.size() > kMostLookUps) ids.resize(kMostLookUps);
  std::reverse(ids.begin(), ids.end());  // taken from the back

  const Mail& mail = arrival->mail;
  std::optional<std::string> thread = tokens_.ThreadNamedBy(mail, arrival->recipients);
  if (!thread && mail.report) thread = tokens_.ThreadOfMessageId(mail.report->original_message_id);
  if (!thread) return FindByReference(arrival, std::move(ids));
  Load(std::string(kMailPrefix) + *thread,
       [this, arrival, ids = std::move(ids)](absl::StatusOr<Contact> contact) {
         if (contact.ok()) return Join(arrival, *std::move(contact));
         // Erased since.
         if (absl::IsNotFound(contact.status())) return FindByReference(arrival, ids);
         TurnAway(*arrival, contact.status());
       });
}

void Hub::FindByReference(std::shared_ptr<Arrival> arrival, std::vector<std::string> ids) {
  if (ids.empty()) return StartThread(arrival);
  const std::string id = ids.back();
  ids.pop_back();
  store_.FindByKey(
      MessageIdKey(id),
      Here<std::optional<std::string>>(
          [this, arrival, ids = std::move(ids)](absl::StatusOr<std::optional<std::string>> found) {
            if (!found.ok()) return TurnAway(*arrival, found.status());
            if (!*found) return FindByReference(arrival, ids);
            Load(**found, [this, arrival, ids](absl::StatusOr<Contact> contact) {
              if (contact.ok() && TakesPart(*contact, arrival->mail)) {
                return Join(arrival, *std::move(contact));
              }
              if (contact.ok() || absl::IsNotFound(contact.status()))
                return FindByReference(arrival, ids);
              TurnAway(*arrival, contact.status());
            });
          }));
}

void Hub::Join(std::shared_ptr<Arrival> arrival, Contact contact) {
  const Instant at = now();
  NewEntry entry = EntryOf(*arrival, ContentKey(arrival->mail), at);
  entry.contact = contact.name;
  store_.Append(std::move(entry),
                Here<contacts::ContactStore::Appended>(
                    [this, arrival, contact = std::move(contact)](
                        absl::StatusOr<contacts::ContactStore::Appended> appended) {
                      if (appended.ok())
                        return OnStored(arrival, contact, appended->entry.time, /*joined=*/true);
                      // The thread is full: what comes now begins another one.
                      if (absl::IsResourceExhausted(appended.status())) return StartThread(arrival);
                      TurnAway(*arrival, appended.status());
                    }));
}

void Hub::StartThread(std::shared_ptr<Arrival> arrival) {
  const Mailbox* mailbox = MailboxOf(SplitDetail(arrival->recipients.front()).base);
  if (mailbox == nullptr) {
    return arrival->done({550, "5.1.1", "there is no such address here"});
  }
  const Mail& mail = arrival->mail;
  const std::string key = ContentKey(mail);
  NewContact start;
  Contact& contact = start.contact;
  contact.name = contacts::NewContactName(Channel::kEmail);
  contact.channel = Channel::kEmail;
  contact.queue = mailbox->queue;
  contact.language = LanguageOf(mail);
  contact.subject = mail.subject;
  contact.started = now();
  Add(contact.fields, field::kAddress, mailbox->address);
  if (mail.from) {
    contact.display_name = mail.from->name.empty() ? mail.from->address : mail.from->name;
    const auto address = contacts::EmailAddress(mail.from->address, "from");
    if (address.ok()) start.addresses.push_back(*address);
  }
  start.first_entry = EntryOf(*arrival, key, now());
  start.keys = start.first_entry->keys;
  start.request_key = key;
  store_.Start(std::move(start),
               Here<contacts::ContactStore::Started>(
                   [this, arrival](absl::StatusOr<contacts::ContactStore::Started> started) {
                     if (!started.ok()) return TurnAway(*arrival, started.status());
                     const Instant at = started->contact.started;
                     OnStored(arrival, std::move(started->contact), at, /*joined=*/false);
                   }));
}

Hub::Work Hub::WorkOf(const Contact& contact, Instant at) {
  Work work;
  work.contact = contact.name;
  work.customer = contact.customer;
  work.item = contact.item;
  work.ended = contact.ended;
  work.queue = contact.queue;
  work.language = contact.language;
  work.agent = contact.agent;
  work.at = at;
  return work;
}

void Hub::OnStored(std::shared_ptr<Arrival> arrival, Contact contact, Instant at, bool joined) {
  const LmtpReply taken{250, "2.0.0", "it is kept"};
  // What a machine writes joins its thread, and wakes nobody: two machines would else keep each
  // other busy. That an answer never arrived wakes its agent, and makes no item of its own.
  const bool failed = arrival->mail.report && arrival->mail.report->action == "failed";
  const bool machine = SentByMachine(arrival->mail, arrival->return_path).has_value();
  if (failed) NoteBounce(arrival->mail, contact);
  if (joined && machine && !failed) return arrival->done(taken);
  Work work = WorkOf(contact, at);
  work.wake_only = joined && machine;
  EnsureItem(std::move(work), [this, arrival, contact, taken](absl::StatusOr<Done> done) {
    if (!done.ok()) return TurnAway(*arrival, done.status());
    if (done->made) Acknowledge(*arrival, contact, *done);
    arrival->done(taken);
  });
}

// --- The engine

namespace {

// What becomes of a thread's item when a mail has come.
enum class Need { kNothing, kWake, kCreate };

Need NeedOf(const Engine& engine, const std::optional<ItemId>& id,
            const std::optional<Instant>& ended, Instant at) {
  const Item* item = id ? engine.FindItem(*id) : nullptr;
  // The same mail once more, after its item has been dealt with.
  if (ended && *ended > at) return Need::kNothing;
  if (item == nullptr || IsEnded(item->state)) return Need::kCreate;
  const bool set_aside = item->state == ItemState::kAwaitingCustomer && item->state_since <= at;
  return set_aside ? Need::kWake : Need::kNothing;
}

// None: its queue is no more.
std::optional<wissel::CreateItem> NewItem(const Engine& engine, const std::string& queue_name,
                                          const std::string& language, const std::string& agent) {
  const Directory& directory = engine.directory();
  const std::optional<QueueId> queue = directory.queues.FindId(queue_name);
  if (!queue) return std::nullopt;
  wissel::CreateItem item;
  item.queue = *queue;
  item.channel = Channel::kEmail;
  item.requirement = NeedWithLanguage(engine, *queue, language);
  const std::optional<AgentId> preferred =
      agent.empty() ? std::nullopt : directory.agents.FindId(agent);
  if (preferred) {
    item.preferred.push_back({*preferred, directory.queues.Get(*queue).wake_hold, true});
  }
  return item;
}

// The longer of what the queue is to keep and what the wait will be.
Duration PromiseOf(const Engine& engine, const Waits* waits, ItemId id) {
  const Item* item = engine.FindItem(id);
  if (item == nullptr) return Duration();
  const Duration goal = engine.directory().queues.Get(item->queue).answer_within;
  if (waits == nullptr) return goal;
  const WaitAnswer answer = waits->In(engine).OfItem(id);
  return answer.wait ? std::max(goal, answer.wait->p80) : goal;
}

}  // namespace

void Hub::EnsureItem(Work work, Then<Done> then) {
  const auto finish = [post = post_, then](absl::StatusOr<Done> done) {
    post([then, done = std::move(done)] { then(done); });
  };
  auto look = [this, work, finish](const Engine& engine) {
    const Need need = NeedOf(engine, work.item, work.ended, work.at);
    if (need == Need::kCreate && work.wake_only) return finish(Done());
    switch (need) {
      case Need::kNothing:
        return finish(Done());
      case Need::kWake:
        return shard_.Submit(Command{WakeItem{*work.item}, std::nullopt},
                             [finish](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                               // Woken or ended meanwhile, by somebody who sees the mail then.
                               const bool failed = absl::IsUnavailable(outcome.status()) ||
                                                   absl::IsResourceExhausted(outcome.status());
                               finish(failed ? absl::StatusOr<Done>(outcome.status()) : Done());
                             });
      case Need::kCreate:
        break;
    }
    auto item = NewItem(engine, work.queue, work.language, work.agent);
    if (!item) return finish(absl::UnavailableError("its queue is no more"));
    item->contact = work.contact;
    item->customer = work.customer;
    shard_.Submit(
        Command{*std::move(item),
                contacts::EntranceOf(work.contact, fmt::format("mail {}", work.at.millis()))},
        [this, work, finish](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
          if (!outcome.ok()) return finish(absl::UnavailableError(outcome.status().message()));
          const ItemId id(outcome->subject);
          // The same mail once more, whose item has ended and the store does not know it yet.
          const Item* item = engine.FindItem(id);
          if (item == nullptr || IsEnded(item->state)) return finish(Done());
          store_.SetItem(work.contact, id);
          if (outcome->repeated) return finish(Done());
          finish(Done{id, PromiseOf(engine, options_.waits, id)});
        });
  };
  if (!shard_.Read(std::move(look))) then(Stopping());
}

// --- The answer of a machine (RFC 3834)

void Hub::Acknowledge(const Arrival& arrival, const Contact& contact, const Done& done) {
  const Mailbox* mailbox = MailboxOf(contact);
  if (!options_.send || mailbox == nullptr || !mailbox->acknowledge) return;
  if (SentByMachine(arrival.mail, arrival.return_path)) return;
  // To the return path (RFC 3834, section 4), not to where a Reply-To points.
  const std::string& to = arrival.return_path;
  if (!IsAddress(to) || IsOurs(to) || IsOurs(arrival.mail.from->address)) return;
  if (limiter_.Count(to, contact.name, now())) return;
  SendAcknowledgement(contact, *mailbox, to, arrival.mail.subject, arrival.mail.message_id, done);
}

void Hub::SendAcknowledgement(const Contact& contact, const Mailbox& mailbox, const std::string& to,
                              const std::string& subject, const std::string& message_id,
                              const Done& done) {
  const std::string thread = contact.name.substr(kMailPrefix.size());
  const std::string language = options_.texts.Choose(contact.language, options_.language);
  Texts::Acknowledgement what;
  what.subject = subject;
  what.reference = ReferenceOf(thread);
  what.promise = done.promise;
  if (!options_.public_url.empty()) {
    what.link = options_.public_url + "/track/" + store_.TrackingToken(contact.name);
  }
  what.center = options_.center.empty() ? shard_.directory()->center.display_name : options_.center;
  what.name = contact.display_name;
  const AcknowledgementText text = options_.texts.Acknowledge(language, what);
  NewEntry entry = MailOfOurs(contact, mailbox, {{"", to}}, {}, text.subject);
  Add(entry.entry.headers, field::kInReplyTo, message_id);
  for (const std::string& id : ReferencesOf(contact)) {
    if (id != message_id) Add(entry.entry.headers, field::kReference, id);
  }
  Add(entry.entry.headers, field::kReference, message_id);
  entry.entry.author = Author::kSystem;
  entry.entry.author_name = what.center;
  entry.entry.text = text.body;
  Add(entry.entry.headers, field::kAutomatic, "an acknowledgement");
  Enqueue(std::move(entry), OutKind::kAcknowledgement, Duration(), [](const auto& queued) {
    if (queued.ok()) return;
    Log(LogLevel::kWarning, "an acknowledgement could not be queued",
        {{"reason", absl::StatusCodeToString(queued.status().code())}});
  });
}

}  // namespace wissel::email
