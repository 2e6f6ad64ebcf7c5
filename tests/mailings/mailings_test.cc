// Mailings through their public doors: pace, pause, stop, restarts, marks, answers.
#include <gmock/gmock.h>

#include <set>

#include "tests/mailings/mailings_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using email::SendResult;
using ::testing::HasSubstr;
using ::testing::Not;

class MailingsTest : public MailingsCenter {};

TEST_F(MailingsTest, ANoticeIsFinishedAndSaysWhatItIs) {
  Make();
  AddPeople(1);
  EXPECT_EQ(mails(), 0u);
  Change("Start");
  ASSERT_EQ(mails(), 1u);
  const Taken notice = taken()[0];
  EXPECT_EQ(notice.mail.subject, "Uw dossier R/1");
  EXPECT_THAT(notice.mail.text, HasSubstr("Dag Person 1, dossier R/1. https://wissel.example.org"));
  EXPECT_EQ(notice.mail.from->address, "tax@example.org");
  EXPECT_EQ(notice.mail.from->name, "The tax office");
  EXPECT_EQ(notice.mail.to[0], (email::Address{"Person 1", "p1@example.net"}));
  EXPECT_THAT(notice.to, ::testing::ElementsAre("p1@example.net"));
  EXPECT_THAT(notice.from, HasSubstr("tax+"));
  EXPECT_EQ(notice.mail.marks.auto_submitted, "auto-generated");
  EXPECT_EQ(notice.mail.marks.precedence, "bulk");
  EXPECT_THAT(notice.bytes, HasSubstr("\r\nContent-Language: nl\r\n"));
  EXPECT_THAT(notice.bytes, HasSubstr("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
  EXPECT_THAT(notice.bytes, HasSubstr("<https://wissel.example.org/unsubscribe/"));
  EXPECT_EQ(Counts(), "SENT 1");
  EXPECT_EQ(Mailing().state(), v1::Mailing::FINISHED);
}

TEST_F(MailingsTest, ItKeepsItsPaceAndSaysWhenItWillBeThrough) {
  Make(2);
  AddPeople(3);
  Change("Start");
  EXPECT_EQ(mails(), 1u);
  EXPECT_EQ(Mailing().expected_end_time().seconds() * 1000,
            (kStart + Duration::Minutes(1)).millis());
  Advance(Duration::Seconds(29));
  EXPECT_EQ(mails(), 1u);
  Advance(Duration::Seconds(1));
  EXPECT_EQ(mails(), 2u);
  Must<v1::Mailing>("MailingService.UpdateMailing",
                    R"({"mailing": {"name": "mailings/due", "rate": 60}, "fields": ["rate"]})");
  Advance(Duration::Seconds(1));
  EXPECT_EQ(mails(), 3u);
  EXPECT_EQ(Mailing().state(), v1::Mailing::FINISHED);
}

TEST_F(MailingsTest, PausedItSendsNothingAndGoesOnWhereItWas) {
  Make(6);
  AddPeople(3);
  Change("Start");
  Change("Pause");
  Advance(Duration::Hours(1));
  EXPECT_EQ(mails(), 1u);
  EXPECT_EQ(Counts(), "PENDING 2, SENT 1");
  Add(Person(4));
  Change("Start");
  for (int i = 0; i < 3; ++i) Advance(Duration::Seconds(10));
  EXPECT_EQ(mails(), 4u);
  EXPECT_EQ(Mailing().state(), v1::Mailing::FINISHED);
}

TEST_F(MailingsTest, StoppedNothingMoreGoesOutAndNothingMoreIsKept) {
  Make(6);
  AddPeople(3);
  const std::string kept = Preview(1).recipient().contact();
  Change("Start");
  Change("Stop");
  Advance(Duration::Hours(72));
  EXPECT_EQ(mails(), 1u);
  EXPECT_EQ(Counts(), "SENT 1, WITHDRAWN 2");
  EXPECT_EQ(Preview(1).recipient().contact(), kept);
  Refused<v1::MailingPreview>("MailingService.PreviewMailing",
                              R"({"recipient": "mailings/due/recipients/2"})",
                              StatusCode::kNotFound, "recipient");
  Refused<v1::Mailing>("MailingService.StartMailing", R"({"name": "mailings/due"})",
                       StatusCode::kFailedPrecondition, "name");
  OpenRooms();
  Advance(Duration::Hours(1));
  EXPECT_EQ(mails(), 1u);
}

TEST_F(MailingsTest, OneThatTheServerIsJustTakingIsCountedThoughTheMailingIsStopped) {
  Make(60);
  AddPeople(2);
  ServerSays(std::nullopt);
  Change("Start");
  EXPECT_EQ(Counts(), "PENDING 1, SENDING 1");
  Change("Stop");
  EXPECT_EQ(Counts(), "SENDING 1, WITHDRAWN 1");
  Answer(Ok());
  EXPECT_EQ(Counts(), "SENT 1, WITHDRAWN 1");
}

TEST_F(MailingsTest, StoppedWhatTheServerDidNotTakeIsNotTriedAgain) {
  Make(60);
  AddPeople(1);
  ServerSays(std::nullopt);
  Change("Start");
  Change("Stop");
  Answer({SendResult::Kind::kLater, 451, "busy"});
  ServerSays(Ok());
  Advance(Duration::Hours(50));
  EXPECT_EQ(mails(), 1u);
  EXPECT_EQ(Counts(), "WITHDRAWN 1");
}

TEST_F(MailingsTest, KilledAtAnyPointEachGetsOneMail) {
  Make(3'000);
  AddPeople(20);
  ServerSays(std::nullopt);
  Change("Start");
  Advance(Duration::Seconds(1));
  const size_t before = mails();
  ASSERT_GT(before, 0u);
  // Nobody knows whether the server took those: they go once more, each under its own Message-ID.
  OpenRooms();
  Answer(Ok());
  ServerSays(Ok());
  for (int i = 0; i < 10; ++i) {
    Advance(Duration::Seconds(1));
    OpenRooms();
  }
  EXPECT_EQ(Counts(), "SENT 20");
  std::map<std::string, std::set<std::string>> ids;
  for (const Taken& each : taken()) ids[each.to[0]].insert(each.mail.message_id);
  EXPECT_EQ(ids.size(), 20u);
  for (const auto& [to, of] : ids) EXPECT_EQ(of.size(), 1u) << to;
  EXPECT_EQ(mails(), 20 + before);
}

TEST_F(MailingsTest, WhatWasSentBeforeTheKillIsNotSentAgain) {
  Make(3'000);
  AddPeople(5);
  Change("Start");
  Advance(Duration::Seconds(1));
  ASSERT_EQ(mails(), 5u);
  for (int i = 0; i < 3; ++i) {
    OpenRooms();
    Advance(Duration::Minutes(1));
  }
  EXPECT_EQ(mails(), 5u);
  EXPECT_EQ(Counts(), "SENT 5");
}

TEST_F(MailingsTest, WhoIsMarkedBetweenTheStartAndTheirTurnGetsNone) {
  Make(6);
  AddPeople(3);
  Change("Start");
  Must<v1::SetDoNotContactResponse>("DoNotContactService.SetDoNotContact",
                                    R"({"marks": [{"address": {"kind": "EMAIL",
                                        "text": "P2@Example.net"}, "reason": "ASKED"}]})",
                                    With(rpc::Role::kManager));
  Advance(Duration::Seconds(10));
  Advance(Duration::Seconds(10));
  EXPECT_EQ(Counts(), "SENT 2, DO_NOT_CONTACT 1");
  for (const Taken& each : taken()) EXPECT_NE(each.to[0], "p2@example.net");
  EXPECT_EQ(Mailing().state(), v1::Mailing::FINISHED);
}

TEST_F(MailingsTest, WhatTheServerRefusesFailsWithItsCode) {
  Make();
  AddPeople(1);
  ServerSays(SendResult{SendResult::Kind::kRefused, 550, "no such user p1@example.net"});
  Change("Start");
  EXPECT_EQ(Counts(), "FAILED 1");
  const auto list = Must<v1::ListMailingRecipientsResponse>(
      "MailingService.ListMailingRecipients", R"({"mailing": "mailings/due", "state": "FAILED"})");
  ASSERT_EQ(list.recipients_size(), 1);
  EXPECT_EQ(list.recipients(0).reply_code(), 550);
  EXPECT_THAT(list.DebugString(), Not(HasSubstr("example.net")));
}

TEST_F(MailingsTest, WhatTheServerDoesNotTakeNowGoesLaterUnderTheSameId) {
  Make();
  AddPeople(1);
  ServerSays(SendResult{SendResult::Kind::kLater, 451, "busy"});
  Change("Start");
  EXPECT_EQ(Counts(), "PENDING 1");
  EXPECT_EQ(Mailing().trouble(), "");
  Advance(Duration::Seconds(59));
  EXPECT_EQ(mails(), 1u);
  ServerSays(Ok());
  Advance(Duration::Seconds(1));
  ASSERT_EQ(mails(), 2u);
  EXPECT_EQ(Counts(), "SENT 1");
  EXPECT_EQ(taken()[0].mail.message_id, taken()[1].mail.message_id);
}

TEST_F(MailingsTest, AServerThatCannotBeReachedIsNotAskedForEachRecipient) {
  Make(3'000);
  AddPeople(5);
  ServerSays(SendResult{SendResult::Kind::kLater, 0, "no route"});
  Change("Start");
  const size_t first = mails();
  Advance(Duration::Seconds(30));
  EXPECT_EQ(mails(), first);
  EXPECT_EQ(Mailing().trouble(), "the mail server cannot be reached");
  ServerSays(Ok());
  for (int i = 0; i < 4; ++i) Advance(Duration::Minutes(1));
  EXPECT_EQ(Counts(), "SENT 5");
}

TEST_F(MailingsTest, AnAnswerIsAMailOfTheAddressesQueueAndNamesTheMailing) {
  Make();
  AddPeople(1);
  Change("Start");
  const Taken notice = taken()[0];
  EXPECT_TRUE(Items().empty());
  EXPECT_EQ(Deliver(fmt::format("From: p1@example.net\r\nTo: tax@example.org\r\n"
                                "Subject: Re: Uw dossier\r\nMessage-ID: <a@example.net>\r\n"
                                "In-Reply-To: <{}>\r\n\r\nWanneer?\r\n",
                                notice.mail.message_id),
                    notice.from, "p1@example.net"),
            250);
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_EQ(Items()[0].contact, Preview(1).recipient().contact());
  EXPECT_EQ(Items()[0].channel, Channel::kEmail);
  EXPECT_EQ(Items()[0].customer, Preview(1).recipient().customer());
}

TEST_F(MailingsTest, AReportThatItCannotBeDeliveredIsNotAnsweredAndIsCounted) {
  Make();
  AddPeople(1);
  Change("Start");
  const Taken notice = taken()[0];
  const std::string report = fmt::format(
      "From: MAILER-DAEMON@example.net\r\nTo: tax@example.org\r\nSubject: failed\r\n"
      "Message-ID: <d@example.net>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
      "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.net\r\n\r\n"
      "Final-Recipient: rfc822; p1@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
      "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{}>\r\nSubject: x\r\n\r\nx\r\n"
      "--b--\r\n",
      notice.mail.message_id);
  EXPECT_EQ(Deliver(report, notice.from, ""), 250);
  EXPECT_EQ(Counts(), "BOUNCED 1");
  EXPECT_TRUE(Items().empty());
  EXPECT_EQ(mails(), 1u);
}

TEST_F(MailingsTest, WhoIsErasedGetsNone) {
  Make(6);
  AddPeople(2);
  Change("Start");
  const std::string customer = Preview(2).recipient().customer();
  std::promise<absl::StatusOr<int64_t>> erased;
  store_->EraseCustomer(customer, "users/someone", kStart,
                        [&](absl::StatusOr<int64_t> result) { erased.set_value(result); });
  ASSERT_TRUE(erased.get_future().get().ok());
  Settle();
  Advance(Duration::Minutes(5));
  EXPECT_EQ(Counts(), "SENT 1, WITHDRAWN 1");
  EXPECT_EQ(mails(), 1u);
}

TEST_F(MailingsTest, WithoutAMailServerItIsNotStarted) {
  can_send_ = false;
  OpenRooms();
  Make();
  AddPeople(1);
  Refused<v1::Mailing>("MailingService.StartMailing", R"({"name": "mailings/due"})",
                       StatusCode::kFailedPrecondition, "");
}

}  // namespace
}  // namespace wissel::testing
