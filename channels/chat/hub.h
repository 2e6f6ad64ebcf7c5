// All conversations that somebody takes part in, and who watches them. Belongs to the chat thread
// (chat.cc), which calls everything here; answers of the store and the shard come back to it as
// tasks.
//
// Invariants: what is shown or answered is durable; a conversation is in memory while it has not
// ended, its item lives or somebody watches it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/answer.h"
#include "base/rpc/method_table.h"
#include "channels/chat/chat.h"
#include "channels/chat/conversation.h"
#include "channels/chat/lines.h"
#include "channels/chat/uploads.h"
#include "wissel/v1/chat.pb.h"

namespace wissel::chat {

using rpc::Answer;
using rpc::Stopping;

// What the engine says of an item, with the conversation that its contact names.
struct NamedFact {
  std::string chat;  // its contact; empty: an item that is forgotten already
  ItemFact fact;
};
// Whether a contact is a conversation of this channel: "chats/{id}", or "messages/{id}" whose
// customers may come and go.
bool IsConversation(std::string_view contact);
// Last part of the resource name of the caller's agent; empty for a caller who is none.
std::string AgentOf(const rpc::Caller& caller);
// None: the item is no conversation's.
std::optional<NamedFact> FactOf(const Engine& engine, const Item& item);

// The sending side of a stream, and what it has been sent.
template <class Update, class View>
struct Watcher {
  explicit Watcher(rpc::ServerStream<Update> s) : stream(std::move(s)) {}
  ~Watcher() { Finish(Stopping()); }

  void Finish(const absl::Status& status) {
    if (!closed.exchange(true)) stream.Finish(status);
  }

  rpc::ServerStream<Update> stream;
  std::atomic<bool> closed = false;  // from here, or by the other side
  int64_t sent_number = 0;
  std::optional<View> sent_view;
  Instant sent_at;
  std::string chat;    // once it has been let in
  std::string holder;  // the agent who watches as the one who has the item; empty: anyone else
};
using CustomerWatcher = Watcher<v1::CustomerChatUpdate, Conversation::CustomerView>;
using AgentWatcher = Watcher<v1::ChatUpdate, Conversation::AgentView>;

class Hub {
 public:
  using Task = std::function<void()>;
  // `post` puts a task on the chat thread, from any thread; a task is dropped when that has ended.
  Hub(Shard& shard, ContactStore& store, const ChatOptions& options,
      std::function<void(Task)> post);

  // --- What comes from the engine
  // Matches what was stored as under way with the items that live.
  void Begin(std::vector<Contact> stored, std::vector<NamedFact> living);
  void OnFacts(std::vector<NamedFact> facts);
  // These conversations are no more: who took part is told, and nobody is waited for.
  void OnErased(const std::vector<std::string>& chats);
  // Until Begin, calls wait.
  void WhenBegun(Task task);

  // --- Time: does what is due; when it wants to be called again.
  std::optional<Instant> OnTime(Instant now);
  // The line of some queue may have moved.
  void OnLinesMoved() { lines_moved_ = true; }

  // --- The customer's calls (customer_calls.cc)
  void ListTopics(Answer<v1::ListChatTopicsResponse> answer);
  void Start(const v1::StartChatRequest& request, Answer<v1::StartChatResponse> answer);
  void Send(const v1::SendCustomerMessageRequest& request, Answer<v1::ChatMessage> answer);
  // From elsewhere, where who writes has been recognised.
  void SendAsCustomer(const std::string& name, const CustomersText& said,
                      Answer<v1::ChatMessage> answer);
  void Type(const v1::SetCustomerTypingRequest& request, Answer<v1::SetTypingResponse> answer);
  void Watch(const v1::WatchCustomerChatRequest& request, std::shared_ptr<CustomerWatcher> watcher);
  void Closed(const std::shared_ptr<CustomerWatcher>& watcher);
  void AcceptNotice(const v1::AcceptNoticeRequest& request,
                    Answer<v1::AcceptNoticeResponse> answer);
  void Leave(const v1::LeaveChatRequest& request, Answer<v1::LeaveChatResponse> answer);

  // --- Mails to the customer (mail_calls.cc)
  void MailTranscript(const v1::MailTranscriptRequest& request,
                      Answer<v1::MailTranscriptResponse> answer);
  void LeaveMailAddress(const v1::LeaveMailAddressRequest& request,
                        Answer<v1::LeaveMailAddressResponse> answer);

  // --- The agent's calls (agent_calls.cc)
  void Send(const rpc::Caller& caller, const v1::SendMessageRequest& request,
            Answer<v1::ChatMessage> answer);
  void Type(const rpc::Caller& caller, const v1::SetTypingRequest& request,
            Answer<v1::SetTypingResponse> answer);
  void Watch(const rpc::Caller& caller, const v1::WatchChatRequest& request,
             std::shared_ptr<AgentWatcher> watcher);
  void Closed(const std::shared_ptr<AgentWatcher>& watcher);
  void GetTranscript(const rpc::Caller& caller, const v1::GetTranscriptRequest& request,
                     Answer<v1::Transcript> answer);

  // --- Files of either side (file_calls.cc)
  void Upload(const v1::UploadCustomerFileRequest& request,
              Answer<v1::UploadChatFileResponse> answer);
  void Upload(const rpc::Caller& caller, const v1::UploadChatFileRequest& request,
              Answer<v1::UploadChatFileResponse> answer);
  void Download(const v1::DownloadCustomerFileRequest& request, Answer<v1::ChatFileBytes> answer);
  void Download(const rpc::Caller& caller, const v1::DownloadChatFileRequest& request,
                Answer<v1::ChatFileBytes> answer);

  // One of its watchers can be sent something again.
  void OnWritable(const std::string& chat);
  void FinishAll(const absl::Status& status);

 private:
  struct Room {
    Room(Contact contact, Instant now, Duration grace)
        : conversation(std::move(contact), now, grace) {}
    Conversation conversation;
    std::vector<std::shared_ptr<CustomerWatcher>> customers;
    std::vector<std::shared_ptr<AgentWatcher>> agents;
    bool abandoning = false;
    bool end_stored = false;
    Instant abandon_again_at;
    bool going_on = false;  // by mail
    Instant go_on_again_at;
    std::optional<Instant> woken;  // what it was set aside at (aside_since) when it was woken
    Instant wake_again_at;
    Instant used_at;
    std::optional<Instant> timer;
    // To be woken, and nobody is about to.
    bool sleeps_in() const {
      return conversation.MustWake() && woken != conversation.aside_since();
    }
    bool watched() const { return !customers.empty() || !agents.empty(); }
  };
  using WithRoom = std::function<void(absl::StatusOr<Room*>)>;

  Room& Put(Contact contact);
  Room* Find(const std::string& chat);
  // Gives the room, from the store if need be; the pointer lives until the callback returns.
  void WithSecret(const std::string& name, const std::string& secret, WithRoom then);
  void WithName(const std::string& name, const absl::Status& if_none, const WithRoom& then);
  void WithItem(const std::string& work_item, WithRoom then);
  void Loaded(absl::StatusOr<std::optional<Contact>> loaded, const absl::Status& if_none,
              const WithRoom& then);

  // Everything that follows from a change of the conversation.
  void Changed(Room& room);
  void Flush(Room& room, Instant now);
  void CutFormerHolders(Room& room);
  void Abandon(Room& room);
  void Wake(Room& room);
  // Of a conversation that was erased.
  void AbandonErased(const ItemFact& fact);
  void StoreEnd(Room& room, ContactStore::Done<bool> done);
  void Retime(Room& room, Instant now);
  void OnTimer(const std::string& chat, Instant now);
  void Adopt(const NamedFact& living);
  // A wish of the customer's, as an event of the conversation.
  NewEntry WishOf(const Conversation& conversation, std::string_view field,
                  const std::string& address, const std::string& request_id) const;
  ChatMail MailTo(const Conversation& conversation, const std::string& address) const;
  void GoOnByMail(Room& room);
  void OnWentOn(const std::string& chat, const absl::Status& status);
  using Said = std::function<void(absl::StatusOr<v1::ChatMessage>)>;
  void Append(Room& room, NewEntry message, Said then);
  void AppendOfCustomer(Room& room, const CustomersText& said, Answer<v1::ChatMessage> answer);

  void TakePiece(Room& room, std::string_view side, const v1::ChatFilePiece& piece,
                 NewEntry message, const Answer<v1::UploadChatFileResponse>& answer);
  // Its id in the store.
  static absl::StatusOr<std::string> FileIn(const Room& room, const std::string& name,
                                            int64_t offset);
  void ReadFile(const std::string& id, int64_t offset, const Answer<v1::ChatFileBytes>& answer);

  void AskLines(Instant now);
  void OnLine(const LineNews& news);

  struct Starting;
  void OnStarted(absl::StatusOr<ContactStore::Started> started, Starting starting);
  void CreateItem(Starting starting);
  void OnCreated(const absl::Status& status, std::optional<NamedFact> fact, Starting starting);

  enum class Reader { kHolder, kSupervisor };
  static absl::StatusOr<Reader> MayRead(const rpc::Caller& caller, const Room& room);

  std::string NameShown(std::string_view agent) const;
  Instant now() const { return shard_.now(); }

  Shard& shard_;
  ContactStore& store_;
  const ChatOptions& options_;
  const std::function<void(Task)> post_;

  bool begun_ = false;
  std::vector<Task> until_begun_;
  std::map<std::string, Room> rooms_;  // by the chat's name
  std::map<ItemId, std::string> by_item_;
  std::set<std::pair<Instant, std::string>> timers_;
  std::set<std::string> erased_;   // since the start
  std::set<std::string> in_line_;  // chats that wait and are watched by their customer

  Uploads uploads_;

  bool lines_moved_ = true;
  bool lines_asked_ = false;
  Instant lines_at_;
  uint64_t looks_ = 0;

  v1::ListChatTopicsResponse topics_;
  std::optional<Instant> topics_at_;
  std::vector<Answer<v1::ListChatTopicsResponse>> topics_wanted_;
};

}  // namespace wissel::chat
