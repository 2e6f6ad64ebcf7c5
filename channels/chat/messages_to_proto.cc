#include "channels/chat/messages_to_proto.h"

#include <algorithm>

#include "channels/chat/file_rules.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/waits.h"

namespace wissel::chat {
namespace {

void WriteMessage(const Entry& message, v1::ChatMessage* out) {
  out->set_number(message.number);
  out->set_author(static_cast<v1::ChatMessage::Author>(message.author));
  out->set_author_name(message.author_name);
  out->set_text(message.text);
  WriteTimestamp(message.time, out->mutable_time());
  for (const contacts::Attachment& file : message.attachments) WriteFile(file, out->add_files());
}

void WriteMessagesAfter(const Contact& contact, int64_t after_number,
                        google::protobuf::RepeatedPtrField<v1::ChatMessage>* out) {
  const auto after =
      std::upper_bound(contact.entries.begin(), contact.entries.end(), after_number,
                       [](int64_t number, const Entry& entry) { return number < entry.number; });
  for (auto entry = after; entry != contact.entries.end(); ++entry) {
    if (entry->kind == EntryKind::kMessage) WriteMessage(*entry, out->Add());
  }
}

}  // namespace

void WriteFile(const contacts::Attachment& file, v1::ChatFile* out) {
  out->set_name("attachments/" + file.id);
  out->set_file_name(file.file_name);
  out->set_media_type(file.media_type);
  out->set_size_bytes(file.size);
}

void WriteFileRules(int64_t largest_file, v1::ChatFileRules* out) {
  out->set_largest_bytes(largest_file);
  if (largest_file == 0) return;
  for (std::string_view ending : FileEndings()) out->add_endings(std::string(ending));
}

v1::ChatMessage ToProto(const Entry& message) {
  v1::ChatMessage out;
  WriteMessage(message, &out);
  return out;
}

v1::CustomerChatUpdate ToProto(const Contact& contact, const Conversation::CustomerView& view,
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
  if (view.closing) {
    v1::ChatClosing* closing = out.mutable_closing();
    if (view.closing->closes) WriteTimestamp(*view.closing->closes, closing->mutable_close_time());
    if (view.closing->opens) WriteTimestamp(*view.closing->opens, closing->mutable_open_time());
  }
  out.set_mail_address(view.mail_address);
  out.set_goes_on_by_mail(view.goes_on_by_mail);
  out.set_may_mail_transcript(view.may_mail_transcript);
  out.set_agent_typing(view.agent_typing);
  out.set_may_leave_page(contact.channel == Channel::kMessage);
  WriteMessagesAfter(contact, after_number, out.mutable_messages());
  return out;
}

v1::ChatUpdate ToProto(const Contact& contact, const Conversation::AgentView& view,
                       int64_t after_number) {
  v1::ChatUpdate out;
  out.set_customer_typing(view.customer_typing);
  out.set_customer_present(view.customer_present);
  out.set_ended(view.ended);
  out.set_customer_display_name(contact.display_name);
  out.set_language(contact.language);
  WriteMessagesAfter(contact, after_number, out.mutable_messages());
  return out;
}

v1::Transcript TranscriptOf(const Contact& contact) {
  v1::Transcript out;
  if (contact.item) out.set_work_item(ItemName(*contact.item));
  out.set_customer_display_name(contact.display_name);
  out.set_language(contact.language);
  WriteMessagesAfter(contact, 0, out.mutable_messages());
  WriteTimestamp(contact.started, out.mutable_start_time());
  if (contact.ended) {
    WriteTimestamp(*contact.ended, out.mutable_end_time());
    WriteDuration(*contact.ended - contact.started, out.mutable_duration());
  }
  return out;
}

}  // namespace wissel::chat
