#include "channels/chat/messages_to_proto.h"

#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/waits.h"

namespace wissel::chat {
namespace {

// Messages are numbered from 1 without gaps.
void WriteMessagesAfter(const Chat& chat, int64_t after_number,
                        google::protobuf::RepeatedPtrField<v1::ChatMessage>* out) {
  for (size_t i = static_cast<size_t>(after_number); i < chat.messages.size(); ++i) {
    WriteMessage(chat.messages[i], out->Add());
  }
}

}  // namespace

void WriteMessage(const Message& message, v1::ChatMessage* out) {
  out->set_number(message.number);
  out->set_author(static_cast<v1::ChatMessage::Author>(message.author));
  out->set_author_name(message.author_name);
  out->set_text(message.text);
  WriteTimestamp(message.time, out->mutable_time());
}

v1::ChatMessage ToProto(const Message& message) {
  v1::ChatMessage out;
  WriteMessage(message, &out);
  return out;
}

v1::CustomerChatUpdate ToProto(const Chat& chat, const Conversation::CustomerView& view,
                               int64_t after_number, const AgentDisplayName& display_name) {
  v1::CustomerChatUpdate out;
  out.set_state(static_cast<v1::CustomerChatUpdate::State>(view.stage));
  out.set_place(view.place);
  if (view.wait) WriteEstimate(*view.wait, out.mutable_estimated_wait());
  for (const ShownNotice& notice : view.notices) {
    v1::ChatNotice* to = out.add_notices();
    to->set_name(NoticeName(notice.id));
    to->set_text(notice.text);
  }
  if (view.entered) WriteTimestamp(*view.entered, out.mutable_enter_time());
  if (!view.agent.empty()) out.set_agent_display_name(display_name(view.agent));
  out.set_agent_typing(view.agent_typing);
  WriteMessagesAfter(chat, after_number, out.mutable_messages());
  return out;
}

v1::ChatUpdate ToProto(const Chat& chat, const Conversation::AgentView& view,
                       int64_t after_number) {
  v1::ChatUpdate out;
  out.set_customer_typing(view.customer_typing);
  out.set_customer_present(view.customer_present);
  out.set_ended(view.ended);
  out.set_customer_display_name(chat.display_name);
  out.set_language(chat.language);
  WriteMessagesAfter(chat, after_number, out.mutable_messages());
  return out;
}

v1::Transcript TranscriptOf(const Chat& chat) {
  v1::Transcript out;
  if (chat.item) out.set_work_item(ItemName(*chat.item));
  out.set_customer_display_name(chat.display_name);
  out.set_language(chat.language);
  WriteMessagesAfter(chat, 0, out.mutable_messages());
  WriteTimestamp(chat.started, out.mutable_start_time());
  if (chat.ended) {
    WriteTimestamp(*chat.ended, out.mutable_end_time());
    WriteDuration(*chat.ended - chat.started, out.mutable_duration());
  }
  return out;
}

}  // namespace wissel::chat
