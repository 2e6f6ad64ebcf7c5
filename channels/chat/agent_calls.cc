// The agent's side, and that of managers who read along.
#include <algorithm>

#include "base/digest.h"
#include "base/status.h"
#include "channels/chat/hub.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"

namespace wissel::chat {
namespace {

constexpr std::string_view kAgentPrefix = "agents/";

}  // namespace

std::string AgentOf(const rpc::Caller& caller) {
  const bool agent = caller.agent.starts_with(kAgentPrefix);
  return agent ? caller.agent.substr(kAgentPrefix.size()) : std::string();
}

absl::StatusOr<Hub::Reader> Hub::MayRead(const rpc::Caller& caller, const Room& room) {
  if (room.conversation.IsOpenTo(AgentOf(caller))) return Reader::kHolder;
  if (caller.roles.Intersects({rpc::Role::kManager, rpc::Role::kAdmin})) return Reader::kSupervisor;
  return Refuse(
      absl::StatusCode::kPermissionDenied, "workItem",
      "only the agent who has the work item or is asked about it, managers and admins may "
      "read");
}

void Hub::Send(const rpc::Caller& caller, const v1::SendMessageRequest& request,
               Answer<v1::ChatMessage> answer) {
  absl::Status checked = contacts::CheckMessage(request.text(), "text");
  if (checked.ok()) checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return answer(checked);
  WithItem(request.work_item(), [=, this, agent = AgentOf(caller)](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const Conversation& conversation = (*room)->conversation;
    const absl::Status may = conversation.MayAgentWrite(agent);
    if (absl::IsPermissionDenied(may)) return answer(may);
    NewEntry message;
    message.entry.author = Author::kAgent;
    message.entry.author_name = NameShown(agent);
    message.entry.text = request.text();
    message.entry.agent = agent;
    // An id is the agent's own: two agents who had the item may have chosen the same.
    if (!request.request_id().empty()) {
      message.request_id = fmt::format("{} {}", agent, request.request_id());
    }
    message.fingerprint = DigestOf(std::string(request.text()));
    message.may_add = may;
    Append(**room, std::move(message), answer);
  });
}

void Hub::Type(const rpc::Caller& caller, const v1::SetTypingRequest& request,
               Answer<v1::SetTypingResponse> answer) {
  WithItem(request.work_item(), [=, this, agent = AgentOf(caller)](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const absl::Status may = (*room)->conversation.MayAgentWrite(agent);
    if (!may.ok()) return answer(may);
    (*room)->conversation.OnAgentTyping(now());
    Changed(**room);
    answer(v1::SetTypingResponse());
  });
}

void Hub::Watch(const rpc::Caller& caller, const v1::WatchChatRequest& request,
                std::shared_ptr<AgentWatcher> watcher) {
  if (request.after_number() < 0) {
    return watcher->Finish(RefuseField("afterNumber", "a message number is not negative",
                                       "the number of the last message that is known, or 0"));
  }
  const auto let_in = [=, this, agent = AgentOf(caller)](Room& room, Reader reader) {
    if (watcher->closed) return;
    watcher->chat = room.conversation.contact().name;
    watcher->sent_number = std::min(request.after_number(), room.conversation.last_number());
    if (reader == Reader::kHolder) watcher->holder = agent;
    room.agents.push_back(watcher);
    Changed(room);
  };
  WithItem(request.work_item(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return watcher->Finish(room.status());
    const absl::StatusOr<Reader> reader = MayRead(caller, **room);
    if (!reader.ok()) return watcher->Finish(reader.status());
    if (*reader == Reader::kHolder) return let_in(**room, *reader);
    const std::string chat = (*room)->conversation.contact().name;
    store_.RecordRead(caller.user, {chat}, now(),
                      [=, this, post = post_](absl::StatusOr<bool> done) {
                        post([=, this] {
                          if (!done.ok()) return watcher->Finish(done.status());
                          if (Room* room = Find(chat)) let_in(*room, Reader::kSupervisor);
                        });
                      });
  });
}

void Hub::Closed(const std::shared_ptr<AgentWatcher>& watcher) {
  Room* room = Find(watcher->chat);
  if (room == nullptr || std::erase(room->agents, watcher) == 0) return;
  room->used_at = now();
  Changed(*room);
}

void Hub::GetTranscript(const rpc::Caller& caller, const v1::GetTranscriptRequest& request,
                        Answer<v1::Transcript> answer) {
  WithItem(request.work_item(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    const absl::StatusOr<Reader> reader = MayRead(caller, **room);
    if (!reader.ok()) return answer(reader.status());
    const Contact& chat = (*room)->conversation.contact();
    if (*reader == Reader::kHolder) return answer(TranscriptOf(chat));
    // What was read is what is recorded: the transcript as it is now.
    store_.RecordRead(caller.user, {chat.name}, now(),
                      [answer, transcript = TranscriptOf(chat)](const absl::StatusOr<bool>& done) {
                        if (!done.ok()) return answer(done.status());
                        answer(transcript);
                      });
  });
}

}  // namespace wissel::chat
