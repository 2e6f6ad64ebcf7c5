#include "channels/forms/flood_gate.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace wissel::forms {
namespace {

constexpr Instant kNow = Instant::FromMillis(1'700'000'000'000);

TEST(FloodGate, GivesEachAddressItsShareAMinute) {
  FloodGate gate({.each_minute = 3, .all_minute = 100});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(gate.Admit("192.0.2.1", kNow));
  EXPECT_FALSE(gate.Admit("192.0.2.1", kNow));
  EXPECT_TRUE(gate.Admit("192.0.2.2", kNow)) << "another is not held up";
  EXPECT_FALSE(gate.Admit("192.0.2.1", kNow + Duration::Seconds(19)));
  EXPECT_TRUE(gate.Admit("192.0.2.1", kNow + Duration::Seconds(20)));
  EXPECT_FALSE(gate.Admit("192.0.2.1", kNow + Duration::Seconds(20)));
}

TEST(FloodGate, GivesAllTogetherTheirs) {
  FloodGate gate({.each_minute = 3, .all_minute = 50});
  int taken = 0;
  for (int i = 0; i < 1000; ++i) taken += gate.Admit(fmt::format("192.0.2.{}", i), kNow);
  EXPECT_EQ(taken, 50);
  EXPECT_FALSE(gate.Admit("198.51.100.1", kNow));
  EXPECT_TRUE(gate.Admit("198.51.100.1", kNow + Duration::Seconds(2)));
}

// A clock that is set back neither fills nor empties anything.
TEST(FloodGate, GoesByTimeThatPasses) {
  FloodGate gate({.each_minute = 1, .all_minute = 100});
  EXPECT_TRUE(gate.Admit("192.0.2.1", kNow));
  EXPECT_FALSE(gate.Admit("192.0.2.1", kNow - Duration::Hours(1)));
}

}  // namespace
}  // namespace wissel::forms
