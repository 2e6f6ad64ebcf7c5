// What planners made is there after the end of a process; a transaction leaves all of it or
// nothing; a number is given once; a request that comes again is answered the same.
#include "forecasting/store/plan_store.h"

#include <filesystem>

#include "base/status.h"
#include "gmock/gmock.h"
#include "tests/postgres/places.h"
#include "tests/unit/journal_testing.h"
#include "wissel/v1/operation.pb.h"

namespace wissel::forecasting {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Operation Message(const std::string& text) {
  v1::Operation message;
  message.set_result(text);
  return message;
}

class PlanStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    store_.reset();
    auto store = PlanStore::Open(wissel::testing::At(path()));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string path() const { return folder_.path() + "/planning.sqlite"; }

  std::optional<std::string> Read(const PlanKey& key) {
    v1::Operation message;
    const auto found = store_->Get(key, &message);
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.value_or(false)) return std::nullopt;
    return message.result();
  }
  std::vector<uint64_t> Numbers(uint64_t before, size_t most) {
    std::vector<uint64_t> numbers;
    const auto records = store_->List("forecasts", before, most);
    for (const PlanRecord& record : *records) {
      numbers.push_back(record.number);
    }
    return numbers;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<PlanStore> store_;
};

TEST_F(PlanStoreTest, WhatWasPutIsThereAfterAnEnd) {
  ASSERT_TRUE(store_->Put({"forecasts", 3}, Message("whole")).ok());
  ASSERT_TRUE(store_->Put({"forecasts", 3, "queues/tax"}, Message("part")).ok());
  ASSERT_TRUE(store_->Put({"forecasts", 3}, Message("newer")).ok());
  Reopen();
  EXPECT_EQ(Read({"forecasts", 3}), "newer");
  EXPECT_EQ(Read({"forecasts", 3, "queues/tax"}), "part");
  EXPECT_EQ(Read({"schedules", 3}), std::nullopt);
  EXPECT_EQ(Read({"forecasts", 4}), std::nullopt);
}

TEST_F(PlanStoreTest, AListIsNewestFirstAndWithoutParts) {
  for (uint64_t number : {1, 2, 5, 9}) {
    ASSERT_TRUE(store_->Put({"forecasts", number}, Message("")).ok());
    ASSERT_TRUE(store_->Put({"forecasts", number, "a"}, Message("")).ok());
  }
  ASSERT_TRUE(store_->Put({"schedules", 7}, Message("")).ok());
  EXPECT_THAT(Numbers(1000, 3), ElementsAre(9, 5, 2));
  EXPECT_THAT(Numbers(5, 3), ElementsAre(2, 1));
  EXPECT_EQ(store_->Parts("forecasts", 5)->size(), 1u);
}

TEST_F(PlanStoreTest, WhatIsDeletedGoesWithItsParts) {
  ASSERT_TRUE(store_->Put({"forecasts", 1}, Message("")).ok());
  ASSERT_TRUE(store_->Put({"forecasts", 1, "a"}, Message("")).ok());
  ASSERT_TRUE(store_->Put({"forecasts", 2}, Message("stays")).ok());
  EXPECT_TRUE(*store_->Delete("forecasts", 1));
  EXPECT_FALSE(*store_->Delete("forecasts", 1));
  EXPECT_EQ(Read({"forecasts", 1, "a"}), std::nullopt);
  EXPECT_EQ(Read({"forecasts", 2}), "stays");
}

TEST_F(PlanStoreTest, ATransactionThatFailsLeavesNothingNotEvenItsNumber) {
  EXPECT_EQ(*store_->NextNumber("forecasts"), 1u);
  const absl::Status failed = store_->Transact([&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store_->NextNumber("forecasts"));
    WISSEL_RETURN_IF_ERROR(store_->Put({"forecasts", number}, Message("half")));
    return absl::CancelledError("on second thoughts");
  });
  EXPECT_EQ(failed.code(), absl::StatusCode::kCancelled);
  Reopen();
  EXPECT_THAT(*store_->List("forecasts", 1000, 10), IsEmpty());
  EXPECT_EQ(*store_->NextNumber("forecasts"), 2u);
}

TEST_F(PlanStoreTest, ANumberIsNotGivenAgainWhenItsResourceIsGone) {
  const uint64_t number = *store_->NextNumber("schedules");
  ASSERT_TRUE(store_->Put({"schedules", number}, Message("")).ok());
  ASSERT_TRUE(*store_->Delete("schedules", number));
  Reopen();
  EXPECT_EQ(*store_->NextNumber("schedules"), number + 1);
}

TEST_F(PlanStoreTest, TheSameRequestIsAnsweredTheSame) {
  v1::Operation answer;
  EXPECT_FALSE(*store_->FindAnswer("carla:1", 77, &answer));
  ASSERT_TRUE(store_->KeepAnswer("carla:1", 77, Message("done")).ok());
  Reopen();
  EXPECT_TRUE(*store_->FindAnswer("carla:1", 77, &answer));
  EXPECT_EQ(answer.result(), "done");
  const absl::Status other = store_->FindAnswer("carla:1", 78, &answer).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldAtFault(other), "requestId");
}

TEST_F(PlanStoreTest, AFileOfALaterFormatIsRefused) {
  store_.reset();
  auto connection = sql::Connection::Open(wissel::testing::At(path()));
  ASSERT_TRUE(connection.ok() && connection->SetFormat(2).ok());
  EXPECT_EQ(PlanStore::Open(wissel::testing::At(path())).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace wissel::forecasting
