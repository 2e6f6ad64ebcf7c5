// Files in conversations, of both sides: sent in pieces, each a message of its own once it is
// whole, and read in pieces.
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "channels/chat/hub.h"
#include "channels/chat/messages_to_proto.h"
#include "fmt/format.h"

namespace wissel::chat {
namespace {

constexpr std::string_view kAttachmentPrefix = "attachments/";

FilePiece PieceOf(const v1::ChatFilePiece& piece) {
  return {piece.upload(), piece.file_name(), piece.size_bytes(), piece.offset(), piece.content()};
}

// As Uploads has it.
std::string SideOf(const Conversation& conversation, std::string_view side) {
  return fmt::format("{} {}", conversation.contact().name, side);
}

}  // namespace

void Hub::Upload(const v1::UploadCustomerFileRequest& request,
                 Answer<v1::UploadChatFileResponse> answer) {
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const Conversation& conversation = (*room)->conversation;
    NewEntry message;
    message.entry.author = Author::kCustomer;
    message.entry.author_name = conversation.contact().display_name;
    message.request_id = "file " + request.piece().upload();
    message.may_add = conversation.MayCustomerSendFile(now());
    TakePiece(**room, "customer", request.piece(), std::move(message), answer);
  });
}

void Hub::Upload(const rpc::Caller& caller, const v1::UploadChatFileRequest& request,
                 Answer<v1::UploadChatFileResponse> answer) {
  WithItem(request.work_item(), [=, this, agent = AgentOf(caller)](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    NewEntry message;
    message.entry.author = Author::kAgent;
    message.entry.author_name = NameShown(agent);
    message.entry.agent = agent;
    message.request_id = fmt::format("{} file {}", agent, request.piece().upload());
    message.may_add = (*room)->conversation.MayAgentSendFile(agent, now());
    TakePiece(**room, agent, request.piece(), std::move(message), answer);
  });
}

void Hub::TakePiece(Room& room, std::string_view side, const v1::ChatFilePiece& piece,
                    NewEntry message, const Answer<v1::UploadChatFileResponse>& answer) {
  // The first piece already hears what the last one would.
  if (!message.may_add.ok()) return answer(message.may_add);
  absl::StatusOr<Uploads::Taken> taken =
      uploads_.Take(SideOf(room.conversation, side), PieceOf(piece), now());
  if (!taken.ok()) return answer(taken.status());
  v1::UploadChatFileResponse response;
  response.set_next_offset(taken->next_offset);
  if (!taken->whole) return answer(std::move(response));
  message.fingerprint = DigestOf(taken->whole->file_name + '\0' + taken->whole->bytes);
  message.attachments.push_back(*std::move(taken->whole));
  Append(room, std::move(message),
         [answer, response = std::move(response)](absl::StatusOr<v1::ChatMessage> sent) {
           if (!sent.ok()) return answer(sent.status());
           v1::UploadChatFileResponse whole = response;
           *whole.mutable_message() = *std::move(sent);
           answer(std::move(whole));
         });
}

void Hub::Download(const v1::DownloadCustomerFileRequest& request,
                   Answer<v1::ChatFileBytes> answer) {
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const absl::StatusOr<std::string> file = FileIn(**room, request.file(), request.offset());
    if (!file.ok()) return answer(file.status());
    ReadFile(*file, request.offset(), answer);
  });
}

void Hub::Download(const rpc::Caller& caller, const v1::DownloadChatFileRequest& request,
                   Answer<v1::ChatFileBytes> answer) {
  WithItem(request.work_item(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const absl::StatusOr<Reader> reader = MayRead(caller, **room);
    if (!reader.ok()) return answer(reader.status());
    const absl::StatusOr<std::string> file = FileIn(**room, request.file(), request.offset());
    if (!file.ok()) return answer(file.status());
    if (*reader == Reader::kHolder) return ReadFile(*file, request.offset(), answer);
    store_.RecordRead(caller.user, {(*room)->conversation.contact().name}, now(),
                      [=, this, post = post_](const absl::StatusOr<bool>& done) {
                        if (!done.ok()) return answer(done.status());
                        post([=, this] { ReadFile(*file, request.offset(), answer); });
                      });
  });
}

absl::StatusOr<std::string> Hub::FileIn(const Room& room, const std::string& name, int64_t offset) {
  if (offset < 0) {
    return RefuseField("offset", "an offset is not negative", "0, or nextOffset of the answer");
  }
  const bool named = name.starts_with(kAttachmentPrefix);
  const std::string id = named ? name.substr(kAttachmentPrefix.size()) : "";
  if (!id.empty() && room.conversation.HasFile(id)) return id;
  return Refuse(absl::StatusCode::kNotFound, "file", "this conversation has no such file");
}

void Hub::ReadFile(const std::string& id, int64_t offset, const Answer<v1::ChatFileBytes>& answer) {
  using Part = ContactStore::AttachmentPart;
  store_.ReadAttachment(id, offset, [answer, offset](absl::StatusOr<std::optional<Part>> part) {
    if (!part.ok()) return answer(part.status());
    if (!part->has_value()) {
      return answer(Refuse(absl::StatusCode::kNotFound, "file", "the file is not there"));
    }
    v1::ChatFileBytes bytes;
    WriteFile((*part)->attachment, bytes.mutable_file());
    const int64_t next = offset + static_cast<int64_t>((*part)->bytes.size());
    bytes.set_next_offset(next < (*part)->attachment.size && next > offset ? next : 0);
    bytes.set_content(std::move((*part)->bytes));
    answer(std::move(bytes));
  });
}

}  // namespace wissel::chat
