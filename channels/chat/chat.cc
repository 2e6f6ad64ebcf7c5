#include "channels/chat/chat.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <utility>
#include <vector>

#include "base/runtime/task_thread.h"
#include "base/status.h"
#include "channels/chat/hub.h"
#include "router/core/item_of.h"

namespace wissel::chat {
namespace {

using rpc::Access;
using rpc::Role;

constexpr size_t kCallsAtOnce = 10'000;

// What a batch changes for conversations; each item once.
std::vector<NamedFact> FactsOf(const CommittedBatch& batch, const Engine& engine) {
  std::vector<ItemId> items;
  for (const Event& event : batch.events) {
    std::optional<ItemId> id = ItemOf(event);
    // How a consult goes says who reads along in the conversation that it is about.
    const Item* item = id ? engine.FindItem(*id) : nullptr;
    if (item != nullptr && item->question) id = item->question->item;
    if (id && (items.empty() || items.back() != *id)) items.push_back(*id);
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  std::vector<NamedFact> facts;
  for (ItemId id : items) {
    const Item* item = engine.FindItem(id);
    if (item == nullptr) {
      facts.push_back({"", {id, ItemState::kCompleted}});  // ended, and forgotten already
    } else if (auto fact = FactOf(engine, *item)) {
      facts.push_back(*std::move(fact));
    }
  }
  return facts;
}

}  // namespace

// Shared with the callbacks that may outlive the channel: they find the inbox closed.
class ChatChannel::Parts : public std::enable_shared_from_this<ChatChannel::Parts> {
 public:
  Parts(Shard& shard, ContactStore& store, ChatOptions options, std::vector<Contact> stored)
      : shard_(shard),
        store_(store),
        options_(std::move(options)),
        stored_(std::move(stored)),
        thread_("chat", kCallsAtOnce),
        hub_(shard_, store_, options_, thread_.poster()) {}

  void Observe() {
    store_.ObserveErasures([self = weak_from_this()](const std::vector<std::string>& contacts) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      parts->thread_.Post([parts = parts.get(), contacts] { parts->hub_.OnErased(contacts); });
    });
    shard_.AddObserver(
        [self = weak_from_this()](const CommittedBatch& batch, const Engine& engine) {
          auto parts = self.lock();
          if (parts == nullptr) return;
          parts->batches_.fetch_add(1, std::memory_order_relaxed);
          std::vector<NamedFact> facts = FactsOf(batch, engine);
          if (facts.empty()) return;
          parts->thread_.Post(
              [parts = parts.get(), facts = std::move(facts)] { parts->hub_.OnFacts(facts); });
        });
  }

  void Start() {
    thread_.Start([this] { return Step(); });
    shard_.Read([self = shared_from_this()](const Engine& engine) {
      std::vector<NamedFact> living;
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        if (auto fact = FactOf(engine, item)) living.push_back(*std::move(fact));
        return true;
      });
      self->thread_.Post([parts = self.get(), living = std::move(living)] {
        parts->hub_.Begin(std::move(parts->stored_), living);
      });
    });
  }

  void Stop() {
    thread_.Stop();
    hub_.FinishAll(Stopping());
  }

  void Settle() {
    // For what is in the inbox, then for the answers of the store and the shard that it led to.
    for (int round = 0; round < 4; ++round) {
      std::promise<void> stored;
      store_.Load("", [&](const absl::StatusOr<std::optional<Contact>>&) { stored.set_value(); });
      stored.get_future().wait();
      if (!thread_.Settle()) return;
    }
  }

  template <class Response, class Call>
  void Unary(const rpc::Reply<Response>& reply, Call call) {
    const Answer<Response> answer(reply);
    const absl::Status pushed = thread_.Ask([this, call = std::move(call), answer] {
      hub_.WhenBegun([this, call, answer] { call(hub_, answer); });
    });
    if (!pushed.ok()) answer(pushed);
  }

  template <class W, class Update, class Call>
  void Streaming(rpc::ServerStream<Update> stream, Call call) {
    auto watcher = std::make_shared<W>(stream);
    const absl::Status pushed = thread_.Ask([this, call = std::move(call), watcher] {
      hub_.WhenBegun([this, call, watcher] { call(hub_, watcher); });
    });
    if (!pushed.ok()) return watcher->Finish(pushed);
    // Weak, for the watcher has the stream, and the stream these.
    stream.SetCallbacks(
        [self = weak_from_this(), weak = std::weak_ptr(watcher)] {
          auto parts = self.lock();
          auto watcher = weak.lock();
          if (parts == nullptr || watcher == nullptr) return;
          parts->thread_.Post(
              [parts = parts.get(), watcher] { parts->hub_.OnWritable(watcher->chat); });
        },
        [self = weak_from_this(), weak = std::weak_ptr(watcher)] {
          auto parts = self.lock();
          auto watcher = weak.lock();
          if (watcher != nullptr) watcher->closed = true;
          if (parts == nullptr || watcher == nullptr) return;
          parts->thread_.Post([parts = parts.get(), watcher] { parts->hub_.Closed(watcher); });
        });
  }

 private:
  std::optional<Duration> Step() {
    const uint64_t batches = batches_.load(std::memory_order_relaxed);
    if (batches != batches_seen_) hub_.OnLinesMoved();
    batches_seen_ = batches;
    const Instant now = shard_.now();
    const std::optional<Instant> next = hub_.OnTime(now);
    if (!next) return std::nullopt;
    return *next - now;
  }

  Shard& shard_;
  ContactStore& store_;
  const ChatOptions options_;
  std::vector<Contact> stored_;
  std::atomic<uint64_t> batches_ = 0;
  TaskThread thread_;
  // Of the chat thread.
  Hub hub_;
  uint64_t batches_seen_ = 0;
};

absl::StatusOr<std::unique_ptr<ChatChannel>> ChatChannel::Open(Shard& shard, ContactStore& store,
                                                               ChatOptions options) {
  std::vector<Contact> stored;
  for (Channel channel : {Channel::kChat, Channel::kMessage}) {
    std::promise<absl::StatusOr<std::vector<Contact>>> loaded;
    store.LoadLive(channel, [&](absl::StatusOr<std::vector<Contact>> chats) {
      loaded.set_value(std::move(chats));
    });
    WISSEL_ASSIGN_OR_RETURN(std::vector<Contact> live, loaded.get_future().get());
    stored.insert(stored.end(), std::make_move_iterator(live.begin()),
                  std::make_move_iterator(live.end()));
  }
  auto parts = std::make_shared<Parts>(shard, store, std::move(options), std::move(stored));
  parts->Observe();
  return std::unique_ptr<ChatChannel>(new ChatChannel(std::move(parts)));
}

ChatChannel::ChatChannel(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
ChatChannel::~ChatChannel() { parts_->Stop(); }

void ChatChannel::Start() { parts_->Start(); }
void ChatChannel::Stop() { parts_->Stop(); }
void ChatChannel::Settle() { parts_->Settle(); }

void ChatChannel::SendAsCustomer(std::string conversation, CustomersText said,
                                 std::function<void(absl::Status)> done) {
  const rpc::Reply<v1::ChatMessage> reply(
      [done = std::move(done)](absl::Status sent, std::unique_ptr<google::protobuf::Message>) {
        done(std::move(sent));
      });
  parts_->Unary<v1::ChatMessage>(reply,
                                 [conversation = std::move(conversation), said = std::move(said)](
                                     Hub& hub, Answer<v1::ChatMessage> answer) {
                                   hub.SendAsCustomer(conversation, said, std::move(answer));
                                 });
}

void ChatChannel::Register(rpc::MethodTable& table) {
  RegisterCustomersSide(table);
  RegisterAgentsSide(table);
}

// Each method is a call of the hub with the request and the answer, or the watcher.
void ChatChannel::RegisterCustomersSide(rpc::MethodTable& table) {
  const auto open = [&]<class Request, class Response>(
                        const char* name, void (Hub::*call)(const Request&, Answer<Response>)) {
    table.Unary<Request, Response>(
        std::string("wissel.v1.CustomerChatService.") + name, Access::OpenToAll(),
        [parts = parts_, call](const rpc::Context&, const Request& request,
                               rpc::Reply<Response> reply) {
          parts->Unary<Response>(reply, [call, request](Hub& hub, Answer<Response> answer) {
            (hub.*call)(request, std::move(answer));
          });
        });
  };
  table.Unary<v1::ListChatTopicsRequest, v1::ListChatTopicsResponse>(
      "wissel.v1.CustomerChatService.ListChatTopics", Access::OpenToAll(),
      [parts = parts_](const rpc::Context&, const v1::ListChatTopicsRequest&,
                       rpc::Reply<v1::ListChatTopicsResponse> reply) {
        parts->Unary<v1::ListChatTopicsResponse>(
            reply, [](Hub& hub, Answer<v1::ListChatTopicsResponse> answer) {
              hub.ListTopics(std::move(answer));
            });
      });
  open.operator()<v1::StartChatRequest, v1::StartChatResponse>("StartChat", &Hub::Start);
  open.operator()<v1::SendCustomerMessageRequest, v1::ChatMessage>("SendCustomerMessage",
                                                                   &Hub::Send);
  open.operator()<v1::SetCustomerTypingRequest, v1::SetTypingResponse>("SetCustomerTyping",
                                                                       &Hub::Type);
  open.operator()<v1::UploadCustomerFileRequest, v1::UploadChatFileResponse>("UploadCustomerFile",
                                                                             &Hub::Upload);
  open.operator()<v1::DownloadCustomerFileRequest, v1::ChatFileBytes>("DownloadCustomerFile",
                                                                      &Hub::Download);
  open.operator()<v1::MailTranscriptRequest, v1::MailTranscriptResponse>("MailTranscript",
                                                                         &Hub::MailTranscript);
  open.operator()<v1::LeaveMailAddressRequest, v1::LeaveMailAddressResponse>(
      "LeaveMailAddress", &Hub::LeaveMailAddress);
  open.operator()<v1::AcceptNoticeRequest, v1::AcceptNoticeResponse>("AcceptNotice",
                                                                     &Hub::AcceptNotice);
  open.operator()<v1::LeaveChatRequest, v1::LeaveChatResponse>("LeaveChat", &Hub::Leave);
  table.ServerStreaming<v1::WatchCustomerChatRequest, v1::CustomerChatUpdate>(
      "wissel.v1.CustomerChatService.WatchCustomerChat", Access::OpenToAll(),
      [parts = parts_](const rpc::Context&, const v1::WatchCustomerChatRequest& request,
                       rpc::ServerStream<v1::CustomerChatUpdate> stream) {
        parts->Streaming<CustomerWatcher>(
            std::move(stream), [request](Hub& hub, std::shared_ptr<CustomerWatcher> watcher) {
              hub.Watch(request, std::move(watcher));
            });
      });
}

void ChatChannel::RegisterAgentsSide(rpc::MethodTable& table) {
  const auto of_agents = [&]<class Request, class Response>(
                             const char* name, Access access,
                             void (Hub::*call)(const rpc::Caller&, const Request&,
                                               Answer<Response>)) {
    table.Unary<Request, Response>(
        std::string("wissel.v1.ChatService.") + name, access,
        [parts = parts_, call](const rpc::Context& context, const Request& request,
                               rpc::Reply<Response> reply) {
          parts->Unary<Response>(
              reply, [call, request, caller = context.caller](Hub& hub, Answer<Response> answer) {
                (hub.*call)(caller, request, std::move(answer));
              });
        });
  };
  const Access write = Access::Of({Role::kAgent});
  const Access read = Access::Of({Role::kAgent, Role::kManager, Role::kAdmin});
  of_agents.operator()<v1::SendMessageRequest, v1::ChatMessage>("SendMessage", write, &Hub::Send);
  of_agents.operator()<v1::SetTypingRequest, v1::SetTypingResponse>("SetTyping", write, &Hub::Type);
  of_agents.operator()<v1::UploadChatFileRequest, v1::UploadChatFileResponse>("UploadChatFile",
                                                                              write, &Hub::Upload);
  of_agents.operator()<v1::DownloadChatFileRequest, v1::ChatFileBytes>("DownloadChatFile", read,
                                                                       &Hub::Download);
  of_agents.operator()<v1::GetTranscriptRequest, v1::Transcript>("GetTranscript", read,
                                                                 &Hub::GetTranscript);
  table.ServerStreaming<v1::WatchChatRequest, v1::ChatUpdate>(
      "wissel.v1.ChatService.WatchChat", read,
      [parts = parts_](const rpc::Context& context, const v1::WatchChatRequest& request,
                       rpc::ServerStream<v1::ChatUpdate> stream) {
        parts->Streaming<AgentWatcher>(
            std::move(stream),
            [request, caller = context.caller](Hub& hub, std::shared_ptr<AgentWatcher> watcher) {
              hub.Watch(caller, request, std::move(watcher));
            });
      });
}

}  // namespace wissel::chat
