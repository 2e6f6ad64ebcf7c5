// Layers of people who are missing or too many.
#include "forecasting/core/scheduling/stretches.h"

#include <cmath>
#include <random>

#include "gmock/gmock.h"

namespace wissel::scheduling {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Stretches, AreLayersThatLast) {
  EXPECT_THAT(StretchesOf({0, 3, 3, 3, 1, 1, 0}, 1),
              ElementsAre(Stretch{1, 6, 1}, Stretch{1, 4, 2}));
  EXPECT_THAT(StretchesOf({1, 1, 0, 1}, 2), ElementsAre(Stretch{0, 2, 1}));
  EXPECT_THAT(StretchesOf({0.9, 0.9}, 1), IsEmpty());
  EXPECT_THAT(StretchesOf({-2, -1}, 1), IsEmpty());
  EXPECT_THAT(StretchesOf({}, 1), IsEmpty());
}

// Added up again they are what they were cut from.
TEST(Stretches, AddUpToWhatTheyWereCutFrom) {
  std::mt19937 dice(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> people(1 + dice() % 40);
    for (double& one : people) one = static_cast<double>(dice() % 90) / 10 - 2;
    std::vector<int> sum(people.size());
    for (const Stretch& stretch : StretchesOf(people, 1)) {
      ASSERT_LT(stretch.from, stretch.to);
      for (int i = stretch.from; i < stretch.to; ++i) {
        sum[static_cast<size_t>(i)] += stretch.people;
      }
    }
    for (size_t i = 0; i < people.size(); ++i) {
      ASSERT_EQ(sum[i], std::max(0, static_cast<int>(std::floor(people[i] + 1e-9)))) << i;
    }
  }
}

}  // namespace
}  // namespace wissel::scheduling
