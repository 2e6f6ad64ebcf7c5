// The key that tokens are signed by: made once, and changed under a server that runs.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fmt/format.h"
#include "gateway/sign_in/tokens.h"
#include "gtest/gtest.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;

class TokenKeysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              fmt::format("wissel_token_keys_{}",
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<Tokens> Open() {
    auto tokens = Tokens::Open(folder_, false, [this] { return now_; });
    EXPECT_TRUE(tokens.ok()) << tokens.status();
    return *std::move(tokens);
  }

  fs::path folder_;
  Instant now_ = Instant::FromMillis(1'750'000'000'000);
  const rpc::Caller anna_{.user = "users/anna", .roles = {rpc::Role::kManager}};
};

TEST_F(TokenKeysTest, TheKeyIsMadeOnceAndForItsOwnerOnly) {
  const std::string token = Open()->Make(anna_, Duration::Hours(1)).text;
  EXPECT_TRUE(Open()->Verify(token).ok());
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "token.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);

  ::chmod((folder_ / "token.key").c_str(), 0640);
  EXPECT_EQ(Tokens::Open(folder_, false).status().code(), absl::StatusCode::kPermissionDenied);
  ::chmod((folder_ / "token.key").c_str(), 0600);
  std::ofstream(folder_ / "token.key") << "short";
  EXPECT_EQ(Tokens::Open(folder_, false).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Tokens::Open(folder_ / "gone", false).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(TokenKeysTest, AKeyIsChangedUnderAServerThatRuns) {
  const auto tokens = Open();
  const auto made = [&] { return tokens->Make(anna_, Duration::Hours(1)).text; };
  const std::string first = made();
  EXPECT_TRUE(tokens->Verify(first).ok());
  const auto change = [&](TokenKeys (TokenKeys::*how)() const) {
    ASSERT_TRUE(ReplaceKeys(folder_, ((*ReadOrMakeKeys(folder_)).*how)()).ok());
    now_ = now_ + Duration::Seconds(1);
  };

  change(&TokenKeys::Rotated);
  const std::string second = made();
  EXPECT_TRUE(tokens->Verify(first).ok()) << "it is of the former key";
  EXPECT_TRUE(tokens->Verify(second).ok());
  EXPECT_TRUE(Open()->Verify(first).ok());

  change(&TokenKeys::WithoutFormer);
  EXPECT_EQ(tokens->Verify(first).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(tokens->Verify(second).ok());

  change(&TokenKeys::Rotated);
  change(&TokenKeys::Rotated);
  EXPECT_FALSE(tokens->Verify(second).ok()) << "two keys count, not three";
  EXPECT_TRUE(tokens->Verify(made()).ok());

  // What cannot be read leaves the keys as they were.
  const std::string last = made();
  std::ofstream(folder_ / "token.key") << "short";
  now_ = now_ + Duration::Seconds(1);
  EXPECT_TRUE(tokens->Verify(last).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace wissel::sign_in
