// Nodes over one table in a real PostgreSQL.
#include "cluster/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "tests/postgres/cluster.h"

namespace wissel::cluster {
namespace {

using ::testing::SizeIs;

constexpr auto kLongest = std::chrono::seconds(60);

// A node whose shards take no time to open and close.
class Node {
 public:
  Node(testing::PostgresCluster& cluster, std::string name) {
    KeeperOptions options;
    options.database = cluster.Options("");
    options.node = std::move(name);
    options.address = "127.0.0.1:1";
    options.lease = Duration::Millis(900);
    options.look_every = Duration::Millis(50);
    options.serve = [this](const std::string& tenant, uint64_t epoch) {
      Change([&] { served_[tenant] = epoch; });
    };
    options.lost = [this](const std::string& tenant) { Change([&] { served_.erase(tenant); }); };
    options.drain = [this](const std::string& tenant) {
      Change([&] { served_.erase(tenant); });
      keeper_->Drained(tenant);
    };
    options.follow = [this](const std::set<std::string>& tenants) {
      Change([&] { followed_ = tenants; });
    };
    options.followed = [this] {
      std::lock_guard lock(mutex_);
      std::map<std::string, uint64_t> warm;
      for (const std::string& tenant : followed_) warm[tenant] = 1;
      return warm;
    };
    auto keeper = Keeper::Open(std::move(options));
    EXPECT_TRUE(keeper.ok()) << keeper.status();
    keeper_ = *std::move(keeper);
    keeper_->Start();
  }

  Keeper& keeper() { return *keeper_; }
  // As if its process had ended.
  void Vanish() { keeper_.reset(); }

  std::map<std::string, uint64_t> served() {
    std::lock_guard lock(mutex_);
    return served_;
  }
  ::testing::AssertionResult Serves(size_t tenants) {
    return Comes([&] { return served_.size() == tenants; });
  }
  ::testing::AssertionResult ServesAmongOthers(const std::string& tenant) {
    return Comes([&] { return served_.contains(tenant); });
  }

 private:
  template <class F>
  ::testing::AssertionResult Comes(F condition) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kLongest, condition)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "it serves " << served_.size();
  }
  template <class F>
  void Change(F change) {
    std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, uint64_t> served_;
  std::set<std::string> followed_;
  std::unique_ptr<Keeper> keeper_;
};

class KeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto cluster = testing::PostgresCluster::Start();
    if (absl::IsNotFound(cluster.status())) GTEST_SKIP() << cluster.status().message();
    ASSERT_TRUE(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
    auto registry = Registry::Open(cluster_->Options(""));
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_.emplace(*std::move(registry));
    for (const char* tenant : {"alpha", "beta", "gamma", "delta"}) {
      const absl::Status set = registry_->SetTenant(tenant, "center: {}", std::nullopt);
      ASSERT_TRUE(set.ok()) << set;
    }
  }

  std::unique_ptr<testing::PostgresCluster> cluster_;
  std::optional<Registry> registry_;
};

TEST_F(KeeperTest, ASecondNodeTakesHalfAndTheRestWhenTheFirstIsGone) {
  Node a(*cluster_, "a");
  ASSERT_TRUE(a.Serves(4));
  EXPECT_TRUE(a.keeper().Holds("alpha"));
  const auto before = a.served();
  Node b(*cluster_, "b");
  ASSERT_TRUE(b.Serves(2));
  ASSERT_TRUE(a.Serves(2));
  for (const auto& [tenant, epoch] : b.served()) {
    EXPECT_FALSE(a.served().contains(tenant));
    EXPECT_GT(epoch, before.at(tenant));
    EXPECT_FALSE(a.keeper().Holds(tenant));
  }
  a.Vanish();
  ASSERT_TRUE(b.Serves(4));
}

TEST_F(KeeperTest, ANodeThatIsStoppedLeavesNothingBehind) {
  Node a(*cluster_, "a");
  ASSERT_TRUE(a.Serves(4));
  Node b(*cluster_, "b");
  ASSERT_TRUE(b.Serves(2));
  a.keeper().Stop(Duration::Seconds(60));
  EXPECT_THAT(a.served(), SizeIs(0));
  EXPECT_FALSE(a.keeper().Holds("alpha"));
  ASSERT_TRUE(b.Serves(4));
  const auto table = registry_->Read();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->FindNode("a"), nullptr);
}

TEST_F(KeeperTest, AShardGoesWhereAnOperatorWantsIt) {
  Node a(*cluster_, "a");
  Node b(*cluster_, "b");
  ASSERT_TRUE(a.Serves(2));
  ASSERT_TRUE(b.Serves(2));
  for (const char* tenant : {"alpha", "beta", "gamma", "delta"}) {
    ASSERT_TRUE(registry_->Want(tenant, "b").ok());
  }
  ASSERT_TRUE(b.Serves(4));
  EXPECT_TRUE(absl::IsNotFound(registry_->Want("omega", "b")));
}

TEST_F(KeeperTest, WhatANodeCannotServeAnotherTakes) {
  Node a(*cluster_, "a");
  ASSERT_TRUE(a.Serves(4));
  Node b(*cluster_, "b");
  ASSERT_TRUE(b.Serves(2));
  const std::string tenant = a.served().begin()->first;
  a.keeper().Failed(tenant);
  EXPECT_TRUE(b.ServesAmongOthers(tenant));
}

TEST_F(KeeperTest, WhileTheDatabaseStandsStillNobodyHoldsAnythingAndAllGoesOnAfterwards) {
  Node a(*cluster_, "a");
  ASSERT_TRUE(a.Serves(4));
  const auto before = a.served();
  cluster_->Pause();
  const auto patience = std::chrono::steady_clock::now() + kLongest;
  while (a.keeper().Holds("alpha")) {
    ASSERT_LT(std::chrono::steady_clock::now(), patience);
    std::this_thread::yield();
  }
  cluster_->Resume();
  while (!a.keeper().Holds("alpha")) {
    ASSERT_LT(std::chrono::steady_clock::now(), patience);
    std::this_thread::yield();
  }
  // Nobody took it meanwhile: the same epochs, nothing was opened anew.
  EXPECT_EQ(a.served(), before);
}

TEST_F(KeeperTest, AnEpochIsTakenOnce) {
  const auto table = registry_->Read();
  ASSERT_TRUE(table.ok());
  const ShardRow& alpha = *table->FindShard("alpha");
  const auto first = registry_->Take(alpha, "a", Duration::Seconds(3));
  ASSERT_TRUE(first.ok() && *first);
  const auto second = registry_->Take(alpha, "b", Duration::Seconds(3));
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(*second);
  const auto given = registry_->Give("alpha", **first, "b", "c", Duration::Seconds(3));
  ASSERT_TRUE(given.ok());
  EXPECT_FALSE(*given) << "it is not b's to give";
}

TEST_F(KeeperTest, TenantsAndSecrets) {
  EXPECT_TRUE(absl::IsInvalidArgument(registry_->SetTenant("Ünfit", "", std::nullopt)));
  ASSERT_TRUE(registry_->SetTenant("alpha", "center: {}", {{"alpha.example"}}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(registry_->SetTenant("beta", "", {{"alpha.example"}})));
  ASSERT_TRUE(registry_->SetTenant("alpha", "chat: {}", std::nullopt).ok());
  const auto table = registry_->Read();
  EXPECT_THAT(table->FindTenant("alpha")->hosts, ::testing::ElementsAre("alpha.example"));
  EXPECT_EQ(table->FindTenant("alpha")->revision, 3);
  EXPECT_EQ(registry_->ConfigOf("alpha")->text, "chat: {}");
  EXPECT_TRUE(absl::IsNotFound(registry_->ConfigOf("omega").status()));
  const std::string key("\0k\xff", 3);
  EXPECT_EQ(*registry_->Secret("token", key), key);
  EXPECT_EQ(*registry_->Secret("token", "another"), key);
}

}  // namespace
}  // namespace wissel::cluster
