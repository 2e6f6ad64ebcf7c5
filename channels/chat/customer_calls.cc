// The customer's side: starting, writing, watching, leaving.
#include <algorithm>

#include "base/digest.h"
#include "base/status.h"
#include "channels/chat/hub.h"
#include "channels/contacts/entrance.h"
#include "channels/contacts/text_rules.h"
#include "channels/language/need.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::chat {
namespace {

constexpr size_t kMostRooms = 20'000;
constexpr size_t kMostStreamsOfACustomer = 10;
constexpr Duration kTopicsFresh = Duration::Seconds(1);
// How long a repeated start is answered as the first one was.
constexpr Duration kStartRepeatable = Duration::Minutes(10);

uint64_t FingerprintOf(std::initializer_list<std::string_view> texts) {
  Digest digest;
  for (std::string_view text : texts) digest.Add(std::string(text));
  return digest.value();
}

absl::Status NoSuchTopic(const std::string& topic) {
  return Refuse(absl::StatusCode::kNotFound, "topic",
                fmt::format("there is no chat topic {}", Quoted(topic)),
                "a name from ListChatTopics");
}

// A refusal of the work item, in the words of the request that led to it.
absl::Status AsOfTopic(const absl::Status& status) {
  if (FieldAtFault(status) != "workItem.queue") return status;
  const std::string message(status.message());
  return Refuse(status.code(), "topic", message, WhatWouldBeRight(status));
}

absl::Status Check(const v1::StartChatRequest& request) {
  WISSEL_RETURN_IF_ERROR(contacts::CheckName(request.display_name(), "displayName"));
  WISSEL_RETURN_IF_ERROR(contacts::CheckLanguage(request.language(), "language"));
  WISSEL_RETURN_IF_ERROR(contacts::CheckRequestId(request.request_id(), "requestId"));
  if (request.first_message().empty()) return absl::OkStatus();
  return contacts::CheckMessage(request.first_message(), "firstMessage");
}

bool IsOfConversations(const QueueConfig& queue) {
  return queue.channel == Channel::kChat || queue.channel == Channel::kMessage;
}

absl::Status Check(const CustomersText& said) {
  WISSEL_RETURN_IF_ERROR(contacts::CheckMessage(said.text, "text"));
  return contacts::CheckRequestId(said.request_id, "requestId");
}

v1::ListChatTopicsResponse TopicsOf(const Engine& engine) {
  v1::ListChatTopicsResponse topics;
  topics.set_center(engine.directory().center.display_name);
  engine.directory().queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (!IsOfConversations(queue)) return;
    v1::ChatTopic* topic = topics.add_topics();
    topic->set_name(NameIn(engine.directory(), id));
    topic->set_display_name(queue.display_name);
    topic->set_open(engine.IsOpen(id));
    topic->set_may_leave_page(queue.channel == Channel::kMessage);
  });
  return topics;
}

}  // namespace

void Hub::ListTopics(Answer<v1::ListChatTopicsResponse> answer) {
  if (topics_at_ && now() - *topics_at_ < kTopicsFresh) return answer(topics_);
  topics_wanted_.push_back(std::move(answer));
  if (topics_wanted_.size() > 1) return;
  const bool asked = shard_.Read([this, post = post_](const Engine& engine) {
    post([this, topics = TopicsOf(engine)] {
      topics_ = topics;
      topics_at_ = now();
      for (const auto& answer : std::exchange(topics_wanted_, {})) answer(topics_);
    });
  });
  if (!asked) topics_wanted_.clear();
}

// --- Start: the store first, then the engine, so that no agent is offered what could get lost

struct Hub::Starting {
  std::string chat;  // its contact
  std::string secret;
  std::string queue;  // last part of the resource name
  std::string language;
  std::string customer;
  std::string topic;
  std::shared_ptr<Answer<v1::StartChatResponse>> answer;

  void Give() const {
    v1::StartChatResponse response;
    response.set_chat(chat);
    response.set_secret(secret);
    (*answer)(std::move(response));
  }
};

void Hub::Start(const v1::StartChatRequest& request, Answer<v1::StartChatResponse> answer) {
  const absl::Status checked = Check(request);
  if (!checked.ok()) return answer(checked);
  const std::shared_ptr<const Directory> directory = shard_.directory();
  const absl::StatusOr<QueueId> queue = FindByName<QueueId>(*directory, request.topic(), "topic");
  if (!queue.ok()) {
    return answer(absl::IsNotFound(queue.status()) ? NoSuchTopic(request.topic()) : queue.status());
  }
  const QueueConfig& config = directory->queues.Get(*queue);
  if (!IsOfConversations(config)) return answer(NoSuchTopic(request.topic()));
  if (rooms_.size() >= kMostRooms) {
    return answer(absl::ResourceExhaustedError("too many chats at once; try again in a minute"));
  }

  Starting starting{.chat = contacts::NewContactName(config.channel)};
  starting.secret = store_.TrackingToken(starting.chat);
  starting.queue = config.name;
  starting.language = request.language();
  starting.topic = request.topic();
  starting.answer = std::make_shared<Answer<v1::StartChatResponse>>(std::move(answer));
  NewContact chat;
  chat.contact.name = starting.chat;
  chat.contact.channel = config.channel;
  chat.contact.queue = config.name;
  chat.contact.display_name = request.display_name();
  chat.contact.language = request.language();
  chat.contact.started = now();
  if (!request.first_message().empty()) {
    chat.first_entry = NewEntry();
    chat.first_entry->entry.author_name = request.display_name();
    chat.first_entry->entry.text = request.first_message();
    chat.first_entry->entry.time = now();
  }
  if (!request.request_id().empty()) chat.request_key = "chat " + request.request_id();
  chat.repeatable = kStartRepeatable;
  chat.fingerprint = FingerprintOf(
      {request.topic(), request.display_name(), request.language(), request.first_message()});
  store_.Start(std::move(chat), [this, post = post_, starting = std::move(starting)](
                                    absl::StatusOr<ContactStore::Started> started) {
    post([this, started = std::move(started), starting] { OnStarted(started, starting); });
  });
}

void Hub::OnStarted(absl::StatusOr<ContactStore::Started> started, Starting starting) {
  if (!started.ok()) return (*starting.answer)(started.status());
  Contact& chat = started->contact;
  if (started->repeated) {
    starting.chat = chat.name;
    starting.secret = store_.TrackingToken(chat.name);
    Room* room = Find(chat.name);
    if (chat.item || (room != nullptr && room->conversation.has_item())) return starting.Give();
    // Stopped between the store and the engine, or still on the way to it: the engine knows.
    chat.ended.reset();
  }
  starting.customer = chat.customer;
  if (Find(chat.name) == nullptr) Put(std::move(chat));
  CreateItem(std::move(starting));
}

void Hub::CreateItem(Starting starting) {
  auto create = [this, post = post_, starting](const Engine& engine) {
    const std::optional<QueueId> queue = engine.directory().queues.FindId(starting.queue);
    if (!queue) {
      return post([=, this] { OnCreated(NoSuchTopic(starting.topic), std::nullopt, starting); });
    }
    wissel::CreateItem item;
    item.queue = *queue;
    item.requirement = NeedWithLanguage(engine, *queue, starting.language);
    item.contact = starting.chat;
    item.customer = starting.customer;
    shard_.Submit(
        Command{std::move(item), contacts::EntranceOf(starting.chat, "first")},
        [this, post, starting](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
          std::optional<NamedFact> fact;
          if (outcome.ok()) {
            const ItemId id(outcome->subject);
            const Item* item = engine.FindItem(id);
            if (item != nullptr) fact = FactOf(engine, *item);
            if (!fact) fact = NamedFact{starting.chat, {id, ItemState::kCompleted}};
          }
          post([this, status = outcome.status(), fact, starting] {
            OnCreated(status, fact, starting);
          });
        });
  };
  if (!shard_.Read(std::move(create))) OnCreated(Stopping(), std::nullopt, std::move(starting));
}

void Hub::OnCreated(const absl::Status& status, std::optional<NamedFact> fact, Starting starting) {
  if (status.ok()) {
    store_.SetItem(starting.chat, fact->fact.item);
    starting.Give();
    return OnFacts({*std::move(fact)});
  }
  Room* room = Find(starting.chat);
  if (room != nullptr && room->conversation.has_item()) return starting.Give();
  if (room != nullptr) {
    timers_.erase({room->timer.value_or(Instant()), starting.chat});
    rooms_.erase(starting.chat);
  }
  store_.Forget(starting.chat, [starting, status](const absl::StatusOr<bool>&) {
    (*starting.answer)(AsOfTopic(status));
  });
}

// --- During the conversation

void Hub::Send(const v1::SendCustomerMessageRequest& request, Answer<v1::ChatMessage> answer) {
  const CustomersText said{request.text(), request.request_id()};
  const absl::Status checked = Check(said);
  if (!checked.ok()) return answer(checked);
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    AppendOfCustomer(**room, said, answer);
  });
}

void Hub::SendAsCustomer(const std::string& name, const CustomersText& said,
                         Answer<v1::ChatMessage> answer) {
  const absl::Status checked = Check(said);
  if (!checked.ok()) return answer(checked);
  const absl::Status none =
      Refuse(absl::StatusCode::kNotFound, "", "there is no such conversation");
  WithName(name, none, [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    AppendOfCustomer(**room, said, answer);
  });
}

void Hub::AppendOfCustomer(Room& room, const CustomersText& said, Answer<v1::ChatMessage> answer) {
  const Conversation& conversation = room.conversation;
  NewEntry message;
  message.entry.author = Author::kCustomer;
  message.entry.author_name = conversation.contact().display_name;
  message.entry.text = said.text;
  message.request_id = said.request_id;
  message.fingerprint = FingerprintOf({said.text});
  message.may_add = conversation.MayCustomerWrite();
  Append(room, std::move(message), std::move(answer));
}

void Hub::Type(const v1::SetCustomerTypingRequest& request, Answer<v1::SetTypingResponse> answer) {
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> room) {
    if (!room.ok()) return answer(room.status());
    (*room)->conversation.OnCustomerTyping(now());
    Changed(**room);
    answer(v1::SetTypingResponse());
  });
}

void Hub::Watch(const v1::WatchCustomerChatRequest& request,
                std::shared_ptr<CustomerWatcher> watcher) {
  if (request.after_number() < 0) {
    return watcher->Finish(RefuseField("afterNumber", "a message number is not negative",
                                       "the number of the last message that is known, or 0"));
  }
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> found) {
    if (!found.ok()) return watcher->Finish(found.status());
    Room& room = **found;
    if (watcher->closed) return;
    if (room.customers.size() >= kMostStreamsOfACustomer) {
      return watcher->Finish(
          absl::ResourceExhaustedError("this conversation is open in too many places"));
    }
    watcher->chat = room.conversation.contact().name;
    watcher->sent_number = std::min(request.after_number(), room.conversation.last_number());
    room.customers.push_back(watcher);
    room.conversation.OnStreamOpened();
    Changed(room);
  });
}

void Hub::Closed(const std::shared_ptr<CustomerWatcher>& watcher) {
  Room* room = Find(watcher->chat);
  if (room == nullptr || std::erase(room->customers, watcher) == 0) return;
  room->used_at = now();
  room->conversation.OnStreamClosed(now());
  Changed(*room);
}

// The item's end comes as a fact, and ends the conversation. A repetition finds it ended.
void Hub::AcceptNotice(const v1::AcceptNoticeRequest& request,
                       Answer<v1::AcceptNoticeResponse> answer) {
  const absl::Status checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return answer(checked);
  const auto notice = ParseNoticeName(request.notice(), "notice");
  if (!notice.ok()) return answer(notice.status());
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> found) {
    if (!found.ok()) return answer(found.status());
    const Conversation& conversation = (*found)->conversation;
    if (conversation.ended()) return answer(v1::AcceptNoticeResponse());
    if (!conversation.has_item()) {
      return answer(Refuse(absl::StatusCode::kFailedPrecondition, "chat", "it does not wait yet"));
    }
    shard_.Submit(Command{InformItem{*conversation.contact().item, *notice}, std::nullopt},
                  [answer, post = post_](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                    post([answer, status = outcome.status()] {
                      if (!status.ok()) return answer(status);
                      answer(v1::AcceptNoticeResponse());
                    });
                  });
  });
}

void Hub::Leave(const v1::LeaveChatRequest& request, Answer<v1::LeaveChatResponse> answer) {
  const absl::Status checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return answer(checked);
  WithSecret(request.chat(), request.secret(), [=, this](absl::StatusOr<Room*> found) {
    if (!found.ok()) return answer(found.status());
    Room& room = **found;
    if (room.conversation.ended()) return answer(v1::LeaveChatResponse());
    room.conversation.OnEnd(now());
    StoreEnd(room, [answer](const absl::StatusOr<bool>& stored) {
      if (!stored.ok()) return answer(stored.status());
      answer(v1::LeaveChatResponse());
    });
    Changed(room);
  });
}

}  // namespace wissel::chat
