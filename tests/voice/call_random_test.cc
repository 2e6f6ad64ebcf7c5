// Any order of happenings: no phone and no engine has anything to object to, and every call ends
// with all its legs ended and its item settled.
#include "gtest/gtest.h"
#include "tests/voice/call_world.h"

namespace wissel::voice {
namespace {

void PlayAll(bool outgoing, bool ring_at_offer) {
  int talked = 0;
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    CallWorld world(seed, outgoing, ring_at_offer);
    world.Play();
    talked += world.talked() > 0;
    const ItemState state = world.call().fact().state;
    const bool item_done = IsEnded(state) || state == ItemState::kWrapping || outgoing;
    ASSERT_TRUE(world.objections().empty())
        << "seed " << seed << ": " << world.objections().front() << "\n"
        << world.log();
    ASSERT_TRUE(world.call().settled() && item_done) << "seed " << seed << "\n" << world.log();
  }
  // The worlds are not worth much if nobody ever talks in them.
  EXPECT_GT(talked, 4'000);
}

TEST(CallInAnyOrder, IncomingRingingOnAcceptance) { PlayAll(false, false); }
TEST(CallInAnyOrder, IncomingRingingAtTheOffer) { PlayAll(false, true); }
TEST(CallInAnyOrder, Outgoing) { PlayAll(true, false); }

}  // namespace
}  // namespace wissel::voice
