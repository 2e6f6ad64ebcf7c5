// The mail channel through its front door: a customer, a mail server and agents of one center.
#include "tests/mail/mail_testing.h"

namespace wissel::testing {
namespace {

using v1::MailEntry;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST_F(MailCenter, AMailIsAnItemAndIsAcknowledged) {
  EXPECT_EQ(Deliver(MailText("1")), 250);
  EXPECT_EQ(Living(), 1u);
  const email::Mail ack = TakeOne();
  EXPECT_EQ(envelope_.from, "") << "nobody answers an acknowledgement";
  EXPECT_EQ(envelope_.to, std::vector<std::string>{"mia@example.net"});
  EXPECT_EQ(ack.subject, "We have your message: My tax");
  EXPECT_EQ(ack.marks.auto_submitted, "auto-replied");
  EXPECT_EQ(ack.in_reply_to, std::vector<std::string>{"1@example.net"});
  EXPECT_NE(ack.text.find("within 4 hours"), std::string::npos) << ack.text;
  EXPECT_NE(ack.text.find("https://wissel.example.org/track/"), std::string::npos);
  EXPECT_TRUE(ack.reply_to->address.starts_with("tax+"));

  center_.Available("mona");
  const std::string item = Accept("mona");
  const v1::MailThread thread = Thread(item);
  EXPECT_EQ(Item(item).contact(), thread.name());
  EXPECT_EQ(Item(item).customer(), thread.customer());
  EXPECT_EQ(thread.subject(), "My tax");
  EXPECT_EQ(thread.language(), "en");
  EXPECT_NE(ack.text.find(thread.reference()), std::string::npos);
  ASSERT_EQ(thread.entries_size(), 2);
  EXPECT_EQ(thread.entries(0).author(), MailEntry::CUSTOMER);
  EXPECT_EQ(thread.entries(0).from().address(), "mia@example.net");
  EXPECT_EQ(thread.entries(1).author(), MailEntry::SYSTEM);
  EXPECT_EQ(thread.entries(1).state(), MailEntry::SENT);
  EXPECT_EQ(thread.answer_to(0).address(), "mia@example.net");
}

TEST_F(MailCenter, DeliveredAgainItIsTheSame) {
  EXPECT_EQ(Deliver(MailText("1")), 250);
  EXPECT_EQ(Deliver("Received: from elsewhere\r\n" + MailText("1")), 250);
  EXPECT_EQ(Living(), 1u);
  EXPECT_EQ(TakeSent().size(), 1u);
  OpenChannel();
  EXPECT_EQ(Deliver(MailText("1")), 250);
  center_.Available("mona");
  const std::string item = Accept("mona");
  EXPECT_EQ(Thread(item).entries_size(), 2) << "one mail and its acknowledgement";
  Act("CompleteAssignment", "mona", item);
  EXPECT_EQ(Deliver(MailText("1")), 250);
  EXPECT_EQ(Living(), 0u) << "once more after its end: dealt with";
  EXPECT_TRUE(TakeSent().empty()) << "and acknowledged long ago";
  // Without a Message-ID, by what it says.
  const std::string bare =
      "From: mia@example.net\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nhello\r\n";
  EXPECT_EQ(Deliver(bare), 250);
  EXPECT_EQ(Deliver(bare), 250);
  EXPECT_EQ(Living(), 1u);
  // The same id with another text is no repetition: nothing is lost, and it is the same matter.
  EXPECT_EQ(Deliver(MailText("7", "", "one")), 250);
  EXPECT_EQ(Deliver(MailText("7", "", "two")), 250);
  EXPECT_EQ(Living(), 2u);
}

TEST_F(MailCenter, ANoticeIsSentOnceInItsThread) {
  EXPECT_EQ(Deliver(MailText("1")), 250);
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  const auto send = [&] {
    std::promise<absl::Status> done;
    channel_->SendAbout(
        {Item(item).contact(), "mia@example.net", "Your request", "It goes on.", "notice 1"},
        [&](const absl::Status& status) { done.set_value(status); });
    const absl::Status status = done.get_future().get();
    channel_->Settle();
    return status;
  };
  EXPECT_TRUE(send().ok());
  const email::Mail notice = TakeOne();
  EXPECT_EQ(notice.marks.auto_submitted, "auto-generated");
  EXPECT_TRUE(notice.in_reply_to.empty());
  ASSERT_FALSE(notice.references.empty());
  EXPECT_EQ(notice.references[0], "1@example.net");
  EXPECT_EQ(envelope_.from, "") << "what cannot be delivered comes back to nobody";
  EXPECT_TRUE(send().ok()) << "once more: it has gone";
  OpenChannel();
  EXPECT_TRUE(send().ok());
  EXPECT_TRUE(TakeSent().empty());
  EXPECT_EQ(Thread(item).entries_size(), 3) << "their mail, its acknowledgement, the notice";
  std::promise<absl::Status> unknown;
  channel_->SendAbout({"mails/nowhere", "mia@example.net", "s", "t", "n"},
                      [&](const absl::Status& status) { unknown.set_value(status); });
  EXPECT_TRUE(absl::IsNotFound(unknown.get_future().get()));
}

TEST_F(MailCenter, AThreadOfFiveMailsStaysOneItem) {
  Deliver(MailText("1"));
  const email::Mail ack = TakeOne();
  center_.Available("mona");
  const std::string item = Accept("mona");
  Reply(item, "What is your number?");
  EXPECT_TRUE(TakeSent().empty()) << "for ten seconds it can be taken back";
  Pass(Duration::Seconds(10));
  const email::Mail first = TakeOne();
  EXPECT_EQ(first.from->address, "tax@example.org");
  EXPECT_EQ(first.from->name, "The tax office");
  EXPECT_EQ(first.subject, "Re: My tax");
  EXPECT_EQ(first.in_reply_to, std::vector<std::string>{"1@example.net"});
  EXPECT_EQ(envelope_.from, first.reply_to->address) << "what bounces comes back to the thread";
  Act("SetAsideAssignment", "mona", item);
  EXPECT_EQ(Item(item).state(), v1::WorkItem::AWAITING_CUSTOMER);

  // By the address alone, as a mail program without thread headers does.
  EXPECT_EQ(Deliver(MailText("2", "", "It is 4711."), "mia@example.net", first.reply_to->address),
            250);
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ACTIVE) << "back with its agent";
  Reply(item, "Thank you.", R"(, "quote": true)");
  Pass(Duration::Seconds(10));
  const email::Mail second = TakeOne();
  EXPECT_NE(second.text.find("\n> It is 4711."), std::string::npos) << second.text;
  EXPECT_EQ(second.in_reply_to, std::vector<std::string>{"2@example.net"});
  EXPECT_EQ(second.references.front(), "1@example.net");
  // By the Message-ID alone.
  EXPECT_EQ(
      Deliver(MailText("3", "In-Reply-To: <" + second.message_id + ">\r\n", "One more thing.")),
      250);
  EXPECT_EQ(Living(), 1u);
  EXPECT_EQ(Thread(item).entries_size(), 6);
  EXPECT_TRUE(TakeSent().empty()) << "what joins an open item is not acknowledged";

  // After the end the same thread has a new item, and the same agent is asked first.
  center_.Available("luc");
  Act("CompleteAssignment", "mona", item);
  EXPECT_EQ(Deliver(MailText("4", "References: <1@example.net>\r\n", "And this?")), 250);
  const std::string again = Accept("mona");
  EXPECT_NE(again, item);
  EXPECT_EQ(Item(again).contact(), Item(item).contact());
  EXPECT_EQ(Thread(again).entries_size(), 8) << "with its acknowledgement";
}

TEST_F(MailCenter, WhoMayJoinAThread) {
  Deliver(MailText("1"));
  const email::Mail ack = TakeOne();
  const std::string from_eve = "From: Eve <eve@example.com>\r\nSubject: Re: My tax\r\n";
  // A Message-ID that Eve has seen somewhere, and the subject, are not enough.
  EXPECT_EQ(
      Deliver(from_eve + "Message-ID: <e1@x>\r\nIn-Reply-To: <1@example.net>\r\n\r\nlet me in"),
      250);
  EXPECT_EQ(Living(), 2u);
  std::string forged = ack.reply_to->address;
  forged[10] = forged[10] == 'a' ? 'b' : 'a';
  EXPECT_EQ(Deliver(from_eve + "Message-ID: <e2@x>\r\n\r\nlet me in", "eve@example.com", forged),
            250);
  EXPECT_EQ(Living(), 3u);
  // Whom the thread's mail was given to has the token.
  EXPECT_EQ(Deliver(from_eve + "Message-ID: <e3@x>\r\nIn-Reply-To: <" + ack.message_id +
                        ">\r\n\r\nMia has sent me this",
                    "eve@example.com"),
            250);
  EXPECT_EQ(Living(), 3u);
  // The same subject from the same person is another matter.
  EXPECT_EQ(Deliver(MailText("9", "", "Something else.")), 250);
  EXPECT_EQ(Living(), 4u);
}

TEST_F(MailCenter, MachinesAreNotAnswered) {
  Deliver(MailText("1", "Auto-Submitted: auto-generated\r\n"));
  Deliver(MailText("2", "List-Id: <l.example.net>\r\n"));
  Deliver(MailText("3"), "");
  EXPECT_EQ(Living(), 3u) << "each is somebody's work all the same";
  EXPECT_TRUE(TakeSent().empty());
  Deliver("From: tax@example.org\r\nMessage-ID: <o@x>\r\n\r\nours", "tax@example.org");
  EXPECT_TRUE(TakeSent().empty()) << "never to ourselves";
  Deliver(MailText("4"), "mia@example.net", "info@example.org");
  EXPECT_TRUE(TakeSent().empty()) << "this address acknowledges nothing";
}

TEST_F(MailCenter, TwoAnsweringMachinesDoNotLoop) {
  Deliver(MailText("1"));
  // One that marks nothing, and answers everything.
  size_t mails = 0;
  for (int round = 0; round < 20; ++round) {
    Pass(Duration::Minutes(1));
    for (const email::Envelope& envelope : TakeSent()) {
      ++mails;
      const email::Mail mail = email::ReadMail(envelope.bytes).value();
      Deliver(MailText(fmt::format("auto-{}", mails), "In-Reply-To: <" + mail.message_id + ">\r\n",
                       "I am away."),
              "mia@example.net", mail.reply_to->address);
    }
  }
  EXPECT_EQ(mails, 1u);
  EXPECT_EQ(Living(), 1u);
  // And where it begins a thread each time.
  for (int round = 0; round < 20; ++round) Deliver(MailText(fmt::format("new-{}", round)));
  EXPECT_EQ(TakeSent().size(), 3u) << "four a day for an address";
}

TEST_F(MailCenter, ABounceBelongsToItsThread) {
  Deliver(MailText("1"));
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  Reply(item, "Hello");
  Pass(Duration::Seconds(10));
  const email::Mail reply = TakeOne();
  Act("SetAsideAssignment", "mona", item);
  const std::string report =
      "From: MAILER-DAEMON@example.net\r\nMessage-ID: <dsn@x>\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; mia@example.net\r\nAction: failed\r\n"
      "Status: 5.1.1\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" +
      reply.message_id + ">\r\n--b--\r\n";
  EXPECT_EQ(Deliver(report, ""), 250);
  EXPECT_EQ(Living(), 1u);
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ACTIVE) << "its agent has to know";
  const v1::MailThread thread = Thread(item);
  EXPECT_EQ(thread.entries(3).author(), MailEntry::SYSTEM);
  EXPECT_NE(thread.entries(3).automatic(), "");
  EXPECT_TRUE(TakeSent().empty());
}

TEST_F(MailCenter, AMailThatTheServerRefusesIsShown) {
  Deliver(MailText("1"));
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  result_ = {email::SendResult::Kind::kLater, 451, "451 later"};
  Reply(item, "Hello");
  Pass(Duration::Seconds(10));
  EXPECT_EQ(TakeSent().size(), 1u);
  EXPECT_EQ(Thread(item).entries(2).state(), MailEntry::QUEUED);
  Pass(Duration::Seconds(59));
  EXPECT_TRUE(TakeSent().empty());
  OpenChannel();  // a restart changes nothing
  result_ = {email::SendResult::Kind::kRefused, 550, "550 5.1.1 no such mailbox"};
  Pass(Duration::Seconds(1));
  EXPECT_EQ(TakeSent().size(), 1u);
  const v1::MailThread thread = Thread(item);
  EXPECT_EQ(thread.entries(2).state(), MailEntry::FAILED);
  EXPECT_TRUE(thread.entries(3).event());
  EXPECT_EQ(thread.entries(3).text(), "The mail could not be delivered: 550 5.1.1 no such mailbox");
  Pass(Duration::Hours(3));
  EXPECT_TRUE(TakeSent().empty());
}

TEST_F(MailCenter, TenSecondsToTakeItBack) {
  Deliver(MailText("1"));
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  const v1::MailEntry sent = Reply(item, "Too early");
  EXPECT_EQ(sent.state(), MailEntry::QUEUED);
  Refused<v1::MailDraft>("CancelMail", R"({"name": ")" + sent.name() + R"("})", kDenied, "name",
                         Desk("luc"));
  Pass(Duration::Seconds(9));
  EXPECT_EQ(Must<v1::MailDraft>("CancelMail", R"({"name": ")" + sent.name() + R"("})", Desk("mona"))
                .text(),
            "Too early");
  Pass(Duration::Minutes(5));
  EXPECT_TRUE(TakeSent().empty());
  EXPECT_EQ(Thread(item).entries(2).state(), MailEntry::CANCELLED);
  EXPECT_TRUE(Thread(item).entries(3).event());
  EXPECT_EQ(Thread(item).entries(3).text(),
            "Entry 3 was taken back by its author and has not been sent");
  const auto draft =
      Must<v1::MailDraft>("GetMailDraft", R"({"workItem": ")" + item + R"("})", Desk("mona"));
  EXPECT_EQ(draft.text(), "Too early");
  EXPECT_EQ(draft.to(0).address(), "mia@example.net");
  const v1::MailEntry other = Reply(item, "Now");
  EXPECT_EQ(Must<v1::MailDraft>("GetMailDraft", R"({"workItem": ")" + item + R"("})", Desk("mona"))
                .text(),
            "");
  Pass(Duration::Seconds(10));
  Refused<v1::MailDraft>("CancelMail", R"({"name": ")" + other.name() + R"("})",
                         absl::StatusCode::kFailedPrecondition, "mail", Desk("mona"));
  EXPECT_EQ(TakeSent().size(), 1u);
}

TEST_F(MailCenter, OnlyTheHolderWrites) {
  Deliver(MailText("1"));
  center_.Available("mona");
  const std::string item = Accept("mona");
  const std::string of_item = R"({"workItem": ")" + item + "\"";
  Refused<v1::MailEntry>("SendMailReply", of_item + R"(, "text": "x"})", kDenied, "workItem",
                         Desk("luc"));
  Refused<v1::MailThread>("GetMailThread", of_item + "}", kDenied, "workItem", Desk("luc"));
  Refused<v1::MailDraft>("SaveMailDraft", of_item + R"(, "draft": {"text": "x"}})", kDenied,
                         "workItem", Desk("luc"));
  EXPECT_EQ(Must<v1::MailThread>("GetMailThread", of_item + "}", With(rpc::Role::kManager))
                .entries_size(),
            2);
  std::promise<size_t> reads;
  store_->ListActions("", 0, 10, [&](absl::StatusOr<std::vector<contacts::Action>> actions) {
    reads.set_value(actions.ok() ? actions->size() : 0);
  });
  EXPECT_EQ(reads.get_future().get(), 1u) << "what a manager reads is on record";
}

TEST_F(MailCenter, RefusesWhatCannotBeSent) {
  Deliver(MailText("1"));
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  const auto refused = [&](const std::string& more, const std::string& field) {
    Refused<v1::MailEntry>("SendMailReply", R"({"workItem": ")" + item + "\"" + more + "}",
                           kInvalid, field, Desk("mona"));
  };
  refused("", "text");
  refused(R"(, "text": "a\u0000b")", "text");
  refused(R"(, "text": "x", "subject": "a\r\nBcc: eve@example.com")", "subject");
  refused(R"(, "text": "x", "to": [{"address": "mia@example.net\r\nRCPT TO:<eve@example.com>"}])",
          "to[0].address");
  refused(R"(, "text": "x", "to": [{"address": "mia@example.net", "displayName": "a\nb"}])",
          "to[0].displayName");
  refused(R"(, "text": "x", "cc": [{"address": "info+x@example.org"}])", "cc");
  refused(R"(, "text": "x", "attachments": ["x"])", "attachments[0]");
  Pass(Duration::Minutes(1));
  EXPECT_TRUE(TakeSent().empty());
  EXPECT_EQ(Thread(item).entries_size(), 2);
}

TEST_F(MailCenter, TheSameRequestSendsOnce) {
  Deliver(MailText("1"));
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  const v1::MailEntry first = Reply(item, "x", R"(, "requestId": "r1")");
  EXPECT_EQ(Reply(item, "x", R"(, "requestId": "r1")").name(), first.name());
  Pass(Duration::Seconds(10));
  EXPECT_EQ(TakeSent().size(), 1u);
}

TEST_F(MailCenter, AttachmentsInAndOut) {
  Deliver(
      "From: Mia <mia@example.net>\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n"
      "--b\r\n\r\nsee there\r\n--b\r\nContent-Type: application/pdf\r\n"
      "Content-Disposition: attachment; filename=\"../form.pdf\"\r\n\r\nPDF\r\n--b--\r\n");
  TakeSent();
  center_.Available("mona");
  const std::string item = Accept("mona");
  const v1::MailThread thread = Thread(item);
  ASSERT_EQ(thread.entries(0).attachments_size(), 1);
  EXPECT_EQ(thread.entries(0).attachments(0).file_name(), "form.pdf");
  const std::string of_item = R"({"workItem": ")" + item + "\"";
  const std::string name = thread.entries(0).attachments(0).name();
  EXPECT_EQ(
      Must<v1::DownloadMailAttachmentResponse>(
          "DownloadMailAttachment", of_item + R"(, "attachment": ")" + name + "\"}", Desk("mona"))
          .content(),
      "PDF");
  const auto uploaded = Must<v1::MailAttachment>(
      "UploadMailAttachment",
      of_item + R"(, "fileName": "a/b.txt", "mediaType": "text/plain", "content": "aGk="})",
      Desk("mona"));
  EXPECT_EQ(uploaded.file_name(), "b.txt");
  Reply(item, "x", R"(, "attachments": [")" + uploaded.name() + "\"]");
  Pass(Duration::Seconds(10));
  const email::Mail mail = TakeOne();
  ASSERT_EQ(mail.attachments.size(), 1u);
  EXPECT_EQ(mail.attachments[0].name, "b.txt");
  EXPECT_EQ(mail.attachments[0].bytes, "hi");
}

TEST_F(MailCenter, QuickRepliesAreFilledIn) {
  Deliver(MailText("1", "", "Ik heb nog een vraag over de belasting van mijn huis."));
  center_.Available("mona");
  const std::string item = Accept("mona");
  const std::string of_item = R"({"workItem": ")" + item + "\"";
  auto replies =
      Must<v1::ListQuickRepliesResponse>("ListQuickReplies", of_item + "}", Desk("mona"));
  ASSERT_EQ(replies.quick_replies_size(), 1);
  EXPECT_EQ(replies.quick_replies(0).text(),
            "Dag Mia, bedankt. mona of the desk, " + Thread(item).reference());
  replies = Must<v1::ListQuickRepliesResponse>("ListQuickReplies",
                                               of_item + R"(, "language": "fr"})", Desk("mona"));
  EXPECT_EQ(replies.quick_replies_size(), 2) << "none in French: all of them";
}

TEST_F(MailCenter, AddressesToWriteFromAreThoseOfTheCenter) {
  const auto listed = Must<v1::ListMailAddressesResponse>("ListMailAddresses", "{}", Desk("mona"));
  std::vector<std::string> addresses;
  for (const auto& each : listed.addresses()) addresses.push_back(each.address());
  EXPECT_EQ(addresses, (std::vector<std::string>{"tax@example.org", "info@example.org"}));
}

TEST_F(MailCenter, ANewMailBeginsAThreadAndItsAnswerAnItem) {
  const auto sent = Must<v1::MailEntry>(
      "ComposeMail",
      R"({"from": "info@example.org", "to": [{"address": "zoe@example.net"}], "subject": "Your file",
          "text": "Please send it.", "requestId": "c1"})",
      Desk("mona"));
  EXPECT_EQ(sent.state(), MailEntry::QUEUED);
  Pass(Duration::Seconds(10));
  const email::Mail mail = TakeOne();
  EXPECT_TRUE(mail.subject.starts_with("Your file [ref ")) << mail.subject;
  EXPECT_FALSE(mail.reply_to.has_value()) << "this address is marked in the subject";
  EXPECT_EQ(Living(), 0u);
  OpenChannel();
  EXPECT_EQ(Living(), 0u) << "nor after a restart";
  center_.Available("luc");
  center_.Available("mona");
  Deliver("From: zoe@example.net\r\nMessage-ID: <z@x>\r\nSubject: RE: " + mail.subject +
              "\r\n\r\nHere it is.\r\n",
          "zoe@example.net", "info@example.org");
  const std::string item = Accept("mona");
  EXPECT_EQ(Thread(item).entries_size(), 2);
}

TEST_F(MailCenter, WhatIsNoMailIsRefusedWithASentence) {
  EXPECT_EQ(Deliver(""), 554);
  EXPECT_EQ(last_reply_.text, "it is no mail");
  std::string deep = "From: a@b.c\r\n";
  for (int i = 0; i < 60; ++i) {
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{}\r\n\r\n--b{}\r\n", i, i);
  }
  EXPECT_EQ(Deliver(deep), 554);
  EXPECT_EQ(Living(), 0u);
  channel_->Stop();
  EXPECT_EQ(channel_->Knows("TAX+x@Example.org"), true);
  EXPECT_EQ(channel_->Knows("tax@example.com"), false);
}

}  // namespace
}  // namespace wissel::testing
