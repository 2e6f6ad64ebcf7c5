// What happens to users and their sign-ins, as administrators read it.
#include "gateway/sign_in/security_events.h"

#include <filesystem>
#include <future>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wissel::sign_in {
namespace {

using Event = v1::SecurityEvent;

class SecurityEventsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              fmt::format("wissel_security_{}",
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  void TearDown() override {
    events_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Open() {
    events_.reset();
    auto events = SecurityEvents::Open(folder_.string(), [this] { return now_; });
    ASSERT_TRUE(events.ok()) << events.status();
    events_ = *std::move(events);
  }
  // After what was noted before: one thread does both.
  absl::StatusOr<v1::ListSecurityEventsResponse> List(int size = 0, const std::string& token = "") {
    rpc::MethodTable methods;
    events_->Register(&methods);
    v1::ListSecurityEventsRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    std::promise<absl::StatusOr<v1::ListSecurityEventsResponse>> answer;
    methods.Find("wissel.v1.AuditService.ListSecurityEvents")
        ->unary({}, request,
                [&](const absl::Status& status, std::unique_ptr<google::protobuf::Message> reply) {
                  if (!status.ok()) return answer.set_value(status);
                  answer.set_value(static_cast<v1::ListSecurityEventsResponse&>(*reply));
                });
    return answer.get_future().get();
  }

  std::filesystem::path folder_;
  Instant now_ = Instant::FromMillis(1'750'000'020'000);
  std::unique_ptr<SecurityEvents> events_;
};

TEST_F(SecurityEventsTest, AreListedNewestFirstAndAfterARestart) {
  events_->Note(Event::USER_ADDED, "users/anna", "");
  now_ = now_ + Duration::Minutes(1);
  events_->Note(Event::SIGNED_IN, "users/anna", "2001:db8:1:2::7:5000");
  Open();
  const auto listed = List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->security_events_size(), 2);
  EXPECT_EQ(listed->security_events(0).kind(), Event::SIGNED_IN);
  EXPECT_EQ(listed->security_events(0).network(), "2001:db8:1:2::/64");
  EXPECT_EQ(listed->security_events(0).user(), "users/anna");
  EXPECT_EQ(listed->security_events(1).network(), "");
  EXPECT_EQ(listed->next_page_token(), "");
}

TEST_F(SecurityEventsTest, CountWhatComesAgainWithinAMinute) {
  for (int i = 0; i < 1'000; ++i) {
    events_->Note(Event::SIGN_IN_REFUSED, "users/anna", "192.0.2.7:" + std::to_string(i));
    if (i % 100 == 0) ASSERT_TRUE(List().ok());
  }
  const auto listed = List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->security_events_size(), 1);
  EXPECT_EQ(listed->security_events(0).count(), 1'000);
}

TEST_F(SecurityEventsTest, AFloodFromManyIsBounded) {
  for (int i = 0; i < 5'000; ++i) {
    events_->Note(Event::TOKEN_REFUSED, "", fmt::format("10.0.{}.{}:1", i / 250, i % 250));
  }
  const auto listed = List(1'000);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->security_events_size(), 101);
  int64_t all = 0;
  for (const Event& event : listed->security_events()) all += event.count();
  EXPECT_EQ(all, 5'000);
}

TEST_F(SecurityEventsTest, AreForgottenWhenTheyAreOldOrTooMany) {
  events_->Note(Event::SIGNED_IN, "users/first", "192.0.2.7:1");
  now_ = now_ + Duration::Days(181);
  for (int i = 0; i < 10'050; ++i) {
    events_->Note(Event::SIGNED_IN, fmt::format("users/u{}", i), "192.0.2.7:1");
    now_ = now_ + Duration::Minutes(1);
    if (i % 500 == 0) ASSERT_TRUE(List().ok());
  }
  size_t rows = 0;
  std::string token;
  std::string last;
  do {
    const auto page = List(1'000, token);
    ASSERT_TRUE(page.ok()) << page.status();
    rows += page->security_events_size();
    last = page->security_events(page->security_events_size() - 1).user();
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(rows, 10'000u);
  EXPECT_EQ(last, "users/u50");
}

TEST_F(SecurityEventsTest, AWrongPageIsRefused) {
  EXPECT_EQ(List(1'001).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(List(0, "x").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wissel::sign_in
