// Texts of acknowledgements, and a mail's way out.
#include "channels/email/core/texts.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "channels/email/core/outgoing.h"

namespace wissel::email {
namespace {

TEST(Texts, AreFilledInOnce) {
  const Values values = {{"name", "{subject}"}, {"subject", "x"}, {"none", ""}};
  EXPECT_EQ(Fill("Dear {name}: {subject} {other} {", values), "Dear {subject}: x {other} {")
      << "what a customer is called is not looked at again";
  EXPECT_EQ(Fill("a\n{none}\nb {none}\nc {none} {subject}\n\nd", values), "a\nc  x\n\nd");
}

TEST(Texts, UnknownPlaceholdersAreRefused) {
  EXPECT_TRUE(CheckPlaceholders("{name} {}", {"name"}, "text").ok());
  const absl::Status refused = CheckPlaceholders("Dear {nam}", {"name", "agent"}, "text");
  EXPECT_EQ(FieldAtFault(refused), "text");
  EXPECT_EQ(WhatWouldBeRight(refused), "one of {name}, {agent}");
}

TEST(Texts, EveryLanguageHasEveryText) {
  const Texts texts;
  const Texts::Acknowledgement all = {"My tax", "REF", Duration::Hours(4), "https://x/track/y",
                                      "Town",   "Mia"};
  for (const char* language : {"en", "nl", "fr", "de"}) {
    EXPECT_EQ(texts.Choose(language, ""), language);
    const AcknowledgementText text = texts.Acknowledge(language, all);
    for (const char* part : {"REF", "https://x/track/y", "Town", "4 "}) {
      EXPECT_NE(text.body.find(part), std::string::npos) << language << part;
    }
    EXPECT_NE(text.subject.find("My tax"), std::string::npos);
    EXPECT_EQ(text.body.find('{'), std::string::npos) << text.body;
    if (std::string(language) != "en") EXPECT_NE(text.body, texts.Acknowledge("en", all).body);
  }
  EXPECT_EQ(texts.Choose("nl-BE", ""), "nl");
  EXPECT_EQ(texts.Choose("tr", "fr"), "fr");
  EXPECT_EQ(texts.Choose("", ""), "en");
}

TEST(Texts, TimesAreInWords) {
  const Texts texts;
  const auto within = [&](Duration time) {
    return texts.Acknowledge("en", {"", "", time, "", "", ""}).body;
  };
  EXPECT_NE(within(Duration::Seconds(20)).find("within one minute."), std::string::npos);
  EXPECT_NE(within(Duration::Minutes(45)).find("within 45 minutes."), std::string::npos);
  EXPECT_NE(within(Duration::Minutes(61)).find("within 2 hours."), std::string::npos);
  EXPECT_NE(within(Duration::Hours(49)).find("within 3 days."), std::string::npos);
}

TEST(Texts, ThoseOfTheFileGoFirst) {
  Texts texts;
  texts.SetAcknowledgement("tr", {"Alındı: {subject}", "Referans {reference}"});
  EXPECT_EQ(texts.Choose("tr-TR", "en"), "tr");
  EXPECT_EQ(texts.Acknowledge("tr", {"x", "REF", Duration::Hours(1), "", "", ""}).body,
            "Referans REF");
}

TEST(Outgoing, IsTriedUntilTwoDaysHavePassed) {
  OutMail mail{.state = OutState::kQueued, .made = Instant::FromMillis(1'000)};
  mail.due = mail.made;
  const SendResult later{SendResult::Kind::kLater, 451, "451 later"};
  std::vector<int64_t> pauses;
  Instant now = mail.made;
  while (mail.state == OutState::kQueued) {
    BeginAttempt(mail);
    EXPECT_EQ(mail.state, OutState::kSending);
    ConcludeAttempt(mail, later, now);
    pauses.push_back((mail.due - now).millis() / 60'000);
    now = mail.due;
    ASSERT_LT(pauses.size(), 100u);
  }
  EXPECT_EQ(mail.state, OutState::kFailed);
  EXPECT_EQ(mail.code, 451);
  pauses.resize(8);
  EXPECT_EQ(pauses, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
  EXPECT_GE(now - mail.made, kGiveUpAfter);
}

TEST(Outgoing, EndsByWhatTheServerSays) {
  for (const auto& [kind, state] : {std::pair(SendResult::Kind::kSent, OutState::kSent),
                                    std::pair(SendResult::Kind::kRefused, OutState::kFailed)}) {
    OutMail mail{.state = OutState::kQueued};
    EXPECT_TRUE(MayCancel(mail).ok());
    BeginAttempt(mail);
    EXPECT_FALSE(MayCancel(mail).ok());
    OutMail found = mail;  // by the next process
    Recover(found);
    EXPECT_EQ(found.state, OutState::kQueued);
    EXPECT_FALSE(MayCancel(found).ok()) << "it may have gone";
    ConcludeAttempt(mail, {kind, 0, ""}, Instant());
    EXPECT_EQ(mail.state, state);
    EXPECT_TRUE(IsSettled(mail.state));
    Recover(mail);
    EXPECT_EQ(mail.state, state);
  }
}

}  // namespace
}  // namespace wissel::email
