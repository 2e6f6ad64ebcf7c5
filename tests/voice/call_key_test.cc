// The phone's own key for hold, pressed faster than the engine answers.
#include "channels/voice/call.h"
#include "gtest/gtest.h"

namespace wissel::voice {
namespace {

constexpr const char* kSdp =
    "v=0\r\no=a 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";
constexpr LegId kPhone{2};

class CallKey : public ::testing::Test {
 protected:
  CallKey() {
    fact_.item = ItemId(7);
    call_ = Call::Incoming({}, kSdp, fact_, now_);
    fact_.agent = "anna";
    fact_.phone = "sip:anna@phones";
    fact_.offer = OfferId(1);
    Becomes(ItemState::kActive);
    call_->OnAnswered(kPhone, kSdp, now_);
    call_->OnAck(kCaller, "", now_);
    call_->Take();
    EXPECT_EQ(call_->view().stage, Call::Stage::kTalking);
  }
  void Becomes(ItemState state) {
    fact_.state = state;
    call_->OnFact(fact_, now_);
  }
  // The phone's re-INVITE, and all that follows from it.
  void Presses(const std::string& direction) {
    call_->OnReinvite(kPhone, kSdp + direction, now_);
    call_->OnAnswered(kCaller, kSdp, now_);
    call_->OnAck(kPhone, "", now_);
  }
  std::vector<Wish> Asked() {
    std::vector<Wish> wishes;
    reinvited_ = false;
    for (const Action& action : call_->Take()) {
      if (const auto* ask = std::get_if<Ask>(&action)) wishes.push_back(ask->wish);
      reinvited_ = reinvited_ || std::holds_alternative<Reinvite>(action);
    }
    return wishes;
  }

  Instant now_ = Instant::FromMillis(1'000'000);
  ItemFact fact_;
  std::optional<Call> call_;
  bool reinvited_ = false;
};

TEST_F(CallKey, HoldsAndRetrieves) {
  Presses("a=sendonly\r\n");
  EXPECT_EQ(Asked(), std::vector<Wish>({Wish::kHold}));
  Becomes(ItemState::kHeld);
  EXPECT_EQ(call_->view().stage, Call::Stage::kHeld);
  EXPECT_TRUE(call_->view().held_by_phone);
  Presses("");
  EXPECT_EQ(Asked(), std::vector<Wish>({Wish::kRetrieve}));
  Becomes(ItemState::kActive);
  EXPECT_EQ(Asked(), std::vector<Wish>());
  EXPECT_FALSE(reinvited_);
  EXPECT_EQ(call_->view().stage, Call::Stage::kTalking);
}

TEST_F(CallKey, TakenBackBeforeTheEngineHasHeardItIsTakenBack) {
  Presses("a=sendonly\r\n");
  EXPECT_EQ(Asked(), std::vector<Wish>({Wish::kHold}));
  Presses("");
  EXPECT_EQ(Asked(), std::vector<Wish>());  // one thing at a time
  call_->OnOutcome(Wish::kHold, Call::Outcome::kDone, now_);
  Becomes(ItemState::kHeld);
  EXPECT_EQ(Asked(), std::vector<Wish>({Wish::kRetrieve}));
  EXPECT_FALSE(reinvited_);
  EXPECT_EQ(call_->view().stage, Call::Stage::kTalking);
  Becomes(ItemState::kActive);
  call_->OnOutcome(Wish::kRetrieve, Call::Outcome::kDone, now_);
  EXPECT_EQ(Asked(), std::vector<Wish>());
  EXPECT_FALSE(reinvited_);
  EXPECT_EQ(call_->view().stage, Call::Stage::kTalking);
}

TEST_F(CallKey, WhatTheDeskDoesIsDoneToBothPhones) {
  Becomes(ItemState::kHeld);
  EXPECT_EQ(Asked(), std::vector<Wish>());
  EXPECT_TRUE(reinvited_);
  EXPECT_FALSE(call_->view().held_by_phone);
}

}  // namespace
}  // namespace wissel::voice
