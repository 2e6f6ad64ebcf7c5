// Conversations of before there was one contact store for all channels (`chats.sqlite`, in the
// open): taken over once, then the file is overwritten and deleted.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"

namespace wissel::chat {

// How many were taken over; 0 without such a file. Blocks; before the channel is opened. When it is
// interrupted or fails, the file stays, and a repetition goes on where it stopped. The customers'
// secrets are not taken over: who was in a conversation begins a new one.
absl::StatusOr<int> TakeOverOldChats(const std::string& path, contacts::ContactStore& store);

}  // namespace wissel::chat
