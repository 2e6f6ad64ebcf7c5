// The front door of the chat channel: CustomerChatService and ChatService over a shard and the
// contact store.
//
// Order: open before the shard is started (it adds observers), `Register` before a door opens,
// `Start` once the shard runs. On the way down: close the doors, `Stop`, stop the shard, destroy.
// Handlers are thread-safe and never block. One thread of its own owns the conversations, another
// one the contact store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/time.h"
#include "channels/chat/messages_to_proto.h"
#include "channels/contacts/contact_store.h"
#include "channels/pages/page_set.h"
#include "router/core/ids.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::chat {

// To an address that the customer of a conversation has given.
struct ChatMail {
  std::string chat;
  std::string customer;  // "customers/{id}"
  std::string display_name;
  std::string language;
  std::string address;
  std::string subject;
  std::string text;
  std::string request_key;  // the same for each attempt: it is sent once
};

struct ChatOptions {
  // A customer whose stream has been gone for so long has left.
  Duration grace = Duration::Seconds(60);
  // Says how long it will be, and must outlive the channel; none: no customer is told.
  const Waits* waits = nullptr;
  // Bytes of a file that either side may send, at most kLargestFile; 0: none may.
  int64_t largest_file = 5 << 20;
  // What mails say; never null where one of the next two is there.
  std::shared_ptr<const pages::PageSet> texts;
  // Sends a mail: called back, on any thread, when it is durable that it will be sent. None: no
  // transcripts are offered.
  std::function<void(ChatMail, std::function<void(absl::Status)>)> send_mail;
  // Goes on with the conversation's item as a mail that has its place. FAILED_PRECONDITION: it
  // cannot now. None: that is not offered.
  std::function<void(ChatMail, ItemId, std::function<void(absl::Status)>)> go_on_by_mail;
  // Empty: the agent is shown under the last part of their resource name.
  AgentDisplayName agent_display_name = [](std::string_view) { return std::string(); };
};

// What a customer writes; sent again under the same id it is one message.
struct CustomersText {
  std::string text;
  std::string request_id;
};

class ChatChannel {
 public:
  // Both must outlive it.
  static absl::StatusOr<std::unique_ptr<ChatChannel>> Open(Shard& shard,
                                                           contacts::ContactStore& store,
                                                           ChatOptions options);
  ~ChatChannel();

  void Register(rpc::MethodTable& table);

  // A message of the customer of a conversation, who has been recognised by another page of theirs:
  // as SendCustomerMessage. FAILED_PRECONDITION after its end.
  void SendAsCustomer(std::string conversation, CustomersText said,
                      std::function<void(absl::Status)> done);

  // Takes up the conversations that were under way; calls wait until that is done.
  void Start();
  // Ends every stream; calls from then on are UNAVAILABLE.
  void Stop();

  // Returns when all that came in before the call has been worked off, and what time has made due
  // is done; for tests, which have their own time.
  void Settle();

 private:
  void RegisterCustomersSide(rpc::MethodTable& table);
  void RegisterAgentsSide(rpc::MethodTable& table);
  class Parts;
  explicit ChatChannel(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::chat
