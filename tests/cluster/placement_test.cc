#include "cluster/core/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "fmt/format.h"

namespace wissel::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kHolds = Duration::Seconds(-2);
constexpr Duration kOver = Duration::Millis(1);
constexpr Duration kLongOver = Duration::Seconds(4);

ShardView Shard(std::string tenant, std::string owner, Duration lease_over_for) {
  return {.tenant = std::move(tenant),
          .owner = std::move(owner),
          .served = false,
          .lease_over_for = lease_over_for,
          .wanted = "",
          .warm = {}};
}

TEST(Placement, TheOnlyNodeTakesWhatNobodyServes) {
  const Duties duties =
      DutiesOf("a", {{"a", true}}, {Shard("x", "", kLongOver), Shard("y", "", kLongOver)});
  EXPECT_THAT(duties.take, ElementsAre("x", "y"));
  EXPECT_THAT(duties.give, IsEmpty());
}

TEST(Placement, AWarmNodeTakesOverBeforeAnEmptyOne) {
  const std::vector<NodeView> nodes = {{"a", false}, {"b", true}, {"c", true}};
  std::vector<ShardView> shards = {Shard("x", "a", kOver), Shard("y", "c", kHolds),
                                   Shard("z", "b", kHolds)};
  for (const std::string warm : {"b", "c"}) {
    shards[0].warm = {warm};
    const std::string cold = warm == "b" ? "c" : "b";
    shards[1].served = warm == "c";
    shards[2].served = warm == "b";
    EXPECT_THAT(DutiesOf(warm, nodes, shards).take, ElementsAre("x"));
    std::swap(shards[1].served, shards[2].served);
    EXPECT_THAT(DutiesOf(cold, nodes, shards).take, IsEmpty());
  }
}

TEST(Placement, ALeaseThatHoldsIsLeftAlone) {
  const std::vector<NodeView> nodes = {{"a", false}, {"b", true}};
  EXPECT_THAT(DutiesOf("b", nodes, {Shard("x", "a", kHolds)}).take, IsEmpty());
  EXPECT_THAT(DutiesOf("b", nodes, {Shard("x", "a", kOver)}).take, ElementsAre("x"));
}

TEST(Placement, WhoIsSlowLosesItToWhoeverLooks) {
  const std::vector<NodeView> nodes = {{"a", false}, {"b", true}, {"c", true}};
  ShardView shard = Shard("x", "a", kOver);
  shard.warm = {"b"};
  EXPECT_THAT(DutiesOf("c", nodes, {shard}).take, IsEmpty());
  shard.lease_over_for = kLongOver;
  EXPECT_THAT(DutiesOf("c", nodes, {shard}).take, ElementsAre("x"));
}

TEST(Placement, ANodeThatWasStartedAgainTakesItsOwnAtOnce) {
  const Duties duties = DutiesOf("a", {{"a", true}, {"b", true}}, {Shard("x", "a", kHolds)});
  EXPECT_THAT(duties.take, ElementsAre("x"));
}

TEST(Placement, ANodeThatIsStoppedGivesAllAway) {
  std::vector<ShardView> shards = {Shard("x", "a", kHolds), Shard("y", "a", kHolds)};
  for (ShardView& shard : shards) shard.served = true;
  shards[0].warm = {"b"};
  const Duties duties = DutiesOf("a", {{"a", true, /*draining=*/true}, {"b", true}}, shards);
  EXPECT_THAT(duties.give, ElementsAre(Gift{"x", "b", true}, Gift{"y", "b", false}));
  EXPECT_THAT(duties.take, IsEmpty());
  // With nobody there to give them to, it keeps them.
  EXPECT_EQ(DutiesOf("a", {{"a", true, true}, {"b", false}}, shards), Duties());
}

TEST(Placement, WhereAnOperatorWantsItGoesBeforeBalance) {
  std::vector<ShardView> shards = {Shard("x", "a", kHolds), Shard("y", "b", kHolds)};
  shards[0].wanted = "b";
  shards[0].served = true;
  const std::vector<NodeView> nodes = {{"a", true}, {"b", true}};
  EXPECT_THAT(DutiesOf("a", nodes, shards).give, ElementsAre(Gift{"x", "b", false}));
  EXPECT_THAT(DutiesOf("b", nodes, shards).follow, ElementsAre("x"));
  // Of a node that is not there nobody takes notice.
  shards[0].wanted = "c";
  EXPECT_THAT(DutiesOf("a", nodes, shards).give, IsEmpty());
}

// A world of nodes that each carry out their duties on one table.
class World {
 public:
  World(std::mt19937& dice, int nodes, int shards) : dice_(dice) {
    for (int i = 0; i < nodes; ++i) nodes_.push_back({fmt::format("node{}", i), true, false});
    for (int i = 0; i < shards; ++i) shards_.push_back(Shard(fmt::format("t{}", i), "", kLongOver));
  }

  void SomethingHappens() {
    NodeView& node = nodes_[dice_() % nodes_.size()];
    switch (dice_() % 4) {
      case 0:
        node.alive = false;
        break;
      case 1:
        node.draining = true;
        break;
      default:
        node = {node.name, true, false};
    }
    for (ShardView& shard : shards_) {
      if (shard.owner == node.name && !node.alive) shard.lease_over_for = kLongOver;
    }
  }

  // True: there was something to do.
  bool Round() {
    bool busy = false;
    for (const NodeView& node : nodes_) {
      if (!node.alive) continue;
      std::vector<ShardView> seen = shards_;
      for (ShardView& shard : seen) {
        shard.served = shard.owner == node.name && served_[shard.tenant] == node.name;
      }
      const Duties duties = DutiesOf(node.name, nodes_, seen);
      for (const std::string& tenant : duties.take) {
        ShardView& shard = Find(tenant);
        EXPECT_TRUE(shard.owner == node.name || shard.lease_over_for > Duration());
        shard.owner = served_[tenant] = node.name;
        shard.lease_over_for = kHolds;
        busy = true;
      }
      if (!duties.give.empty()) {
        const Gift& gift = duties.give.front();
        Find(gift.tenant).owner = gift.to;
        served_.erase(gift.tenant);
        busy = true;
      }
      for (const std::string& tenant : duties.follow) {
        EXPECT_NE(served_[tenant], node.name);
        Find(tenant).warm.insert(node.name);
      }
    }
    return busy;
  }

  void CheckQuiet() {
    std::map<std::string, int> load;
    for (const NodeView& node : nodes_) {
      if (node.alive && !node.draining) load[node.name] = 0;
    }
    if (load.empty()) return;
    for (const ShardView& shard : shards_) {
      ASSERT_TRUE(load.contains(shard.owner)) << shard.tenant << " is with " << shard.owner;
      EXPECT_EQ(served_[shard.tenant], shard.owner);
      ++load[shard.owner];
    }
    int least = load.begin()->second;
    int most = least;
    for (const auto& [node, shards] : load) {
      least = std::min(least, shards);
      most = std::max(most, shards);
    }
    EXPECT_LE(most - least, 1);
  }

 private:
  ShardView& Find(const std::string& tenant) {
    return *std::find_if(shards_.begin(), shards_.end(),
                         [&](const ShardView& shard) { return shard.tenant == tenant; });
  }

  std::mt19937& dice_;
  std::vector<NodeView> nodes_;
  std::vector<ShardView> shards_;
  std::map<std::string, std::string> served_;
};

TEST(Placement, WhateverHappensEveryShardIsServedOnceAndTheLoadIsEven) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 dice(seed);
    World world(dice, static_cast<int>(1 + dice() % 6), static_cast<int>(dice() % 40));
    for (int happenings = 0; happenings < 10; ++happenings) {
      int rounds = 0;
      while (world.Round()) ASSERT_LT(++rounds, 100) << "they never come to rest";
      world.CheckQuiet();
      if (::testing::Test::HasFatalFailure()) return;
      world.SomethingHappens();
    }
  }
}

}  // namespace
}  // namespace wissel::cluster
