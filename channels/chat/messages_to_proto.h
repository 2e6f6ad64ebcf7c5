// Conversations as the contract's messages. Pure but for the names of agents, which are asked for.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "channels/chat/conversation.h"
#include "wissel/v1/chat.pb.h"

namespace wissel::chat {

// Display name of an agent, by the last part of the agent's resource name. Empty: none is known.
using AgentDisplayName = std::function<std::string(std::string_view agent)>;

v1::ChatMessage ToProto(const Entry& message);
void WriteFile(const contacts::Attachment& file, v1::ChatFile* out);
// `largest_file`: bytes; 0: none.
void WriteFileRules(int64_t largest_file, v1::ChatFileRules* out);

// With the messages after `after_number`; notes and events are for the contact's own page.
v1::CustomerChatUpdate ToProto(const Contact& contact, const Conversation::CustomerView& view,
                               int64_t after_number, const AgentDisplayName& display_name);
v1::ChatUpdate ToProto(const Contact& contact, const Conversation::AgentView& view,
                       int64_t after_number);
v1::Transcript TranscriptOf(const Contact& contact);

}  // namespace wissel::chat
