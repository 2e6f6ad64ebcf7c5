#include "router/journal/memory_journal.h"
#include "router/service/leases.h"
#include "tests/unit/sequencer_testing.h"

namespace wissel {
namespace {

// A real shard under a clock that the test moves; checks happen when the test asks for them.
class LeasesTest : public ::testing::Test {
 protected:
  LeasesTest() { Restart(); }
  ~LeasesTest() override { sequencer_->Stop(); }

  void Restart() {
    if (sequencer_) sequencer_->Stop();
    leases_.reset();
    sequencer_.reset();
    SequencerOptions options;
    options.time = clock_.source();
    sequencer_ = *Sequencer::Open(*OpenMemoryJournal(store_), {}, std::move(options));
    // The ticker never comes to it; Start still looks who is signed in.
    leases_ = std::make_unique<Leases>(*sequencer_, LeaseOptions{.check_every = kCheckEvery});
    sequencer_->Start();
    leases_->Start();
  }
  // As long as it takes, checked when due.
  void Pass(Duration time) {
    for (; time > Duration(); time = time - kCheckEvery) {
      clock_.Advance(kCheckEvery);
      leases_->Check();
    }
  }
  bool Lost(AgentId agent) {
    return ReadNow<bool>(*sequencer_, [&](const Engine& engine) {
      return engine.FindAgent(agent)->connection_lost();
    });
  }

  static constexpr Duration kCheckEvery = Duration::Seconds(1);
  HandClock clock_;
  std::shared_ptr<MemoryJournalStore> store_ = MakeMemoryJournalStore();
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Leases> leases_;
};

TEST_F(LeasesTest, ASilentAgentLosesTheLeaseAfterItsLength) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  Pass(Duration::Seconds(15));
  EXPECT_FALSE(Lost(center.anna));
  Pass(Duration::Seconds(1));
  EXPECT_TRUE(Lost(center.anna));
}

TEST_F(LeasesTest, AHeartbeatKeepsIt) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  for (int i = 0; i < 10; ++i) {
    Pass(Duration::Seconds(10));
    EXPECT_TRUE(leases_->Heartbeat(center.anna));
  }
  EXPECT_FALSE(Lost(center.anna));
}

TEST_F(LeasesTest, AHeartbeatBringsItBackAtOnce) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  Pass(Duration::Seconds(16));
  ASSERT_TRUE(Lost(center.anna));
  EXPECT_TRUE(leases_->Heartbeat(center.anna));
  EXPECT_FALSE(Lost(center.anna));
  Pass(Duration::Seconds(16));
  EXPECT_TRUE(Lost(center.anna)) << "and it can be lost again";
}

TEST_F(LeasesTest, WhoIsNotSignedInHasNone) {
  SmallCenter center(*sequencer_);
  EXPECT_FALSE(leases_->Heartbeat(center.anna));
  BecomeAvailable(*sequencer_, center.anna);
  EXPECT_TRUE(leases_->Heartbeat(center.anna));
  Must(*sequencer_, SignOut{center.anna});
  EXPECT_FALSE(leases_->Heartbeat(center.anna));
  Pass(Duration::Seconds(30));
  EXPECT_FALSE(Lost(center.anna));
}

TEST_F(LeasesTest, EachAgentHasTheirOwn) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  BecomeAvailable(*sequencer_, center.bart);
  Pass(Duration::Seconds(10));
  leases_->Heartbeat(center.bart);
  Pass(Duration::Seconds(10));
  EXPECT_TRUE(Lost(center.anna));
  EXPECT_FALSE(Lost(center.bart));
}

TEST_F(LeasesTest, ARestartGivesAFreshOne) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  Pass(Duration::Seconds(14));
  Restart();
  EXPECT_FALSE(Lost(center.anna));
  Pass(Duration::Seconds(14));
  EXPECT_FALSE(Lost(center.anna));
  Pass(Duration::Seconds(2));
  EXPECT_TRUE(Lost(center.anna));
}

TEST_F(LeasesTest, AfterARestartALostOneCanComeBack) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  Pass(Duration::Seconds(16));
  ASSERT_TRUE(Lost(center.anna));
  Restart();
  ReadNow<bool>(*sequencer_, [](const Engine&) { return true; });
  EXPECT_TRUE(leases_->Heartbeat(center.anna));
  EXPECT_FALSE(Lost(center.anna));
}

TEST_F(LeasesTest, SilenceWhileNobodyLookedIsHeldAgainstNoOne) {
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  Pass(Duration::Seconds(5));
  clock_.Advance(Duration::Minutes(5));  // the process was paused
  leases_->Check();
  EXPECT_FALSE(Lost(center.anna));
  Pass(Duration::Seconds(12));
  EXPECT_TRUE(Lost(center.anna));
}

}  // namespace
}  // namespace wissel
