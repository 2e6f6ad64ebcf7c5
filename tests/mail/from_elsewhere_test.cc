// What another channel gives to the mail channel: a mail to an address that its customer gave, and
// an item that goes on as a mail.
#include <future>

#include "tests/mail/mail_testing.h"

namespace wissel::testing {
namespace {

email::MailFromElsewhere Transcript(const std::string& key = "t1") {
  email::MailFromElsewhere mail;
  mail.contact = "chats/c";
  mail.display_name = "Mia";
  mail.language = "nl";
  mail.to = "mia@example.net";
  mail.subject = "Uw chat";
  mail.text = "Dag\n";
  mail.request_key = key;
  return mail;
}

class FromElsewhere : public MailCenter {
 protected:
  absl::StatusOr<std::string> Send(const email::MailFromElsewhere& mail) {
    std::promise<absl::StatusOr<std::string>> sent;
    channel_->Send(mail, [&](absl::StatusOr<std::string> done) { sent.set_value(done); });
    auto result = sent.get_future().get();
    channel_->Settle();
    return result;
  }
  absl::StatusOr<std::string> GoOn(const email::MailFromElsewhere& mail, ItemId item) {
    std::promise<absl::StatusOr<std::string>> gone;
    channel_->GoOn(mail, item, [&](absl::StatusOr<std::string> done) { gone.set_value(done); });
    auto result = gone.get_future().get();
    channel_->Settle();
    return result;
  }
  // A chat of a person, as the chat channel makes it.
  std::pair<email::MailFromElsewhere, ItemId> AChat() {
    contacts::NewContact start;
    start.contact.name = contacts::NewContactName(Channel::kChat);
    start.contact.started = center_.shard().now();
    std::promise<contacts::Contact> started;
    store_->Start(start, [&](absl::StatusOr<contacts::ContactStore::Started> done) {
      started.set_value(done->contact);
    });
    const contacts::Contact chat = started.get_future().get();
    const auto item = center_.Must<v1::WorkItem>(
        "WorkService.CreateWorkItem",
        fmt::format(
            R"({{"workItem": {{"queue": "queues/tax", "contact": "{}", "customer": "{}"}}}})",
            chat.name, chat.customer));
    email::MailFromElsewhere mail = Transcript("instead of " + chat.name);
    mail.contact = chat.name;
    mail.customer = chat.customer;
    mail.text = "Mijn dossier?";
    return {mail, ItemId(std::stoull(item.name().substr(item.name().find('/') + 1)))};
  }
};

TEST_F(FromElsewhere, AMailIsSentOnceAndNobodysMachineAnswersIt) {
  ASSERT_TRUE(Send(Transcript()).ok());
  const email::Mail mail = TakeOne();
  EXPECT_EQ(envelope_.from, "");
  EXPECT_EQ(envelope_.to, std::vector<std::string>{"mia@example.net"});
  EXPECT_EQ(mail.subject, "Uw chat");
  EXPECT_EQ(mail.marks.auto_submitted, "auto-generated");
  EXPECT_EQ(mail.from->address, "tax@example.org");
  EXPECT_EQ(mail.text, "Dag\n");
  ASSERT_TRUE(Send(Transcript()).ok());
  EXPECT_TRUE(TakeSent().empty()) << "the same once more";
  EXPECT_EQ(Living(), 0u) << "it is nobody's work";
  // What comes back joins it, and is work.
  const std::string answer =
      "From: mia@example.net\r\nTo: " + mail.reply_to->address +
      "\r\nSubject: Re: Uw chat\r\nMessage-ID: <r@example.net>\r\n\r\nBedankt\r\n";
  EXPECT_EQ(Deliver(answer, "mia@example.net", mail.reply_to->address), 250);
  EXPECT_EQ(Living(), 1u);
}

TEST_F(FromElsewhere, AnAddressGetsFiveADayAndNoneIsTheCenters) {
  for (int i = 0; i < 5; ++i) {
    email::MailFromElsewhere mail = Transcript("t" + std::to_string(i));
    mail.contact = "chats/c" + std::to_string(i);
    ASSERT_TRUE(Send(mail).ok()) << i;
  }
  const auto more = Send(Transcript("t5"));
  EXPECT_EQ(more.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(FieldAtFault(more.status()), "address");
  email::MailFromElsewhere ours = Transcript("ours");
  ours.to = "tax+x@example.org";
  EXPECT_EQ(FieldAtFault(Send(ours).status()), "address");
  EXPECT_EQ(TakeSent().size(), 5u);
}

TEST_F(FromElsewhere, AChatGoesOnAsAMailInItsPlaceAndIsConfirmed) {
  const auto [mail, item] = AChat();
  center_.shard().Advance(Duration::Minutes(30));
  const auto gone = GoOn(mail, item);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_EQ(Living(), 1u);
  center_.shard().engine().ForEachLivingItem(ItemId(1), [&](const wissel::Item& living) {
    EXPECT_EQ(living.due, kStart + Duration::Seconds(60)) << "as the chat was to be answered";
    return true;
  });
  const email::Mail ack = TakeOne();
  EXPECT_EQ(ack.marks.auto_submitted, "auto-replied");
  EXPECT_NE(ack.text.find("/track/"), std::string::npos);
  EXPECT_EQ(*GoOn(mail, item), *gone) << "the same once more";
  EXPECT_EQ(Living(), 1u);
  EXPECT_TRUE(TakeSent().empty());
  center_.Available("mona");
  const std::string work = Accept("mona");
  EXPECT_EQ(Item(work).contact(), *gone);
  EXPECT_EQ(Item(work).customer(), mail.customer);
  const v1::MailThread thread = Thread(work);
  EXPECT_EQ(thread.entries(0).text(), "Mijn dossier?");
  EXPECT_EQ(thread.answer_to(0).address(), "mia@example.net");
  EXPECT_EQ(thread.customer(), mail.customer);
  Reply(work, "Het is klaar");
  Pass(Duration::Seconds(10));
  EXPECT_EQ(TakeOne().to[0].address, "mia@example.net");
}

TEST_F(FromElsewhere, WhatHasEndedDoesNotGoOnAndLeavesNothing) {
  const auto [mail, item] = AChat();
  center_.shard().Submit(Command{AbandonItem{item}, std::nullopt},
                         [](const absl::StatusOr<Outcome>&, const Engine&) {});
  EXPECT_FALSE(GoOn(mail, item).ok());
  EXPECT_EQ(Living(), 0u);
  EXPECT_TRUE(TakeSent().empty());
}

}  // namespace
}  // namespace wissel::testing
