// Long runs: they can be followed to their end, ended early, and one of a kind waits for the other.
#include "forecasting/service/operations.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

#include "gmock/gmock.h"

namespace wissel::forecasting {
namespace {

using Kind = v1::Operation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Collects what is written; its reader is as slow as the test wants.
class Reader : public rpc::AnyServerStream {
 public:
  bool writable() const override { return true; }
  bool Write(const google::protobuf::Message& message) override {
    seen.push_back(static_cast<const v1::Operation&>(message));
    return true;
  }
  void Finish(absl::Status status) override { end_.set_value(std::move(status)); }
  void SetCallbacks(std::function<void()>, std::function<void()>) override {}
  absl::Status End() { return end_.get_future().get(); }

  std::vector<v1::Operation> seen;

 private:
  std::promise<absl::Status> end_;
};

class OperationsTest : public ::testing::Test {
 protected:
  void SetUp() override { operations_.Register(table_); }

  absl::StatusOr<v1::Operation> Call(const std::string& method,
                                     const google::protobuf::Message& request,
                                     rpc::Role role = rpc::Role::kPlanner) {
    const rpc::Method* found = table_.Find("wissel.v1.OperationService." + method);
    rpc::Context context{{"users/petra", "", {role}}, "test"};
    if (auto status = rpc::MethodTable::Authorize(*found, context.caller); !status.ok()) {
      return status;
    }
    absl::StatusOr<v1::Operation> answer;
    found->unary(context, request,
                 [&](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
                   if (!status.ok()) return void(answer = std::move(status));
                   answer = static_cast<const v1::Operation&>(*response);
                 });
    return answer;
  }
  absl::StatusOr<v1::Operation> Get(const std::string& name) {
    v1::GetOperationRequest request;
    request.set_name(name);
    return Call("GetOperation", request);
  }
  absl::StatusOr<v1::Operation> Cancel(const std::string& name,
                                       rpc::Role role = rpc::Role::kPlanner) {
    v1::CancelOperationRequest request;
    request.set_name(name);
    return Call("CancelOperation", request, role);
  }
  std::shared_ptr<Reader> Watch(const std::string& name) {
    auto reader = std::make_shared<Reader>();
    v1::GetOperationRequest request;
    request.set_name(name);
    table_.Find("wissel.v1.OperationService.WatchOperation")->server_streaming({}, request, reader);
    return reader;
  }
  v1::Operation Begin(Kind::Kind kind, Operations::Work work) {
    auto operation = operations_.Begin(kind, "users/petra", std::move(work));
    EXPECT_TRUE(operation.ok()) << operation.status();
    return operation.value_or(v1::Operation());
  }

  Operations operations_{[] { return Instant::FromMillis(1'772'442'000'000); }};
  rpc::MethodTable table_;
};

TEST_F(OperationsTest, ARunIsFollowedToItsEnd) {
  std::promise<void> watched;
  const v1::Operation begun =
      Begin(Kind::FORECAST, [&](LongRun& run) -> absl::StatusOr<std::string> {
        watched.get_future().wait();
        run.Tell({1, 2});
        run.Tell({2, 2, 40.0, 38.5});
        return "forecasts/7";
      });
  EXPECT_EQ(begun.name(), "operations/1");
  EXPECT_EQ(begun.user(), "users/petra");
  const auto reader = Watch(begun.name());
  watched.set_value();
  EXPECT_TRUE(reader->End().ok());
  const v1::Operation& last = reader->seen.back();
  EXPECT_EQ(last.state(), Kind::DONE);
  EXPECT_EQ(last.result(), "forecasts/7");
  EXPECT_EQ(last.done(), 2);
  EXPECT_EQ(last.best(), 40.0);
  EXPECT_EQ(last.bound(), 38.5);
  EXPECT_TRUE(last.has_end_time());
  EXPECT_EQ(Get(begun.name())->state(), Kind::DONE);
  EXPECT_TRUE(Watch(begun.name())->End().ok());  // what has ended is told once
}

TEST_F(OperationsTest, WhatFailsSaysWhy) {
  const v1::Operation begun = Begin(Kind::SCHEDULE, [](LongRun&) -> absl::StatusOr<std::string> {
    return absl::FailedPreconditionError("nobody may work on Sunday");
  });
  const auto reader = Watch(begun.name());
  EXPECT_TRUE(reader->End().ok());
  EXPECT_EQ(reader->seen.back().state(), Kind::FAILED);
  EXPECT_EQ(reader->seen.back().error_code(), 9);
  EXPECT_THAT(reader->seen.back().error(), HasSubstr("Sunday"));
}

TEST_F(OperationsTest, WhoIsCancelledEndsEarlyAndWhoKeepsTheBestSoFarIsDone) {
  std::promise<void> one_runs, other_runs;
  const auto until_cancelled = [](std::promise<void>& runs, absl::StatusOr<std::string> result) {
    return [&runs, result](LongRun& run) -> absl::StatusOr<std::string> {
      runs.set_value();
      while (!run.cancelled()) std::this_thread::yield();
      return result;
    };
  };
  const v1::Operation nothing =
      Begin(Kind::FORECAST, until_cancelled(one_runs, absl::CancelledError("ended")));
  const v1::Operation something = Begin(Kind::SCHEDULE, until_cancelled(other_runs, "schedules/3"));
  one_runs.get_future().wait();
  other_runs.get_future().wait();
  EXPECT_EQ(Cancel(nothing.name(), rpc::Role::kManager).status().code(),
            absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(Cancel(nothing.name()).ok());
  ASSERT_TRUE(Cancel(something.name()).ok());
  EXPECT_TRUE(Watch(nothing.name())->End().ok());
  EXPECT_TRUE(Watch(something.name())->End().ok());
  EXPECT_EQ(Get(nothing.name())->state(), Kind::CANCELLED);
  EXPECT_EQ(Get(something.name())->state(), Kind::DONE);
}

TEST_F(OperationsTest, OneOfAKindWaitsAndMayBeCancelledWhileItDoes) {
  std::promise<void> go;
  const v1::Operation first = Begin(Kind::FORECAST, [&](LongRun&) -> absl::StatusOr<std::string> {
    go.get_future().wait();
    return "forecasts/1";
  });
  bool ran = false;
  const v1::Operation second = Begin(Kind::FORECAST, [&](LongRun&) -> absl::StatusOr<std::string> {
    ran = true;
    return "forecasts/2";
  });
  EXPECT_EQ(Get(second.name())->state(), Kind::WAITING);
  EXPECT_EQ(Cancel(second.name())->state(), Kind::CANCELLED);
  const v1::Operation third =
      Begin(Kind::FORECAST, [](LongRun&) -> absl::StatusOr<std::string> { return "forecasts/3"; });
  go.set_value();
  EXPECT_TRUE(Watch(third.name())->End().ok());
  EXPECT_EQ(Get(first.name())->state(), Kind::DONE);
  EXPECT_FALSE(ran);
  EXPECT_EQ(Get(second.name())->state(), Kind::CANCELLED);
}

TEST_F(OperationsTest, TooManyOfAKindAreRefused) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future();
  absl::Status refused;
  for (int i = 0; i < 100 && refused.ok(); ++i) {
    refused = operations_
                  .Begin(Kind::REQUIRED_STAFF, "users/petra",
                         [gone](LongRun&) -> absl::StatusOr<std::string> {
                           gone.wait();
                           return "";
                         })
                  .status();
  }
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  go.set_value();
}

TEST_F(OperationsTest, NobodyKnowsAnOperationThatNeverWas) {
  EXPECT_EQ(Get("operations/9").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Cancel("operations/9").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Watch("operations/9")->End().code(), absl::StatusCode::kNotFound);
}

TEST_F(OperationsTest, AServerThatStopsEndsWhatRuns) {
  std::promise<void> runs;
  const v1::Operation begun =
      Begin(Kind::FORECAST, [&](LongRun& run) -> absl::StatusOr<std::string> {
        runs.set_value();
        while (!run.cancelled()) std::this_thread::yield();
        return absl::CancelledError("ended");
      });
  runs.get_future().wait();
  operations_.Stop();
  EXPECT_EQ(Get(begun.name())->state(), Kind::CANCELLED);
  EXPECT_EQ(operations_.Begin(Kind::FORECAST, "users/petra", nullptr).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::forecasting
