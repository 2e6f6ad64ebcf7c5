// Mails to the customers of conversations: the transcript, and that what nobody could answer before
// closing time goes on as a mail.
#include <vector>

#include "tests/unit/chat_testing.h"

namespace wissel::testing {
namespace {

using Code = absl::StatusCode;
using Update = v1::CustomerChatUpdate;
using v1::WorkItem;

class ChatMails : public ChatCenter {
 protected:
  ChatMails() {
    options_.texts = *pages::PageSet::Load(
        std::filesystem::path(std::getenv("WISSEL_SOURCE_DIR")) / "web" / "customer",
        "Europe/Brussels");
    options_.send_mail = [this](chat::ChatMail mail, std::function<void(absl::Status)> done) {
      sent_.push_back(std::move(mail));
      done(absl::OkStatus());
    };
    // As the mail channel does: an item of another queue takes the place.
    options_.go_on_by_mail = [this](chat::ChatMail mail, ItemId item,
                                    std::function<void(absl::Status)> done) {
      gone_on_.push_back(std::move(mail));
      if (!may_go_on_) return done(absl::FailedPreconditionError("not now"));
      center_.shard().Read([this, item, done](const Engine& engine) {
        wissel::CreateItem create;
        create.queue = *engine.directory().queues.FindId("mail");
        create.contact = "mails/m" + std::to_string(gone_on_.size());
        create.customer = engine.FindItem(item)->customer;
        create.continues = item;
        center_.shard().Submit(Command{create, std::nullopt},
                               [done](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                                 done(outcome.status());
                               });
      });
    };
    OpenChannel();
    center_.Must<v1::Queue>("ConfigService.CreateQueue",
                            R"({"queueId": "mail", "queue": {"channel": "EMAIL",
                                "answerWithin": "14400s"}})");
  }
  ~ChatMails() override { channel_->Stop(); }

  // It is 10:00 in the center's zone; the queue closes at 11:00, and opens on Tuesday at 09:00.
  void HaveHours() {
    center_.Must<v1::Queue>("ConfigService.UpdateQueue",
                            R"({"queue": {"name": "queues/tax", "hours": {"weekly": [
        {"days": ["monday", "tuesday"], "ranges": [{"from": "09:00", "to": "11:00"}]}]}},
        "updateMask": "hours"})");
    channel_->Settle();
  }
  absl::StatusOr<v1::LeaveMailAddressResponse> Leave(const v1::StartChatResponse& chat,
                                                     const std::string& address) {
    return Call<v1::LeaveMailAddressResponse>("CustomerChatService.LeaveMailAddress",
                                              Key(chat, R"(, "address": ")" + address + "\""));
  }
  absl::StatusOr<v1::MailTranscriptResponse> AskTranscript(const v1::StartChatResponse& chat,
                                                           const std::string& address,
                                                           const std::string& id = "") {
    return Call<v1::MailTranscriptResponse>(
        "CustomerChatService.MailTranscript",
        Key(chat, R"(, "address": ")" + address + R"(", "requestId": ")" + id + "\""));
  }
  size_t LivingMails() {
    size_t mails = 0;
    center_.shard().engine().ForEachLivingItem(ItemId(1), [&](const wissel::Item& item) {
      mails += item.contact.starts_with("mails/");
      return true;
    });
    return mails;
  }

  std::vector<chat::ChatMail> sent_;
  std::vector<chat::ChatMail> gone_on_;
  bool may_go_on_ = true;
};

TEST_F(ChatMails, TheTranscriptIsWhatWasSaidInTheCustomersLanguage) {
  const auto chat = StartChat(R"(, "language": "nl-BE", "firstMessage": "Dag")");
  auto page = Watch(chat);
  EXPECT_FALSE(page->last().may_mail_transcript()) << "an agent has not written yet";
  EXPECT_EQ(AskTranscript(chat, "mia@example.org").status().code(), Code::kFailedPrecondition);
  center_.Available("bert");
  center_.Available("anna");
  const std::string item =
      center_.StateOf("anna").offers_size() == 1 ? Accept("anna") : Accept("bert");
  const std::string agent = Item(item).agent().substr(7);
  center_.shard().Advance(Duration::Minutes(1));
  Reply(agent, item, "Subject: hello\\r\\nBcc: all@example.org");
  EXPECT_TRUE(page->last().may_mail_transcript());
  ASSERT_TRUE(AskTranscript(chat, "Mia@Example.ORG").ok());
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].address, "Mia@example.org");
  EXPECT_EQ(sent_[0].chat, chat.chat());
  EXPECT_FALSE(sent_[0].customer.empty());
  EXPECT_EQ(sent_[0].subject, "Uw chat van 2 mrt 2026 met Test");
  EXPECT_NE(sent_[0].text.find("Europe/Brussels"), std::string::npos);
  EXPECT_NE(sent_[0].text.find("\nU, 2 mrt 2026, 10:00\nDag\n"), std::string::npos)
      << sent_[0].text;
  EXPECT_NE(sent_[0].text.find("\nThe " + agent + ", 2 mrt 2026, 10:01\nSubject: hello"),
            std::string::npos);
  EXPECT_EQ(sent_[0].text.find("transcript by mail"), std::string::npos) << "no events";
}

TEST_F(ChatMails, ATranscriptIsSentThreeTimesAndToAnAddressAlone) {
  const auto chat = StartChat();
  center_.Available("anna");
  const std::string item = Accept("anna");
  Reply("anna", item, "hello");
  for (const char* address :
       {"", "mia", "mia@", "@example.org", "a@b@c.org", "mia@example.org\\r\\nBcc: all@example.org",
        "mia@example.org, x@y.org", "Mia <mia@example.org>", "mia@example.org\\u0000"}) {
    EXPECT_EQ(FieldAtFault(AskTranscript(chat, address).status()), "address") << address;
  }
  EXPECT_TRUE(sent_.empty());
  ASSERT_TRUE(AskTranscript(chat, "mia@example.org", "r1").ok());
  ASSERT_TRUE(AskTranscript(chat, "mia@example.org", "r1").ok()) << "the same once more";
  EXPECT_EQ(sent_[1].request_key, sent_[0].request_key) << "which the mail channel takes once";
  ASSERT_TRUE(AskTranscript(chat, "mia@example.org", "r2").ok());
  EXPECT_NE(sent_[2].request_key, sent_[0].request_key);
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(chat));
  ASSERT_TRUE(AskTranscript(chat, "mia@example.org", "r3").ok()) << "after the end";
  OpenChannel();
  EXPECT_EQ(AskTranscript(chat, "other@example.org", "r4").status().code(),
            Code::kFailedPrecondition);
  EXPECT_EQ(sent_.size(), 4u);
  v1::StartChatResponse forged = chat;
  forged.set_secret("AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(FieldAtFault(AskTranscript(forged, "mia@example.org").status()), "secret");
}

TEST_F(ChatMails, WithoutMailNothingIsOffered) {
  options_ = chat::ChatOptions();
  OpenChannel();
  HaveHours();
  const auto chat = StartChat();
  auto page = Watch(chat);
  Pass(Duration::Minutes(55));
  EXPECT_TRUE(page->last().has_closing()) << "it is said all the same";
  EXPECT_FALSE(page->last().closing().may_leave_address());
  EXPECT_EQ(Leave(chat, "mia@example.org").status().code(), Code::kFailedPrecondition);
  center_.Available("anna");
  Reply("anna", Accept("anna"), "hello");
  EXPECT_FALSE(page->last().may_mail_transcript());
  EXPECT_EQ(AskTranscript(chat, "mia@example.org").status().code(), Code::kFailedPrecondition);
}

TEST_F(ChatMails, ClosingIsSaidAheadAndAnAddressMayBeLeft) {
  HaveHours();
  const auto chat = StartChat();
  auto page = Watch(chat);
  Pass(Duration::Minutes(49));
  EXPECT_FALSE(page->last().has_closing());
  EXPECT_EQ(Leave(chat, "mia@example.org").status().code(), Code::kFailedPrecondition);
  Pass(Duration::Minutes(1));
  ASSERT_TRUE(page->last().has_closing()) << "nobody is here, and ten minutes are left";
  EXPECT_EQ(page->last().closing().close_time().seconds(), kStart.millis() / 1000 + 3600);
  EXPECT_EQ(page->last().closing().open_time().seconds(), kStart.millis() / 1000 + 23 * 3600);
  EXPECT_TRUE(page->last().closing().may_leave_address());
  EXPECT_EQ(FieldAtFault(Leave(chat, "mia@example.org\\nBcc: x@y.org").status()), "address");
  ASSERT_TRUE(Leave(chat, "mia@example.org").ok());
  EXPECT_EQ(page->last().mail_address(), "mia@example.org");
  EXPECT_TRUE(gone_on_.empty()) << "somebody may still come";
}

TEST_F(ChatMails, WhoLeftAnAddressGoesOnAsAMailAtClosingAndKeepsThePlace) {
  HaveHours();
  const auto chat = StartChat(R"(, "firstMessage": "My file?")");
  const auto other = StartChat();
  auto page = Watch(chat);
  auto others = Watch(other);
  Say(chat, "Number 12");
  Pass(Duration::Minutes(52));
  ASSERT_TRUE(Leave(chat, "mia@example.org").ok());
  Pass(Duration::Minutes(8));
  Pass(Duration::Seconds(1));
  ASSERT_EQ(gone_on_.size(), 1u);
  EXPECT_EQ(gone_on_[0].address, "mia@example.org");
  EXPECT_EQ(gone_on_[0].text, "My file?\n\nNumber 12");
  EXPECT_EQ(LivingMails(), 1u);
  EXPECT_EQ(page->last().state(), Update::ENDED);
  EXPECT_TRUE(page->last().goes_on_by_mail());
  EXPECT_EQ(page->last().mail_address(), "mia@example.org");
  // Who left none is told, waits on as long as they are there, and can still leave one.
  EXPECT_EQ(others->last().state(), Update::WAITING);
  ASSERT_TRUE(others->last().has_closing());
  EXPECT_FALSE(others->last().closing().has_close_time());
  EXPECT_TRUE(others->last().closing().has_open_time());
  ASSERT_TRUE(Leave(other, "other@example.org").ok());
  channel_->Settle();
  EXPECT_EQ(gone_on_.size(), 2u) << "at once, for it is closed";
  EXPECT_EQ(others->last().state(), Update::ENDED);
}

TEST_F(ChatMails, WhoLeftAnAddressMayGoBefore) {
  HaveHours();
  const auto chat = StartChat();
  const auto other = StartChat();
  auto page = Watch(chat);
  auto others = Watch(other);
  Pass(Duration::Minutes(52));
  ASSERT_TRUE(Leave(chat, "mia@example.org").ok());
  page->Close();
  others->Close();
  channel_->Settle();
  Pass(Duration::Seconds(61));
  EXPECT_EQ(gone_on_.size(), 1u);
  EXPECT_EQ(LivingMails(), 1u) << "and who left none has gone";
  EXPECT_EQ(center_.shard().engine().WaitingCount(
                *center_.shard().engine().directory().queues.FindId("tax")),
            0u);
}

TEST_F(ChatMails, WhoIsAnsweredBeforeNeedsNoMail) {
  HaveHours();
  const auto chat = StartChat();
  auto page = Watch(chat);
  Pass(Duration::Minutes(52));
  ASSERT_TRUE(Leave(chat, "mia@example.org").ok());
  center_.Available("anna");
  const std::string item = Accept("anna");
  Pass(Duration::Minutes(10));
  EXPECT_TRUE(gone_on_.empty());
  EXPECT_EQ(page->last().state(), Update::WITH_AGENT);
  EXPECT_FALSE(page->last().has_closing());
  EXPECT_EQ(Leave(chat, "mia@example.org").status().code(), Code::kFailedPrecondition);
}

TEST_F(ChatMails, WhatCannotGoOnNowWaitsOnAndIsTriedAgain) {
  HaveHours();
  const auto chat = StartChat();
  auto page = Watch(chat);
  Pass(Duration::Minutes(52));
  ASSERT_TRUE(Leave(chat, "mia@example.org").ok());
  may_go_on_ = false;
  Pass(Duration::Minutes(8));
  Pass(Duration::Seconds(1));
  ASSERT_GE(gone_on_.size(), 1u);
  EXPECT_EQ(page->last().state(), Update::WAITING);
  // Also after a restart: what was left is stored.
  OpenChannel();
  may_go_on_ = true;
  auto again = Watch(chat);
  Pass(Duration::Seconds(6));
  Pass(Duration::Seconds(1));
  EXPECT_EQ(again->last().state(), Update::ENDED);
  EXPECT_TRUE(again->last().goes_on_by_mail());
  EXPECT_EQ(LivingMails(), 1u);
  EXPECT_EQ(gone_on_.back().request_key, gone_on_.front().request_key);
}

}  // namespace
}  // namespace wissel::testing
