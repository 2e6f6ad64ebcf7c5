// What webhooks must not forget, over a real file.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "integration/webhooks/store.h"
#include "tests/postgres/places.h"

namespace wissel::webhooks {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Reopen();
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  void Reopen() {
    store_.reset();
    auto store = Store::Open(wissel::testing::At(path_));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Do(const std::function<absl::Status()>& work) {
    const absl::Status status = store_->Transact(work);
    ASSERT_TRUE(status.ok()) << status;
  }

  static Endpoint Some(const std::string& id) {
    Endpoint endpoint;
    endpoint.id = id;
    endpoint.url = "https://example.org/" + id;
    endpoint.description = "accounts";
    endpoint.filter.type_prefixes = {"wissel.work_item.", "wissel.agent."};
    endpoint.filter.queues = {"queues/tax"};
    endpoint.created = Instant::FromMillis(1'772'442'000'000);
    endpoint.secret = "whsec_AAAA";
    endpoint.position = 41;
    return endpoint;
  }
  static v1::DeadLetter Letter(const std::string& event) {
    v1::DeadLetter letter;
    letter.mutable_event()->set_id(event);
    letter.set_http_status(500);
    return letter;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / "webhook-store";
  const std::string path_ = (folder_ / "webhooks.sqlite").string();
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, KeepsWebhooksInTheOrderOfTheirCreation) {
  Endpoint second = Some("second");
  Do([&]() -> absl::Status {
    EXPECT_TRUE(store_->Put(Some("first")).ok());
    return store_->Put(second);
  });
  Endpoint first = Some("first");
  first.state = EndpointState::kPaused;
  first.position = 99;
  first.failed_attempts = 3;
  first.retry_at = Instant::FromMillis(1'772'442'060'000);
  first.former_secret = "whsec_BBBB";
  first.former_until = Instant::FromMillis(1'772'442'090'000);
  first.version = 2;
  Do([&] { return store_->Put(first); });
  Reopen();
  const std::vector<Endpoint> endpoints = *store_->LoadEndpoints();
  ASSERT_EQ(endpoints.size(), 2u);
  EXPECT_EQ(endpoints[0].id, "first");
  EXPECT_EQ(endpoints[0].state, EndpointState::kPaused);
  EXPECT_EQ(endpoints[0].position, 99u);
  EXPECT_EQ(endpoints[0].failed_attempts, 3);
  EXPECT_EQ(endpoints[0].retry_at, first.retry_at);
  EXPECT_EQ(endpoints[0].former_secret, "whsec_BBBB");
  EXPECT_EQ(endpoints[0].former_until, first.former_until);
  EXPECT_EQ(endpoints[0].version, 2u);
  EXPECT_EQ(endpoints[1].id, "second");
  EXPECT_EQ(endpoints[1].filter, second.filter);
  EXPECT_EQ(endpoints[1].created, second.created);
  EXPECT_FALSE(endpoints[1].retry_at);
}

TEST_F(StoreTest, WritesAllOfATransactionOrNothing) {
  EXPECT_FALSE(store_
                   ->Transact([&]() -> absl::Status {
                     EXPECT_TRUE(store_->Put(Some("first")).ok());
                     return absl::UnavailableError("no");
                   })
                   .ok());
  EXPECT_TRUE(store_->LoadEndpoints()->empty());
  Do([&] { return store_->Put(Some("first")); });
  EXPECT_EQ(store_->LoadEndpoints()->size(), 1u);
}

TEST_F(StoreTest, KeepsTheLastDeliveries) {
  Do([&]() -> absl::Status {
    for (int i = 1; i <= kDeliveriesKept + 20; ++i) {
      v1::WebhookDelivery delivery;
      delivery.set_attempt(i);
      EXPECT_TRUE(store_->Add("first", delivery).ok());
      EXPECT_TRUE(store_->Add("other", delivery).ok());
    }
    return absl::OkStatus();
  });
  const auto deliveries = *store_->LoadDeliveries("first");
  ASSERT_EQ(deliveries.size(), static_cast<size_t>(kDeliveriesKept));
  EXPECT_EQ(deliveries.front().attempt(), kDeliveriesKept + 20) << "the newest first";
  EXPECT_EQ(deliveries.back().attempt(), 21);
}

TEST_F(StoreTest, KeepsDeadLettersByNumberUntilTheyAreGone) {
  Do([&]() -> absl::Status {
    for (const char* event : {"9", "10", "8"}) {
      EXPECT_TRUE(store_->PutDeadLetter("first", Letter(event)).ok());
    }
    return store_->PutDeadLetter("other", Letter("7"));
  });
  v1::DeadLetter again = Letter("9");
  again.set_replaying(true);
  Do([&]() -> absl::Status {
    EXPECT_TRUE(store_->PutDeadLetter("first", again).ok());
    return store_->DeleteDeadLetter("first", "8");
  });
  Reopen();
  const auto letters = *store_->LoadDeadLetters("first");
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].event().id(), "9");
  EXPECT_TRUE(letters[0].replaying());
  EXPECT_EQ(letters[1].event().id(), "10");
}

TEST_F(StoreTest, ADeletedWebhookLeavesNothingBehind) {
  Do([&]() -> absl::Status {
    EXPECT_TRUE(store_->Put(Some("first")).ok());
    EXPECT_TRUE(store_->Add("first", v1::WebhookDelivery()).ok());
    return store_->PutDeadLetter("first", Letter("1"));
  });
  Do([&] { return store_->Delete("first"); });
  EXPECT_TRUE(store_->LoadEndpoints()->empty());
  EXPECT_TRUE(store_->LoadDeliveries("first")->empty());
  EXPECT_TRUE(store_->LoadDeadLetters("first")->empty());
}

TEST_F(StoreTest, RemembersRequests) {
  const RequestKey key{1, UINT64_MAX};
  EXPECT_FALSE(store_->FindRequest(key)->has_value());
  Do([&] { return store_->KeepRequest(key, {"first", 7, Instant::FromMillis(5)}); });
  Reopen();
  const auto request = *store_->FindRequest(key);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->endpoint, "first");
  EXPECT_EQ(request->fingerprint, 7u);
  EXPECT_EQ(request->at, Instant::FromMillis(5));
}

TEST_F(StoreTest, IsForItsOwnerAlone) {
  Do([&] { return store_->Put(Some("first")); });
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    struct stat facts = {};
    ASSERT_EQ(stat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file.path();
  }
}

}  // namespace
}  // namespace wissel::webhooks
