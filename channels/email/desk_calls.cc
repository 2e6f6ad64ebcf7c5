// The desk's calls that send nothing.
#include <algorithm>

#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/email/hub.h"
#include "channels/email/mime/clean_text.h"
#include "channels/email/to_proto.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::email {
namespace {

using contacts::Contact;
using contacts::Draft;
using contacts::Entry;

constexpr std::string_view kAgentPrefix = "agents/";
constexpr size_t kLargestUpload = 5 << 19;  // 2.5 MiB
constexpr std::string_view kAttachmentPrefix = "attachments/";

// Last part of the resource name of the caller's agent; empty for a caller who is none.
std::string AgentOf(const rpc::Caller& caller) {
  const bool agent = caller.agent.starts_with(kAgentPrefix);
  return agent ? caller.agent.substr(kAgentPrefix.size()) : std::string();
}

absl::Status NoMails(const std::string& work_item) {
  return Refuse(absl::StatusCode::kNotFound, "workItem",
                fmt::format("{} has no mails", Quoted(work_item)));
}

absl::Status NotTheirs(std::string_view what) {
  return Refuse(absl::StatusCode::kPermissionDenied, "workItem", what);
}

bool HasConsulted(const Engine& engine, const Item& item, const std::string& agent) {
  const Item* consult = item.consult ? engine.FindItem(item.consult->item) : nullptr;
  return consult != nullptr && IsAssigned(consult->state) &&
         engine.directory().agents.Get(consult->agent()).name == agent;
}

}  // namespace

// --- Who may

void Hub::WithHeld(const rpc::Caller& caller, const std::string& work_item, Then<Held> then) {
  const absl::StatusOr<ItemId> id = ParseItemName(work_item, "workItem");
  if (!id.ok()) return then(id.status());
  auto look = [post = post_, id = *id, work_item, agent = AgentOf(caller),
               then](const Engine& engine) {
    absl::StatusOr<Held> held = NoMails(work_item);
    const Item* item = engine.FindItem(id);
    const std::optional<ItemFact> fact = item == nullptr ? std::nullopt : FactOf(engine, *item);
    if (fact) {
      const bool theirs = IsWithAgent(item->state) && !agent.empty() && fact->agent == agent;
      held = theirs ? absl::StatusOr<Held>(Held{id, fact->contact, agent})
                    : NotTheirs("only the agent who has the work item may write");
    }
    post([then, held = std::move(held)] { then(held); });
  };
  if (!shard_.Read(std::move(look))) then(Stopping());
}

void Hub::WithReadable(const rpc::Caller& caller, const std::string& work_item,
                       Then<Contact> then) {
  const absl::StatusOr<ItemId> id = ParseItemName(work_item, "workItem");
  if (!id.ok()) return then(id.status());
  const bool supervises = caller.roles.Intersects({rpc::Role::kManager, rpc::Role::kAdmin});
  const std::string agent = AgentOf(caller);
  // Who has it, is asked about it, or had it last.
  auto look = [this, post = post_, id = *id, work_item, agent, supervises, user = caller.user,
               then](const Engine& engine) {
    const Item* item = engine.FindItem(id);
    const std::optional<ItemFact> fact = item == nullptr ? std::nullopt : FactOf(engine, *item);
    const bool with =
        fact && !agent.empty() && (fact->agent == agent || HasConsulted(engine, *item, agent));
    post([=, this] {
      store_.LoadOfItem(
          id,
          Here<std::optional<Contact>>([=, this](absl::StatusOr<std::optional<Contact>> loaded) {
            if (!loaded.ok()) return then(loaded.status());
            if (!*loaded || !(*loaded)->name.starts_with(kMailPrefix))
              return then(NoMails(work_item));
            const Contact& contact = **loaded;
            if (with || (!agent.empty() && !fact && contact.agent == agent)) return then(contact);
            if (!supervises) {
              return then(
                  NotTheirs("only the agent who has the work item or is asked about it, "
                            "managers and admins may read"));
            }
            store_.RecordRead(user, {contact.name}, now(),
                              Here<bool>([then, contact](absl::StatusOr<bool> recorded) {
                                if (!recorded.ok()) return then(recorded.status());
                                then(contact);
                              }));
          }));
    });
  };
  if (!shard_.Read(std::move(look))) then(Stopping());
}

// --- Reading

void Hub::GetThread(const rpc::Caller& caller, const v1::GetMailThreadRequest& request,
                    Answer<v1::MailThread> answer) {
  WithReadable(caller, request.work_item(), [this, answer](absl::StatusOr<Contact> contact) {
    if (!contact.ok()) return answer(contact.status());
    const auto outgoing = outbox_->LoadOf(contact->name);
    if (!outgoing.ok()) return answer(outgoing.status());
    v1::MailThread thread = ThreadOf(*contact);
    if (const Mailbox* mailbox = MailboxOf(*contact)) {
      WriteAddress({mailbox->display_name, mailbox->address}, thread.mutable_address());
    }
    for (const Entry& entry : contact->entries) {
      WriteEntry(contact->name, entry, *outgoing, thread.add_entries());
    }
    answer(std::move(thread));
  });
}

void Hub::ListAddresses(const rpc::Caller&, const v1::ListMailAddressesRequest&,
                        Answer<v1::ListMailAddressesResponse> answer) {
  v1::ListMailAddressesResponse response;
  for (const Mailbox& mailbox : options_.mailboxes) {
    WriteAddress({mailbox.display_name, mailbox.address}, response.add_addresses());
  }
  answer(std::move(response));
}

void Hub::ListReplies(const rpc::Caller& caller, const v1::ListQuickRepliesRequest& request,
                      Answer<v1::ListQuickRepliesResponse> answer) {
  WithHeld(caller, request.work_item(), [this, request, answer](absl::StatusOr<Held> held) {
    if (!held.ok()) return answer(held.status());
    Load(held->contact, [this, request, answer,
                         agent = held->agent](absl::StatusOr<Contact> contact) {
      if (!contact.ok()) return answer(contact.status());
      const Mailbox* mailbox = MailboxOf(*contact);
      const std::string language =
          request.language().empty() ? contact->language : request.language();
      const Values values = {{"name", contact->display_name},
                             {"reference", ReferenceOf(contact->name.substr(kMailPrefix.size()))},
                             {"agent", NameShown(agent)}};
      v1::ListQuickRepliesResponse response;
      const auto add = [&](bool any_language) {
        if (mailbox == nullptr) return;
        for (const QuickReplyText& text : mailbox->quick_replies) {
          if (!any_language && text.language != language) continue;
          v1::QuickReply* reply = response.add_quick_replies();
          reply->set_display_name(text.display_name);
          reply->set_language(text.language);
          reply->set_text(Fill(text.text, values));
        }
      };
      add(/*any_language=*/false);
      if (response.quick_replies().empty()) add(/*any_language=*/true);
      answer(std::move(response));
    });
  });
}

// --- Drafts

void Hub::SaveDraft(const rpc::Caller& caller, const v1::SaveMailDraftRequest& request,
                    Answer<v1::MailDraft> answer) {
  if (absl::Status checked = CheckText(request.draft().text(), "draft.text", /*may_be_empty=*/true);
      !checked.ok()) {
    return answer(checked);
  }
  WithHeld(caller, request.work_item(), [this, request, answer](absl::StatusOr<Held> held) {
    if (!held.ok()) return answer(held.status());
    const Draft draft = DraftOf(request.draft(), now());
    store_.SaveDraft(held->contact, held->agent, draft,
                     Here<bool>([answer, draft](absl::StatusOr<bool> saved) {
                       if (!saved.ok()) return answer(saved.status());
                       answer(ToProto(draft));
                     }));
  });
}

void Hub::GetDraft(const rpc::Caller& caller, const v1::GetMailDraftRequest& request,
                   Answer<v1::MailDraft> answer) {
  WithHeld(caller, request.work_item(), [this, answer](absl::StatusOr<Held> held) {
    if (!held.ok()) return answer(held.status());
    store_.LoadDraft(
        held->contact, held->agent,
        Here<std::optional<Draft>>([answer](absl::StatusOr<std::optional<Draft>> draft) {
          if (!draft.ok()) return answer(draft.status());
          answer(*draft ? ToProto(**draft) : v1::MailDraft());
        }));
  });
}

// --- Attachments

void Hub::Upload(const rpc::Caller& caller, const v1::UploadMailAttachmentRequest& request,
                 Answer<v1::MailAttachment> answer) {
  const size_t size = request.content().size();
  if (size == 0 || size > kLargestUpload) {
    return answer(RefuseField("content", fmt::format("the file has {} bytes", size),
                              fmt::format("1 to {} bytes", kLargestUpload)));
  }
  if (CleanLine(request.file_name()) != request.file_name()) {
    return answer(RefuseField("fileName", "this is no name of a file", "one line of text"));
  }
  WithHeld(caller, request.work_item(), [this, request, answer](absl::StatusOr<Held> held) {
    if (!held.ok()) return answer(held.status());
    contacts::NewAttachment attachment{SafeFileName(request.file_name(), "attachment"),
                                       CleanLine(request.media_type()), request.content()};
    v1::MailAttachment uploaded;
    uploaded.set_file_name(attachment.file_name);
    uploaded.set_media_type(attachment.media_type);
    uploaded.set_size_bytes(static_cast<int64_t>(attachment.bytes.size()));
    store_.Stage(held->contact, std::move(attachment),
                 Here<std::string>([answer, uploaded](absl::StatusOr<std::string> id) {
                   if (!id.ok()) return answer(id.status());
                   v1::MailAttachment named = uploaded;
                   named.set_name(std::string(kAttachmentPrefix) + *id);
                   answer(std::move(named));
                 }));
  });
}

void Hub::Download(const rpc::Caller& caller, const v1::DownloadMailAttachmentRequest& request,
                   Answer<v1::DownloadMailAttachmentResponse> answer) {
  if (!request.attachment().starts_with(kAttachmentPrefix) || request.offset() < 0) {
    return answer(RefuseField("attachment", "this is no attachment", "attachments/{attachment}"));
  }
  WithReadable(
      caller, request.work_item(), [this, request, answer](absl::StatusOr<Contact> contact) {
        if (!contact.ok()) return answer(contact.status());
        using Part = contacts::ContactStore::AttachmentPart;
        store_.ReadAttachment(
            request.attachment().substr(kAttachmentPrefix.size()), request.offset(),
            Here<std::optional<Part>>([request, answer, name = contact->name](
                                          absl::StatusOr<std::optional<Part>> part) {
              if (!part.ok()) return answer(part.status());
              if (!*part || (*part)->contact != name) {
                return answer(Refuse(absl::StatusCode::kNotFound, "attachment",
                                     "this thread has no such attachment"));
              }
              v1::DownloadMailAttachmentResponse response;
              WriteAttachment((*part)->attachment, response.mutable_attachment());
              const int64_t next = request.offset() + static_cast<int64_t>((*part)->bytes.size());
              response.set_content(std::move((*part)->bytes));
              const bool more = !response.content().empty() && next < (*part)->attachment.size;
              response.set_next_offset(more ? next : 0);
              answer(std::move(response));
            }));
      });
}

}  // namespace wissel::email
