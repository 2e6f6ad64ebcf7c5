// The small center of service_testing.h with a mail channel over a real contact store; the mail
// server that takes our mails is the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "channels/email/mail_channel.h"
#include "channels/email/mime/read_mail.h"
#include "fmt/format.h"
#include "tests/postgres/places.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/mail.pb.h"

namespace wissel::testing {

class MailCenter : public ::testing::Test {
 protected:
  MailCenter() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("mail-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    center_.SetUp();
    center_.Must<v1::RoutingProfile>(
        "ConfigService.CreateRoutingProfile",
        R"({"routingProfileId": "mail", "routingProfile": {"channels": [
            {"channel": "EMAIL", "limit": 3, "cost": 30}]}})");
    center_.Must<v1::Queue>("ConfigService.CreateQueue",
                            R"({"queueId": "mail", "queue": {"channel": "EMAIL",
                                "answerWithin": "14400s"}})");
    for (const char* agent : {"mona", "luc"}) {
      center_.Must<v1::Agent>(
          "ConfigService.CreateAgent",
          fmt::format(R"({{"agentId": "{0}", "agent": {{"displayName": "{0} of the desk",
                                  "routingProfile": "routingProfiles/mail"}}}})",
                      agent));
    }
    OpenChannel();
  }
  ~MailCenter() override {
    channel_->Stop();
    store_->Close();
    center_.shard().Stop();
    channel_.reset();
    std::filesystem::remove_all(folder_);
  }

  virtual void Change(email::MailOptions&) {}

  // The channel anew, as after a restart: the shard knows what it knew, the stores what they have.
  void OpenChannel() {
    if (channel_ != nullptr) channel_->Stop();
    if (store_ != nullptr) store_->Close();
    channel_.reset();
    store_.reset();
    auto store = contacts::ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    email::MailOptions options;
    options.outbox = wissel::testing::At((folder_ / "outbox.sqlite").string());
    options.mailboxes = {{"tax@example.org", "mail", "The tax office"},
                         {"info@example.org", "mail", "", false, email::ThreadMark::kSubject}};
    options.mailboxes[0].quick_replies = {
        {"Thanks", "nl", "Dag {name}, bedankt. {agent}, {reference}"},
        {"Thanks", "en", "Dear {name}, thank you. {agent}"}};
    options.domain = "example.org";
    options.public_url = "https://wissel.example.org";
    options.agent_display_name = [this](std::string_view agent) {
      return center_.people().Find(agent);
    };
    options.send = [this](email::Envelope envelope, email::SmtpSender::Done done) {
      std::lock_guard lock(mutex_);
      sent_.push_back(std::move(envelope));
      done(result_);
    };
    Change(options);
    auto channel = email::MailChannel::Open(center_.shard(), *store_, std::move(options));
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *std::move(channel);
    table_ = rpc::MethodTable();
    channel_->Register(table_);
    channel_->Start();
    channel_->Settle();
  }

  void Pass(Duration time) {
    center_.shard().Advance(time);
    channel_->Settle();
  }

  // As a mail server delivers it; the reply's code.
  int Deliver(const std::string& bytes, const std::string& from = "mia@example.net",
              const std::string& to = "tax@example.org") {
    std::promise<email::LmtpReply> replied;
    channel_->Deliver({from, {to}, bytes},
                      [&](std::vector<email::LmtpReply> all) { replied.set_value(all.at(0)); });
    last_reply_ = replied.get_future().get();
    channel_->Settle();
    return last_reply_.code;
  }
  static std::string MailText(
      const std::string& id, const std::string& headers = "",
      const std::string& text = "Good day, I have a question about my tax.") {
    return fmt::format(
        "From: Mia <mia@example.net>\r\nTo: tax@example.org\r\nSubject: My tax\r\n"
        "Message-ID: <{}@example.net>\r\n{}\r\n{}\r\n",
        id, headers, text);
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller) {
    const rpc::Method* method = table_.Find("wissel.v1.MailService." + name);
    EXPECT_NE(method, nullptr) << name;
    if (auto status = rpc::MethodTable::Authorize(*method, caller); !status.ok()) return status;
    std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
    const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
    EXPECT_TRUE(parsed.ok()) << parsed.ToString() << json;
    std::promise<absl::StatusOr<Response>> promise;
    method->unary({caller, "test"}, *request,
                  [&](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
                    if (!status.ok()) return promise.set_value(std::move(status));
                    promise.set_value(static_cast<Response&>(*response));
                  });
    auto result = promise.get_future().get();
    channel_->Settle();
    return result;
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json, const rpc::Caller& caller) {
    auto response = Call<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << json << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field, const rpc::Caller& caller) {
    const auto response = Call<Response>(name, json, caller);
    EXPECT_EQ(absl::StatusCodeToString(response.status().code()), absl::StatusCodeToString(code))
        << name << json << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << name << json << response.status();
  }

  v1::MailThread Thread(const std::string& item, const std::string& agent = "mona") {
    return Must<v1::MailThread>("GetMailThread", R"({"workItem": ")" + item + R"("})", Desk(agent));
  }
  v1::MailEntry Reply(const std::string& item, const std::string& text,
                      const std::string& more = "", const std::string& agent = "mona") {
    return Must<v1::MailEntry>(
        "SendMailReply", fmt::format(R"({{"workItem": "{}", "text": "{}"{}}})", item, text, more),
        Desk(agent));
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
  void Act(const std::string& method, const std::string& agent, const std::string& item) {
    center_.Must<v1::AgentState>("AgentService." + method,
                                 fmt::format(R"({{"name": "agents/{}/assignments/{}"}})", agent,
                                             item.substr(item.find('/') + 1)),
                                 Desk(agent));
    channel_->Settle();
  }
  v1::WorkItem Item(const std::string& name) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": ")" + name + R"("})");
  }
  size_t Living() {
    size_t living = 0;
    center_.shard().engine().ForEachLivingItem(ItemId(1),
                                               [&](const wissel::Item&) { return ++living > 0; });
    return living;
  }
  std::vector<email::Envelope> TakeSent() {
    std::lock_guard lock(mutex_);
    return std::exchange(sent_, {});
  }
  email::Mail TakeOne() {
    const auto sent = TakeSent();
    EXPECT_EQ(sent.size(), 1u);
    if (sent.empty()) return {};
    envelope_ = sent[0];
    return email::ReadMail(sent[0].bytes).value();
  }

  std::filesystem::path folder_;
  TestCenter center_;
  rpc::MethodTable table_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<email::MailChannel> channel_;
  std::mutex mutex_;
  std::vector<email::Envelope> sent_;
  email::SendResult result_{email::SendResult::Kind::kSent, 250, "250 ok"};
  email::Envelope envelope_;
  email::LmtpReply last_reply_;
};

}  // namespace wissel::testing
