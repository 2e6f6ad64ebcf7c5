// The desk's calls that send, and take back.
#include <charconv>

#include "base/digest.h"
#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"
#include "channels/email/to_proto.h"
#include "fmt/chrono.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::email {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::Entry;
using contacts::NewEntry;

constexpr int kMostRecipients = 20;
constexpr int kMostAttachments = 20;
constexpr std::string_view kAgentPrefix = "agents/";
constexpr std::string_view kAttachmentPrefix = "attachments/";

absl::Status NoServer() {
  return Refuse(absl::StatusCode::kFailedPrecondition, "",
                "no mail server is configured, so that nothing can be sent",
                "mail.smtp in the configuration file");
}

// What a request says, checked.
struct Written {
  std::vector<Address> to;
  std::vector<Address> cc;
  std::vector<std::string> staged;
};

template <class Request>
absl::StatusOr<Written> ReadWritten(const Request& request) {
  Written written;
  WISSEL_ASSIGN_OR_RETURN(written.to, ReadAddresses(request.to(), "to"));
  WISSEL_ASSIGN_OR_RETURN(written.cc, ReadAddresses(request.cc(), "cc"));
  if (request.to_size() + request.cc_size() > kMostRecipients) {
    return RefuseField("to", "too many would get it",
                       fmt::format("at most {} with cc", kMostRecipients));
  }
  WISSEL_RETURN_IF_ERROR(CheckSubject(request.subject(), "subject"));
  WISSEL_RETURN_IF_ERROR(CheckText(request.text(), "text"));
  WISSEL_RETURN_IF_ERROR(CheckRequestId(request.request_id(), "requestId"));
  return written;
}

absl::Status ReadAttachments(const v1::SendMailReplyRequest& request, Written& written) {
  if (request.attachments_size() > kMostAttachments) {
    return RefuseField("attachments", "too many attachments",
                       fmt::format("at most {}", kMostAttachments));
  }
  for (int i = 0; i < request.attachments_size(); ++i) {
    const std::string& name = request.attachments(i);
    if (!name.starts_with(kAttachmentPrefix)) {
      return RefuseField(fmt::format("attachments[{}]", i), "this is no attachment",
                         "a name from UploadMailAttachment");
    }
    written.staged.push_back(name.substr(kAttachmentPrefix.size()));
  }
  return absl::OkStatus();
}

// "Mia <mia@example.org>, 2021-03-04 10:00 UTC:" and the text, each line behind "> ".
std::string Quotation(const Entry& entry) {
  const std::optional<Address> from = AddressOf(entry.headers, field::kFrom);
  const std::time_t seconds = entry.time.millis() / 1000;
  std::string quotation = fmt::format("\n\n{} <{}>, {:%Y-%m-%d %H:%M} UTC:\n", entry.author_name,
                                      from ? from->address : "", fmt::gmtime(seconds));
  std::string_view text = entry.text;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    quotation += fmt::format("{}{}\n", line.starts_with('>') ? ">" : "> ", line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return quotation;
}

// Its text stays in the store; whoever reads it there must not take it for sent.
NewEntry TakenBack(const OutMail& mail, Instant now) {
  NewEntry entry;
  entry.contact = mail.contact;
  entry.entry.author = Author::kSystem;
  entry.entry.kind = contacts::EntryKind::kEvent;
  entry.entry.time = now;
  entry.entry.text =
      fmt::format("Entry {} was taken back by its author and has not been sent", mail.number);
  entry.request_id = fmt::format("taken back {}", mail.number);
  return entry;
}

std::string AnswerSubject(const std::string& asked, const Contact& contact) {
  if (!asked.empty()) return asked;
  const std::string subject = SubjectOf(contact);
  const bool begun = Normalized(std::string_view(subject).substr(0, 3)) == "re:";
  return begun ? subject : "Re: " + subject;
}

}  // namespace

void Hub::Reply(const rpc::Caller& caller, const v1::SendMailReplyRequest& request,
                Answer<v1::MailEntry> answer) {
  absl::StatusOr<Written> written = ReadWritten(request);
  if (!written.ok()) return answer(written.status());
  if (absl::Status read = ReadAttachments(request, *written); !read.ok()) return answer(read);
  for (const auto* list : {&written->to, &written->cc}) {
    for (const Address& address : *list) {
      if (!IsOurs(address.address)) continue;
      return answer(RefuseField(list == &written->to ? "to" : "cc",
                                fmt::format("{} is an address of the center", address.address),
                                "transfer the work item instead"));
    }
  }
  if (!options_.send) return answer(NoServer());
  WithHeld(caller, request.work_item(), [=, this, written = *written](absl::StatusOr<Held> held) {
    if (!held.ok()) return answer(held.status());
    Load(held->contact, [=, this, agent = held->agent](absl::StatusOr<Contact> contact) {
      if (!contact.ok()) return answer(contact.status());
      const Mailbox* mailbox = MailboxOf(*contact);
      if (mailbox == nullptr) {
        return answer(Refuse(absl::StatusCode::kFailedPrecondition, "",
                             "the thread's queue has no mail address any more"));
      }
      const std::vector<Address> to = written.to.empty() ? AnswerTo(*contact) : written.to;
      if (to.empty()) {
        return answer(RefuseField("to", "the customer's mail has no address to answer to",
                                  "at least one address"));
      }
      NewEntry entry = MailOfOurs(*contact, *mailbox, to, written.cc,
                                  AnswerSubject(request.subject(), *contact));
      const Entry* last = LastOfCustomer(*contact);
      if (last != nullptr) {
        Add(entry.entry.headers, field::kInReplyTo, ValueOf(last->headers, field::kMessageId));
      }
      for (const std::string& id : ReferencesOf(*contact)) {
        Add(entry.entry.headers, field::kReference, id);
      }
      entry.entry.author = Author::kAgent;
      entry.entry.author_name = NameShown(agent);
      entry.entry.agent = agent;
      entry.entry.text = request.text();
      if (request.quote() && last != nullptr) entry.entry.text += Quotation(*last);
      entry.staged = written.staged;
      entry.ends_draft_of = agent;
      if (!request.request_id().empty()) {
        entry.request_id = fmt::format("{} {}", agent, request.request_id());
      }
      entry.fingerprint = DigestOf(request.SerializeAsString());
      Enqueue(std::move(entry), OutKind::kWritten, options_.undo,
              [answer, name = contact->name](absl::StatusOr<std::pair<Entry, OutMail>> queued) {
                if (!queued.ok()) return answer(queued.status());
                v1::MailEntry sent;
                WriteEntry(name, queued->first, {queued->second}, &sent);
                answer(std::move(sent));
              });
    });
  });
}

void Hub::Cancel(const rpc::Caller& caller, const v1::CancelMailRequest& request,
                 Answer<v1::MailDraft> answer) {
  constexpr std::string_view kEntries = "/entries/";
  const std::string& name = request.name();
  const size_t at = name.find(kEntries);
  int64_t number = 0;
  if (at != std::string::npos) {
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + at + kEntries.size(), end, number);
    if (error != std::errc() || rest != end) number = 0;
  }
  if (number <= 0 || !contacts::IsContactName(name.substr(0, at))) {
    return answer(RefuseField("name", fmt::format("{} is no mail", Quoted(name)),
                              "mails/{thread}/entries/{number}"));
  }
  Load(name.substr(0, at), [=, this](absl::StatusOr<Contact> contact) {
    if (!contact.ok()) return answer(contact.status());
    const auto mine = [&](const Entry& entry) {
      return entry.number == number && !entry.agent.empty() &&
             caller.agent == std::string(kAgentPrefix) + entry.agent;
    };
    const auto entry = std::find_if(contact->entries.begin(), contact->entries.end(), mine);
    const auto mail = std::find_if(unsettled_.begin(), unsettled_.end(), [&](const auto& each) {
      return each.second.contact == contact->name && each.second.number == number;
    });
    if (entry == contact->entries.end()) {
      return answer(Refuse(absl::StatusCode::kPermissionDenied, "name",
                           "this is no mail that this agent has sent"));
    }
    OutMail taken = mail == unsettled_.end() ? OutMail{.state = OutState::kSent} : mail->second;
    if (absl::Status may = MayCancel(taken); !may.ok()) return answer(may);
    taken.state = OutState::kCancelled;
    taken.due = now();
    if (absl::Status saved = outbox_->Save(taken); !saved.ok()) return answer(saved);
    Keep(taken);
    store_.Append(TakenBack(taken, now()),
                  [](const absl::StatusOr<contacts::ContactStore::Appended>&) {});
    contacts::Draft draft{entry->text, "", {}, now()};
    for (const contacts::Field& each : entry->headers) {
      if (each.name == field::kTo || each.name == field::kCc || each.name == field::kSubject) {
        draft.headers.push_back(each);
      }
    }
    store_.SaveDraft(contact->name, entry->agent, draft,
                     Here<bool>([answer, draft](absl::StatusOr<bool> saved) {
                       if (!saved.ok()) return answer(saved.status());
                       answer(ToProto(draft));
                     }));
  });
}

// The thread ends as it begins: what comes back opens it, with this agent first.
void Hub::Compose(const rpc::Caller& caller, const v1::ComposeMailRequest& request,
                  Answer<v1::MailEntry> answer) {
  const absl::StatusOr<Written> written = ReadWritten(request);
  if (!written.ok()) return answer(written.status());
  if (absl::Status checked = CheckLanguage(request.language(), "language"); !checked.ok()) {
    return answer(checked);
  }
  const Mailbox* mailbox = MailboxOf(request.from());
  if (mailbox == nullptr) {
    return answer(RefuseField("from", "this is no address of the center", "one of mail.addresses"));
  }
  if (written->to.empty()) {
    return answer(RefuseField("to", "nobody is to get it", "at least one address"));
  }
  if (request.subject().empty()) {
    return answer(RefuseField("subject", "a new mail has a subject", "1 to 300 characters"));
  }
  if (!caller.agent.starts_with(kAgentPrefix)) {
    return answer(Refuse(absl::StatusCode::kPermissionDenied, "", "only agents write mails"));
  }
  if (!options_.send) return answer(NoServer());
  const std::string agent = caller.agent.substr(kAgentPrefix.size());
  contacts::NewContact start;
  start.contact.name = contacts::NewContactName(Channel::kEmail);
  start.contact.channel = Channel::kEmail;
  start.contact.queue = mailbox->queue;
  start.contact.display_name =
      written->to[0].name.empty() ? written->to[0].address : written->to[0].name;
  start.contact.language = request.language();
  start.contact.subject = request.subject();
  start.contact.started = now();
  Add(start.contact.fields, field::kAddress, mailbox->address);
  const auto address = contacts::EmailAddress(written->to[0].address, "to[0].address");
  if (!address.ok()) return answer(address.status());
  start.addresses = {*address};
  if (!request.request_id().empty()) {
    start.request_key = fmt::format("mail-out:{} {}", agent, request.request_id());
  }
  start.fingerprint = DigestOf(request.SerializeAsString());
  store_.Start(
      std::move(start),
      Here<contacts::ContactStore::Started>(
          [=, this, written = *written](absl::StatusOr<contacts::ContactStore::Started> started) {
            if (!started.ok()) return answer(started.status());
            const Contact& contact = started->contact;
            store_.End(contact.name, now(), agent, [](const absl::StatusOr<bool>&) {});
            NewEntry entry =
                MailOfOurs(contact, *mailbox, written.to, written.cc, request.subject());
            entry.entry.author = Author::kAgent;
            entry.entry.author_name = NameShown(agent);
            entry.entry.agent = agent;
            entry.entry.text = request.text();
            entry.request_id = "composed";
            Enqueue(
                std::move(entry), OutKind::kWritten, options_.undo,
                [answer, name = contact.name](absl::StatusOr<std::pair<Entry, OutMail>> queued) {
                  if (!queued.ok()) return answer(queued.status());
                  v1::MailEntry sent;
                  WriteEntry(name, queued->first, {queued->second}, &sent);
                  answer(std::move(sent));
                });
          }));
}

}  // namespace wissel::email
