// Mails to the customer of a conversation: what was said, and that it goes on as a mail where
// closing time comes first.
#include "base/digest.h"
#include "base/status.h"
#include "channels/chat/hub.h"
#include "channels/chat/transcript.h"
#include "channels/contacts/addresses.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"

namespace wissel::chat {
namespace {

constexpr Duration kGoOnAgain = Duration::Seconds(5);

// In the form in which it is kept. What is no address (and so any line end) is refused.
absl::StatusOr<std::string> CheckAddress(const std::string& address,
                                         const std::string& request_id) {
  WISSEL_RETURN_IF_ERROR(contacts::CheckRequestId(request_id, "requestId"));
  WISSEL_ASSIGN_OR_RETURN(const contacts::Address checked,
                          contacts::EmailAddress(address, "address"));
  return checked.text;
}

absl::Status NotOffered() {
  return Refuse(absl::StatusCode::kFailedPrecondition, "", "no mails are sent here");
}

}  // namespace

NewEntry Hub::WishOf(const Conversation& conversation, std::string_view field,
                     const std::string& address, const std::string& request_id) const {
  NewEntry wish;
  wish.contact = conversation.contact().name;
  wish.entry.author = Author::kCustomer;
  wish.entry.kind = EntryKind::kEvent;
  wish.entry.headers = {{std::string(field), address}};
  if (!request_id.empty()) wish.request_id = fmt::format("{} {}", field, request_id);
  wish.fingerprint = DigestOf(address);
  return wish;
}

ChatMail Hub::MailTo(const Conversation& conversation, const std::string& address) const {
  const Contact& chat = conversation.contact();
  ChatMail mail;
  mail.chat = chat.name;
  mail.customer = chat.customer;
  mail.display_name = chat.display_name;
  mail.language = chat.language;
  mail.address = address;
  return mail;
}

// The wish is stored first, so that it counts however often the server is restarted.
void Hub::MailTranscript(const v1::MailTranscriptRequest& request,
                         Answer<v1::MailTranscriptResponse> answer) {
  const absl::StatusOr<std::string> address = CheckAddress(request.address(), request.request_id());
  if (!address.ok()) return answer(address.status());
  if (!options_.send_mail) return answer(NotOffered());
  WithSecret(
      request.chat(), request.secret(), [=, this, to = *address](absl::StatusOr<Room*> room) {
        if (!room.ok()) return answer(room.status());
        const Conversation& conversation = (*room)->conversation;
        NewEntry wish = WishOf(conversation, kTranscriptField, to, request.request_id());
        wish.entry.text = "The customer asked for the transcript by mail";
        wish.may_add = conversation.MayMailTranscript();
        ChatMail mail = MailTo(conversation, to);
        const std::shared_ptr<const Directory> directory = shard_.directory();
        MailText text = TranscriptMail(*options_.texts, conversation.contact(),
                                       directory->center.display_name, directory->center.time_zone);
        mail.subject = std::move(text.subject);
        mail.text = std::move(text.text);
        Append(
            **room, std::move(wish),
            [this, mail = std::move(mail), answer](const absl::StatusOr<v1::ChatMessage>& wished) {
              if (!wished.ok()) return answer(wished.status());
              ChatMail sent = mail;
              sent.request_key = fmt::format("transcript {} {}", mail.chat, wished->number());
              options_.send_mail(std::move(sent), [answer](const absl::Status& status) {
                if (!status.ok()) return answer(status);
                answer(v1::MailTranscriptResponse());
              });
            });
      });
}

void Hub::LeaveMailAddress(const v1::LeaveMailAddressRequest& request,
                           Answer<v1::LeaveMailAddressResponse> answer) {
  const absl::StatusOr<std::string> address = CheckAddress(request.address(), request.request_id());
  if (!address.ok()) return answer(address.status());
  if (!options_.go_on_by_mail) return answer(NotOffered());
  WithSecret(
      request.chat(), request.secret(), [=, this, to = *address](absl::StatusOr<Room*> room) {
        if (!room.ok()) return answer(room.status());
        const Conversation& conversation = (*room)->conversation;
        NewEntry wish = WishOf(conversation, kMailAddressField, to, request.request_id());
        wish.entry.text = "The customer may be answered by mail if closing time comes first";
        wish.may_add = conversation.MayLeaveMailAddress(now());
        Append(**room, std::move(wish), [answer](const absl::StatusOr<v1::ChatMessage>& wished) {
          if (!wished.ok()) return answer(wished.status());
          answer(v1::LeaveMailAddressResponse());
        });
      });
}

// That its item has ended comes as a fact. Refused, it waits on, and is tried again.
void Hub::GoOnByMail(Room& room) {
  room.going_on = true;
  const Conversation& conversation = room.conversation;
  const Contact& chat = conversation.contact();
  const std::shared_ptr<const Directory> directory = shard_.directory();
  const std::optional<QueueId> queue = directory->queues.FindId(chat.queue);
  MailText text = QuestionMail(*options_.texts, chat,
                               queue ? directory->queues.Get(*queue).display_name : std::string());
  ChatMail mail = MailTo(conversation, conversation.mail_address());
  mail.subject = std::move(text.subject);
  mail.text = std::move(text.text);
  mail.request_key = "instead of " + chat.name;
  options_.go_on_by_mail(std::move(mail), *chat.item,
                         [this, post = post_, id = chat.name](const absl::Status& status) {
                           post([this, id, status] { OnWentOn(id, status); });
                         });
}

void Hub::OnWentOn(const std::string& chat, const absl::Status& status) {
  Room* room = Find(chat);
  if (room == nullptr) return;
  // Once it has gone on, its item ends; until that is heard it must not go on once more.
  if (status.ok()) return;
  room->going_on = false;
  room->go_on_again_at = now() + kGoOnAgain;
  Retime(*room, now());
}

}  // namespace wissel::chat
