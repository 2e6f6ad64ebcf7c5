// The rules of mailings: texts, pace, and what becomes of a recipient.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/status.h"
#include "channels/mailings/core/mailing.h"
#include "channels/mailings/core/notice_text.h"
#include "channels/mailings/core/pace.h"
#include "channels/mailings/core/recipient.h"

namespace wissel::mailings {
namespace {

using ::testing::HasSubstr;

constexpr Instant kStart = Instant::FromMillis(1'772'442'000'000);

// --- Texts

TEST(NoticeTextTest, FieldsAreFilledInOnce) {
  const FieldValues values = {{"name", "Mia {reference}"}, {"reference", "7/A"}};
  EXPECT_EQ(FillIn("Dear {name}, your file {reference}.", values),
            "Dear Mia {reference}, your file 7/A.");
  EXPECT_EQ(FillIn("{{name} costs {{5}", values), "{name} costs {5}");
  EXPECT_EQ(FillIn("", values), "");
}

TEST(NoticeTextTest, AnUnknownFieldIsRefusedByNameWithTheKnownOnes) {
  const absl::Status status = CheckFields("Dear {nmae},", {"name", "reference"}, "text");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(FieldAtFault(status), "text");
  EXPECT_THAT(std::string(status.message()), HasSubstr("{nmae}"));
  EXPECT_EQ(WhatWouldBeRight(status), "one of {name}, {reference}");
  EXPECT_FALSE(CheckFields("{Name}", {"name"}, "text").ok());
  EXPECT_FALSE(CheckFields("{ name }", {"name"}, "text").ok());
  EXPECT_FALSE(CheckFields("{}", {"name"}, "text").ok());
  EXPECT_FALSE(CheckFields("a brace { alone", {"name"}, "text").ok());
  EXPECT_FALSE(CheckFields("{na\nme}", {"name"}, "text").ok());
  EXPECT_TRUE(CheckFields("{name} {{alone", {"name"}, "text").ok());
}

TEST(NoticeTextTest, TheTextIsInTheRecipientsLanguageWhereThereIsOne) {
  const std::vector<NoticeText> texts = {{"nl", "nl", ""}, {"fr-BE", "fr", ""}, {"de", "de", ""}};
  EXPECT_EQ(TextFor("de", texts).language, "de");
  EXPECT_EQ(TextFor("de-AT", texts).language, "de");
  EXPECT_EQ(TextFor("fr", texts).language, "fr-BE");
  EXPECT_EQ(TextFor("sv", texts).language, "nl");
  EXPECT_EQ(TextFor("", texts).language, "nl");
}

TEST(NoticeTextTest, WhatCouldEndAHeaderIsRefused) {
  for (const char* value : {"a\rb", "a\nBcc: x@example.org", "a\tb", "a\x7f"}) {
    EXPECT_EQ(FieldAtFault(CheckOneLine(value, "name")), "name") << value;
  }
  EXPECT_FALSE(CheckOneLine(std::string_view("a\0b", 3), "name").ok());
  EXPECT_TRUE(CheckOneLine("Zoë Ångström, n° 7", "name").ok());
}

// --- Pace

TEST(PaceTest, TheFirstGoesAtOnceAndTheOthersEvenly) {
  Pace pace(6);
  EXPECT_EQ(pace.Due(kStart), 1);
  pace.Take(1);
  EXPECT_EQ(pace.Due(kStart), 0);
  EXPECT_EQ(pace.Next(kStart), kStart + Duration::Seconds(10));
  EXPECT_EQ(pace.Due(kStart + Duration::Millis(9'999)), 0);
  EXPECT_EQ(pace.Due(kStart + Duration::Seconds(10)), 1);
  EXPECT_EQ(pace.TimeFor(12), Duration::Minutes(2));
}

TEST(PaceTest, WhatWasNotSentIsNotSavedUp) {
  Pace pace(600);
  pace.Take(pace.Due(kStart));
  EXPECT_EQ(pace.Due(kStart + Duration::Hours(5)), 10);
}

TEST(PaceTest, NoMinuteHasMoreThanTheRateAndOneBurst) {
  std::mt19937 random(7);
  for (int world = 0; world < 200; ++world) {
    const int rate = std::uniform_int_distribution(1, 3'000)(random);
    Pace pace(rate);
    Instant now = kStart;
    std::vector<std::pair<Instant, int>> sent;
    for (int step = 0; step < 300; ++step) {
      const int due = pace.Due(now);
      const int taken = due == 0 ? 0 : std::uniform_int_distribution(1, due)(random);
      pace.Take(taken);
      sent.emplace_back(now, taken);
      if (due > taken) continue;
      const Instant next = pace.Next(now);
      ASSERT_GT(next, now);
      ASSERT_EQ(pace.Due(next - Duration::Millis(1)), 0) << rate;
      now = next + Duration::Millis(std::uniform_int_distribution(0, 2'000)(random));
      ASSERT_GE(pace.Due(now), 1) << rate;
    }
    for (size_t from = 0; from < sent.size(); ++from) {
      int mails = 0;
      for (size_t i = from; i < sent.size(); ++i) {
        if (sent[i].first - sent[from].first < Duration::Minutes(1)) mails += sent[i].second;
      }
      EXPECT_LE(mails, rate + std::max(1, rate / 60)) << rate;
    }
  }
}

// --- Recipients

TEST(RecipientTest, WhatIsNotTakenIsTriedAgainForTwoDays) {
  Recipient recipient{1, "mails/x"};
  Instant now = kStart;
  std::vector<int64_t> pauses;
  while (recipient.state == RecipientState::kPending) {
    now = std::max(now, recipient.next);
    recipient = After(Begun(recipient, now), SendEnd::kLater, 451, false, now);
    if (recipient.state == RecipientState::kPending) {
      pauses.push_back((recipient.next - now).millis() / 60'000);
    }
  }
  EXPECT_EQ(recipient.state, RecipientState::kFailed);
  EXPECT_EQ(recipient.code, 451);
  EXPECT_GE(now - kStart, kGiveUpAfter);
  EXPECT_LE(now - kStart, kGiveUpAfter + Duration::Hours(1));
  pauses.resize(8);
  EXPECT_THAT(pauses, ::testing::ElementsAre(1, 2, 4, 8, 16, 32, 60, 60));
}

TEST(RecipientTest, WhatWasNotHandedOverIsNoAttempt) {
  const Recipient pending{1, "mails/x"};
  const Recipient after = After(Begun(pending, kStart), SendEnd::kNotBegun, 0, false, kStart);
  EXPECT_EQ(after.state, RecipientState::kPending);
  EXPECT_EQ(after.attempts, 0);
  EXPECT_EQ(after.first, std::nullopt);
}

TEST(RecipientTest, AStoppedMailingTriesNobodyAgainAndKeepsWhatWasSent) {
  const Recipient sending = Begun({1, "mails/x"}, kStart);
  EXPECT_EQ(After(sending, SendEnd::kLater, 451, true, kStart).state, RecipientState::kWithdrawn);
  EXPECT_EQ(After(sending, SendEnd::kNotBegun, 0, true, kStart).state, RecipientState::kWithdrawn);
  EXPECT_EQ(After(sending, SendEnd::kSent, 250, true, kStart).state, RecipientState::kSent);
  EXPECT_EQ(After(sending, SendEnd::kRefused, 550, true, kStart).state, RecipientState::kFailed);
  EXPECT_EQ(After(sending, SendEnd::kForbidden, 0, true, kStart).state,
            RecipientState::kDoNotContact);
}

TEST(RecipientTest, OfTheOutcomesOnlySentMayTurnOutToHaveBounced) {
  const Recipient sent = After(Begun({1, "mails/x"}, kStart), SendEnd::kSent, 250, false, kStart);
  EXPECT_EQ(Ended(sent, RecipientState::kBounced, kStart).state, RecipientState::kBounced);
  const Recipient failed =
      After(Begun({1, "mails/x"}, kStart), SendEnd::kRefused, 550, false, kStart);
  EXPECT_DEATH(Ended(failed, RecipientState::kSent, kStart), "");
}

// --- Mailings

TEST(MailingTest, StoppedIsForGood) {
  const Counts ten = {{RecipientState::kPending, 10}};
  Mailing mailing;
  EXPECT_FALSE(Started(mailing, {}, kStart).ok());
  EXPECT_FALSE(Paused(mailing).ok());
  mailing = *Started(mailing, ten, kStart);
  EXPECT_EQ(mailing.phase, Phase::kRunning);
  EXPECT_EQ(*Started(mailing, ten, kStart + Duration::Hours(1)), mailing);
  EXPECT_FALSE(MayAdd(mailing).ok());
  mailing = *Paused(mailing);
  EXPECT_TRUE(MayAdd(mailing).ok());
  const Mailing again = *Started(mailing, ten, kStart + Duration::Hours(1));
  EXPECT_EQ(again.started, kStart);
  mailing = *Stopped(mailing, kStart + Duration::Hours(2));
  EXPECT_EQ(*Stopped(mailing, kStart + Duration::Hours(3)), mailing);
  EXPECT_FALSE(Started(mailing, ten, kStart).ok());
  EXPECT_FALSE(Paused(mailing).ok());
  EXPECT_FALSE(MayAdd(mailing).ok());
}

TEST(MailingTest, ItFinishesWithTheLastOutcome) {
  Mailing mailing;
  mailing.phase = Phase::kRunning;
  EXPECT_FALSE(Finished(mailing, {{RecipientState::kSending, 1}}, kStart));
  const Counts done = {{RecipientState::kSent, 3}, {RecipientState::kFailed, 1}};
  EXPECT_EQ(Finished(mailing, done, kStart)->phase, Phase::kFinished);
  mailing.phase = Phase::kPaused;
  EXPECT_FALSE(Finished(mailing, done, kStart));
}

TEST(MailingTest, WhatRecipientsHaveAndHaveReadIsNotChanged) {
  const Counts one = {{RecipientState::kPending, 1}};
  Mailing draft;
  draft.sender = "tax@example.org";
  draft.fields = {"name"};
  draft.texts = {{"nl", "S", "T"}};
  Mailing fields = draft;
  fields.fields = {"name", "due"};
  Mailing sender = draft;
  sender.sender = "info@example.org";
  Mailing texts = draft;
  texts.texts[0].text = "Another";
  Mailing rate = draft;
  rate.rate = 10;
  EXPECT_TRUE(MayChange(draft, fields, {}).ok());
  EXPECT_EQ(FieldAtFault(MayChange(draft, fields, one)), "mailing.fields");
  EXPECT_EQ(FieldAtFault(MayChange(draft, sender, one)), "mailing.sender");
  EXPECT_TRUE(MayChange(draft, texts, one).ok());
  for (Mailing* m : {&draft, &texts, &rate}) m->phase = Phase::kPaused;
  EXPECT_EQ(FieldAtFault(MayChange(draft, texts, one)), "mailing.texts");
  EXPECT_TRUE(MayChange(draft, rate, one).ok());
  for (Mailing* m : {&draft, &rate}) m->phase = Phase::kStopped;
  EXPECT_EQ(FieldAtFault(MayChange(draft, rate, one)), "mailing.name");
}

}  // namespace
}  // namespace wissel::mailings
