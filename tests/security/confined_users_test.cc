// Users and tokens that say what somebody is confined to, and whose they are.
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/status.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ConfinedUsers : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / "wissel_confined_users";
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::unique_ptr<Users> OpenUsers() const { return *Users::Open(folder_.string()); }

  fs::path folder_;
  const Instant now_ = Instant::FromMillis(1'750'000'000'000);
};

TEST_F(ConfinedUsers, ATokenSaysWhatOneIsConfinedToAndWhose) {
  const auto of = [this](const char* tenant) {
    return *Tokens::Open(
        folder_, false, [this] { return now_; }, nullptr, tenant);
  };
  rpc::Caller zoe = {.user = "users/zoe", .agent = "", .roles = {rpc::Role::kManager}};
  zoe.teams = {"teams/north", "teams/south"};
  zoe.queues = {"queues/tax"};
  const std::string token = of("north")->Make(zoe, Duration::Hours(1)).text;
  const auto caller = of("north")->Verify(token);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->teams, zoe.teams);
  EXPECT_EQ(caller->queues, zoe.queues);
  EXPECT_EQ(caller->tenant, "north");
  for (const char* other : {"south", ""}) {
    EXPECT_THAT(std::string(of(other)->Verify(token).status().message()),
                HasSubstr("another tenant"));
  }
  EXPECT_FALSE(of("north")->Verify(of("")->Make(zoe, Duration::Hours(1)).text).ok());
}

TEST_F(ConfinedUsers, UsersOfAnOlderFileAreConfinedToNothing) {
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "users.sqlite").c_str(), &file), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(file,
                   "CREATE TABLE users (name TEXT PRIMARY KEY NOT NULL, display_name TEXT NOT "
                   "NULL, roles TEXT NOT NULL, agent TEXT NOT NULL, password TEXT NOT NULL) "
                   "STRICT; INSERT INTO users VALUES ('old', 'Old', 'manager', '', 'x')",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(file);
  const User zoe = {.name = "zoe",
                    .display_name = "Zoe",
                    .roles = {rpc::Role::kManager},
                    .agent = "",
                    .teams = {"teams/south"},
                    .queues = {"queues/rent", "queues/tax"}};
  ASSERT_TRUE(OpenUsers()->Add(zoe, "correct horse").ok());
  auto users = OpenUsers();
  ASSERT_EQ(users->List()->size(), 2u);
  EXPECT_EQ(users->List()->at(0).name, "old");
  EXPECT_TRUE(users->List()->at(0).teams.empty());
  EXPECT_EQ(*users->SignIn("zoe", "correct horse"), zoe);
  User odd = zoe;
  odd.name = "odd";
  odd.teams = {"south"};
  EXPECT_EQ(FieldAtFault(users->Add(odd, "correct horse")), "teams");
  odd.teams = {};
  odd.queues = {"queues/tax", "queues/tax"};
  EXPECT_EQ(FieldAtFault(users->Add(odd, "correct horse")), "queues");
}

}  // namespace
}  // namespace wissel::sign_in
