// The small center of service_testing.h with a chat channel over a real contact store.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "channels/chat/chat.h"
#include "fmt/format.h"
#include "tests/postgres/places.h"
#include "tests/unit/live_testing.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/chat.pb.h"

namespace wissel::testing {

using CustomerStream = std::shared_ptr<ReaderStream<v1::CustomerChatUpdate>>;
using AgentStream = std::shared_ptr<ReaderStream<v1::ChatUpdate>>;

class ChatCenter : public ::testing::Test {
 protected:
  ChatCenter() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("chat-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    center_.SetUp();
    center_.Must<v1::Queue>("ConfigService.CreateQueue",
                            R"({"queueId": "phone", "queue": {"channel": "VOICE",
                                "answerWithin": "20s"}})");
    OpenChannel();
  }
  ~ChatCenter() override {
    channel_->Stop();
    center_.shard().Stop();
    channel_.reset();
    std::filesystem::remove_all(folder_);
  }

  // The channel anew, as after a restart: the shard knows what it knew, the store has what it has.
  void OpenChannel() {
    if (store_ != nullptr) store_->Close();
    if (channel_ != nullptr) channel_->Stop();
    channel_.reset();
    store_.reset();
    auto store = contacts::ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    chat::ChatOptions options = options_;
    options.waits = &center_.waits();
    options.agent_display_name = [this](std::string_view agent) {
      return center_.people().Find(agent);
    };
    auto channel = chat::ChatChannel::Open(center_.shard(), *store_, options);
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *std::move(channel);
    table_ = rpc::MethodTable();
    channel_->Register(table_);
    channel_->Start();
  }

  void Pass(Duration time) {
    center_.shard().Advance(time);
    channel_->Settle();
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller = {}) {
    auto response = CallOn<Response>(table_, name, json, caller);
    channel_->Settle();
    return response;
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json, const rpc::Caller& caller = {}) {
    auto response = Call<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << json << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field, const rpc::Caller& caller = {}) {
    const auto response = Call<Response>(name, json, caller);
    EXPECT_EQ(absl::StatusCodeToString(response.status().code()), absl::StatusCodeToString(code))
        << name << json << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << name << json << response.status();
  }

  v1::StartChatResponse StartChat(const std::string& more = "") {
    return Must<v1::StartChatResponse>(
        "CustomerChatService.StartChat",
        R"({"topic": "queues/tax", "displayName": "Mia")" + more + "}");
  }
  static std::string Key(const v1::StartChatResponse& chat, const std::string& more = "") {
    return fmt::format(R"({{"chat": "{}", "secret": "{}"{}}})", chat.chat(), chat.secret(), more);
  }
  CustomerStream Watch(const v1::StartChatResponse& chat, const std::string& more = "",
                       int room = 1'000'000) {
    auto stream = OpenStream<v1::CustomerChatUpdate>(
        table_, "CustomerChatService.WatchCustomerChat", Key(chat, more), {}, room);
    channel_->Settle();
    return stream;
  }
  AgentStream WatchAs(const rpc::Caller& caller, const std::string& item) {
    auto stream = OpenStream<v1::ChatUpdate>(table_, "ChatService.WatchChat",
                                             R"({"workItem": ")" + item + R"("})", caller);
    channel_->Settle();
    return stream;
  }
  v1::ChatMessage Say(const v1::StartChatResponse& chat, const std::string& text,
                      const std::string& more = "") {
    return Must<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                                 Key(chat, R"(, "text": ")" + text + "\"" + more));
  }
  v1::ChatMessage Reply(const std::string& agent, const std::string& item, const std::string& text,
                        const std::string& more = "") {
    return Must<v1::ChatMessage>(
        "ChatService.SendMessage",
        fmt::format(R"({{"workItem": "{}", "text": "{}"{}}})", item, text, more), Desk(agent));
  }

  // The agent takes what is offered to them; the name of the work item.
  std::string Accept(const std::string& agent) {
    const v1::AgentState state = center_.StateOf(agent);
    EXPECT_EQ(state.offers_size(), 1);
    if (state.offers_size() == 0) return "";
    center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                                 R"({"name": ")" + state.offers(0).name() + R"("})", Desk(agent));
    channel_->Settle();
    return state.offers(0).work_item();
  }
  void Act(const std::string& method, const std::string& agent, const std::string& item,
           const std::string& more = "") {
    const std::string number = item.substr(item.find('/') + 1);
    center_.Must<v1::AgentState>(
        "AgentService." + method,
        fmt::format(R"({{"name": "agents/{}/assignments/{}"{}}})", agent, number, more),
        Desk(agent));
    channel_->Settle();
  }
  v1::WorkItem Item(const std::string& name) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": ")" + name + R"("})");
  }

  std::filesystem::path folder_;
  chat::ChatOptions options_;  // of the next OpenChannel
  TestCenter center_;
  rpc::MethodTable table_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<chat::ChatChannel> channel_;
};

}  // namespace wissel::testing
