// Who is let in, with time and delays as data.
#include "gateway/admission_control.h"

#include "gtest/gtest.h"

namespace wissel::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Criticality kHeld = Criticality::kHeld;
constexpr Criticality kWaiting = Criticality::kWaiting;
constexpr Criticality kViewing = Criticality::kViewing;

class AdmissionControlTest : public ::testing::Test {
 protected:
  bool LetIn(Criticality criticality) {
    return !control_.Admit(criticality, std::nullopt, now_).has_value();
  }
  // A window in which every command waited so long.
  void Window(milliseconds delay) {
    for (int i = 0; i < 10; ++i) {
      now_ += milliseconds(10);
      control_.Waited(delay, now_);
    }
  }
  int Fill() {
    int in = 0;
    while (LetIn(kWaiting)) ++in;
    return in;
  }

  AdmissionLimits limits_;
  AdmissionControl control_;
  AdmissionControl::Time now_{seconds(1000)};
};

TEST_F(AdmissionControlTest, LetsAllInWhileThereIsRoom) {
  EXPECT_TRUE(LetIn(kHeld));
  EXPECT_TRUE(LetIn(kWaiting));
  EXPECT_TRUE(LetIn(kViewing));
  EXPECT_EQ(control_.under_way(), 2);
}

TEST_F(AdmissionControlTest, ViewsAreRefusedFirstAndHeldWorkNever) {
  for (int i = 0; i < limits_.at_first / 2; ++i) ASSERT_TRUE(LetIn(kWaiting));
  EXPECT_FALSE(LetIn(kViewing));
  EXPECT_TRUE(LetIn(kWaiting));
  Fill();
  EXPECT_FALSE(LetIn(kWaiting));
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(LetIn(kHeld));
}

TEST_F(AdmissionControlTest, APlaceIsFreeAgainWhenItsCallHasEnded) {
  EXPECT_EQ(Fill(), limits_.at_first);
  control_.Ended(kHeld);
  EXPECT_FALSE(LetIn(kWaiting));
  control_.Ended(kWaiting);
  EXPECT_TRUE(LetIn(kWaiting));
  EXPECT_FALSE(LetIn(kWaiting));
}

TEST_F(AdmissionControlTest, TheLimitFallsWhileADelayStandsAndStopsAtTheLeast) {
  Window(milliseconds(1));
  int before = control_.limit();
  for (int i = 0; i < 3; ++i) {
    Window(milliseconds(200));
    Window(milliseconds(200));
    EXPECT_LT(control_.limit(), before);
    before = control_.limit();
  }
  for (int i = 0; i < 50; ++i) Window(seconds(2));
  EXPECT_EQ(control_.limit(), limits_.least);
}

TEST_F(AdmissionControlTest, ABurstIsNoStandingDelay) {
  const int before = control_.limit();
  for (int i = 0; i < 20; ++i) {
    Window(milliseconds(300));
    control_.Waited(milliseconds(1), now_);  // one that waited little
    now_ += limits_.window;
    control_.Waited(milliseconds(1), now_);
  }
  EXPECT_GE(control_.limit(), before);
}

TEST_F(AdmissionControlTest, TheLimitGrowsWhereAllOfItIsInUseAndTheDelayIsShort) {
  Window(milliseconds(1));
  const int before = control_.limit();
  Window(milliseconds(1));
  EXPECT_EQ(control_.limit(), before);  // not in use
  for (int i = 0; i < 100; ++i) {
    Fill();
    Window(milliseconds(1));
  }
  EXPECT_EQ(control_.limit(), limits_.most);
}

TEST_F(AdmissionControlTest, NothingIsLearntWhereNothingIsDone) {
  Fill();
  now_ += seconds(10);
  EXPECT_FALSE(LetIn(kWaiting));  // a journal that stands still lets nobody more in
  EXPECT_EQ(control_.limit(), limits_.at_first);
}

TEST_F(AdmissionControlTest, ViewsComeBackAfterASecondOfCalmAndNotBefore) {
  Fill();
  while (control_.under_way() > 0) control_.Ended(kWaiting);
  EXPECT_FALSE(LetIn(kViewing));
  now_ += limits_.calm - milliseconds(1);
  EXPECT_TRUE(LetIn(kWaiting));
  EXPECT_FALSE(LetIn(kViewing));
  now_ += milliseconds(1);
  EXPECT_TRUE(LetIn(kViewing));
}

TEST_F(AdmissionControlTest, ViewsComeBackAlthoughTheyAreAskedForAllTheTime) {
  Window(milliseconds(100));
  Window(milliseconds(1));
  int refused = 0;
  while (!LetIn(kViewing)) {
    now_ += milliseconds(100);
    ASSERT_LE(++refused, 12);
  }
  EXPECT_GE(refused, 8);
}

TEST_F(AdmissionControlTest, WhatCannotBeAnsweredInTimeIsRefusedAtOnce) {
  const auto passed = control_.Admit(kHeld, now_, now_);
  ASSERT_TRUE(passed.has_value());
  EXPECT_TRUE(passed->too_late);
  EXPECT_EQ(passed->tell_at, now_);
  EXPECT_FALSE(control_.Admit(kWaiting, now_ + milliseconds(50), now_).has_value());
  Window(milliseconds(100));
  Window(milliseconds(100));
  const auto hopeless = control_.Admit(kWaiting, now_ + milliseconds(50), now_);
  ASSERT_TRUE(hopeless.has_value());
  EXPECT_TRUE(hopeless->too_late);
  EXPECT_FALSE(control_.Admit(kHeld, now_ + milliseconds(50), now_).has_value());
  EXPECT_FALSE(control_.Admit(kWaiting, now_ + seconds(1), now_).has_value());
}

TEST_F(AdmissionControlTest, RefusalsHaveAPaceAndAreNeverHeldForLong) {
  Fill();
  std::optional<AdmissionControl::Time> last;
  int at_once = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto refusal = control_.Admit(kWaiting, std::nullopt, now_);
    ASSERT_TRUE(refusal.has_value());
    if (refusal->tell_at == now_) ++at_once;
    EXPECT_GE(refusal->tell_at, last.value_or(now_));
    EXPECT_LE(refusal->tell_at, now_ + limits_.longest_hold);
    last = refusal->tell_at;
  }
  EXPECT_GT(at_once, 10);
  EXPECT_LE(at_once, limits_.refusals_per_second);
  now_ += 2 * limits_.longest_hold;
  EXPECT_EQ(control_.Admit(kWaiting, std::nullopt, now_)->tell_at, now_);
}

}  // namespace
}  // namespace wissel::gateway
