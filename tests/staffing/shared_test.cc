// Queues that the same people serve.
#include "forecasting/core/staffing/shared.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wissel::staffing {
namespace {

SharedQueue Calls(double calls, double aht_s = 240) {
  SharedQueue queue;
  for (int i = 0; i < 16; ++i) {
    ForecastInterval at;
    at.calls = calls * (1 + 0.1 * (i % 5));
    at.aht_s = aht_s;
    at.cv = 0.1;
    queue.day.push_back(at);
  }
  return queue;
}

SharedStaff Of(std::vector<SharedQueue> queues) {
  auto staff = SharedStaff::Of(std::move(queues), {});
  EXPECT_TRUE(staff.ok()) << staff.status();
  return *std::move(staff);
}

TEST(SharedStaff, OneQueueIsWhatItIsAlone) {
  const SharedStaff shared = Of({Calls(80)});
  PlanOptions options;
  options.method = LoadMethod::kMolMean;
  options.before = Before::kNothing;
  options.targets.service_level = 0.8;
  const auto alone = *PlanStaff(Calls(80).day, 1800, options);
  for (size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(shared.intervals()[i].required, alone[i].agents);
    EXPECT_NEAR((*shared.With(i, alone[i].agents))->service_level, alone[i].service_level, 1e-9);
  }
}

TEST(SharedStaff, TwoQueuesTogetherTakeFewerThanEachForItself) {
  const SharedStaff both = Of({Calls(20), Calls(25)});
  const SharedStaff one = Of({Calls(20)}), other = Of({Calls(25)});
  for (size_t i = 0; i < both.intervals().size(); ++i) {
    const int apart = one.intervals()[i].required + other.intervals()[i].required;
    EXPECT_LT(both.intervals()[i].required, apart);
    EXPECT_GE(both.intervals()[i].required, one.intervals()[i].required);
  }
}

TEST(SharedStaff, WhoIsRequiredKeepsThePromiseAndMorePeopleGiveMore) {
  SharedQueue strict = Calls(15);
  strict.service_level = 0.95;
  strict.within_s = 10;
  const SharedStaff staff = Of({Calls(40), strict});
  for (size_t i = 0; i < staff.intervals().size(); ++i) {
    const int required = staff.intervals()[i].required;
    const auto given = *staff.With(i, required);
    EXPECT_GE(given->service_level, given->target - 1e-6);
    EXPECT_NEAR(given->target, (40 * 0.8 + 15 * 0.95) / 55, 1e-9);
    double before = 0;
    for (double people = 0; people <= required + 3; people += 0.5) {
      const double level = (*staff.With(i, people))->service_level;
      EXPECT_GE(level, before - 1e-12) << people;
      before = level;
    }
    EXPECT_EQ((*staff.With(i, 0))->service_level, 0);
  }
}

// Mail in the same hands: it takes people of its own, and has no service level.
TEST(SharedStaff, WorkThatMayWaitTakesItsPart) {
  SharedQueue mail = Calls(30, 600);
  mail.manner = Manner::kMayWait;
  mail.within_s = 4 * 3600;
  const SharedStaff calls = Of({Calls(40)}), all = Of({Calls(40), mail}), waits = Of({mail});
  for (size_t i = 0; i < all.intervals().size(); ++i) {
    EXPECT_GE(all.intervals()[i].required, calls.intervals()[i].required);
    EXPECT_FALSE((*waits.With(i, 5)).has_value());
  }
  EXPECT_LT((*all.With(8, calls.intervals()[8].required))->service_level,
            (*calls.With(8, calls.intervals()[8].required))->service_level);
}

TEST(SharedStaff, ChatsAtOnceNeedFewer) {
  SharedQueue one = Calls(40, 400), three = one;
  one.manner = three.manner = Manner::kSeveralAtOnce;
  three.at_once = 3;
  const SharedStaff few = Of({three}), many = Of({one});
  EXPECT_LT(few.intervals()[5].required, many.intervals()[5].required);
  EXPECT_GE((*few.With(5, few.intervals()[5].required))->service_level, 0.8);
}

TEST(SharedStaff, DaysOfDifferentLengthAreRefused) {
  SharedQueue shorter = Calls(10);
  shorter.day.pop_back();
  EXPECT_FALSE(SharedStaff::Of({Calls(10), shorter}, {}).ok());
  EXPECT_FALSE(SharedStaff::Of({}, {}).ok());
}

}  // namespace
}  // namespace wissel::staffing
