// Five hundred people look at the live view of two hundred queues: how long after an entry each of
// them sees it, and what that costs the server.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/status.h"
#include "fmt/format.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kShownQueues = 200;
constexpr int kWatchers = 500;
constexpr int kConnections = 20;
constexpr std::chrono::milliseconds kBetweenEntries(10);
constexpr std::chrono::seconds kTime(10);

std::string Center() {
  std::string yaml = "center:\n  display_name: Benchmark\n  time_zone: UTC\n  queues:\n";
  for (int i = 0; i < kShownQueues; ++i) {
    yaml += fmt::format("    - {{name: queues/q{}, channel: voice, answer_within: 20s}}\n", i);
  }
  return yaml;
}

double WallMillis(std::chrono::system_clock::time_point t) {
  return std::chrono::duration<double, std::milli>(t.time_since_epoch()).count();
}
double WallMillis(const google::protobuf::Timestamp& t) {
  return static_cast<double>(t.seconds()) * 1e3 + t.nanos() / 1e6;
}

// Delays between an entry and the update that shows it, over all watchers.
class Delays {
 public:
  void Note(double millis) {
    std::lock_guard lock(mutex_);
    millis_.push_back(millis);
  }
  std::vector<double> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(millis_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<double> millis_;
};

class Watcher : public grpc::ClientReadReactor<v1::LiveUpdate> {
 public:
  Watcher(v1::LiveService::Stub& stub, const std::string& token, Delays& delays) : delays_(delays) {
    context_.AddMetadata("authorization", "Bearer " + token);
    stub.async()->WatchLive(&context_, &request_, this);
    StartRead(&update_);
    StartCall();
  }
  ~Watcher() override {
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return done_; });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (!update_.snapshot()) Look(WallMillis(std::chrono::system_clock::now()));
    StartRead(&update_);
  }
  void OnDone(const grpc::Status&) override {
    std::lock_guard lock(mutex_);
    done_ = true;
    ended_.notify_one();
  }

 private:
  // A queue that was empty and is not: its one item has just entered.
  void Look(double now) {
    for (const v1::QueueLive& queue : update_.queues()) {
      if (queue.waiting() != 1 || !queue.has_longest_waiting_since()) continue;
      const double since = WallMillis(queue.longest_waiting_since());
      double& seen = seen_[queue.name()];
      if (since != seen) delays_.Note(now - since);
      seen = since;
    }
  }

  Delays& delays_;
  grpc::ClientContext context_;
  v1::WatchLiveRequest request_;
  v1::LiveUpdate update_;
  std::map<std::string, double> seen_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
};

// One item enters each queue in turn, and leaves before its queue's next turn.
class Traffic {
 public:
  Traffic(v1::WorkService::Stub& stub, std::string token) : stub_(stub), token_(std::move(token)) {}

  absl::Status Run(std::chrono::seconds time) {
    const auto end = Clock::now() + time;
    auto next = Clock::now();
    for (int i = 0; next < end; ++i, next += kBetweenEntries) {
      std::this_thread::sleep_until(next);
      WISSEL_RETURN_IF_ERROR(Enter(fmt::format("queues/q{}", i % kShownQueues)));
      if (waiting_.size() > kShownQueues / 2) WISSEL_RETURN_IF_ERROR(LeaveOldest());
    }
    while (!waiting_.empty()) WISSEL_RETURN_IF_ERROR(LeaveOldest());
    return absl::OkStatus();
  }

 private:
  absl::Status Enter(const std::string& queue) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token_);
    v1::CreateWorkItemRequest request;
    request.mutable_work_item()->set_queue(queue);
    v1::WorkItem item;
    const grpc::Status status = stub_.CreateWorkItem(&context, request, &item);
    if (!status.ok()) return absl::UnavailableError(status.error_message());
    waiting_.push_back(item.name());
    return absl::OkStatus();
  }

  absl::Status LeaveOldest() {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token_);
    v1::CancelWorkItemRequest request;
    request.set_name(waiting_.front());
    request.set_cause(v1::CancelWorkItemRequest::CUSTOMER_LEFT);
    waiting_.pop_front();
    v1::WorkItem item;
    const grpc::Status status = stub_.CancelWorkItem(&context, request, &item);
    if (!status.ok()) return absl::UnavailableError(status.error_message());
    return absl::OkStatus();
  }

  v1::WorkService::Stub& stub_;
  const std::string token_;
  std::deque<std::string> waiting_;
};

struct Seen {
  std::vector<double> millis;
  double cores = 0;
};

absl::StatusOr<Seen> Watch(const ServedCenter& center, int watchers) {
  const auto connect = [&](int number) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("wissel.connection", number);
    return grpc::CreateCustomChannel(center.address(), grpc::InsecureChannelCredentials(),
                                     arguments);
  };
  std::vector<std::unique_ptr<v1::LiveService::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) stubs.push_back(v1::LiveService::NewStub(connect(i)));
  Delays delays;
  std::vector<std::unique_ptr<Watcher>> all;
  for (int i = 0; i < watchers; ++i) {
    all.push_back(std::make_unique<Watcher>(*stubs[static_cast<size_t>(i % kConnections)],
                                            center.token(), delays));
  }
  const auto work = v1::WorkService::NewStub(connect(kConnections));
  Traffic traffic(*work, center.token());
  WISSEL_RETURN_IF_ERROR(traffic.Run(std::chrono::seconds(2)));  // everybody has the snapshot
  delays.Take();
  const double cpu = center.CpuSeconds();
  const auto start = Clock::now();
  WISSEL_RETURN_IF_ERROR(traffic.Run(kTime));
  const std::chrono::duration<double> passed = Clock::now() - start;
  Seen seen{delays.Take(), (center.CpuSeconds() - cpu) / passed.count()};
  if (seen.millis.empty()) return absl::UnavailableError("no watcher saw anything");
  return seen;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkLive(const std::string& scratch) {
  WISSEL_ASSIGN_OR_RETURN(const auto center, ServedCenter::Start(scratch + "/live", Center()));
  WISSEL_ASSIGN_OR_RETURN(const Seen one, Watch(*center, 1));
  WISSEL_ASSIGN_OR_RETURN(const Seen many, Watch(*center, kWatchers));
  const char* base = "one watcher";
  return std::vector<Figure>{
      {"live.watchers_500", Quantile(many.millis, 990), "ms, p99", Quantile(one.millis, 990), base},
      {"live.watchers_500.p50", Quantile(many.millis, 500), "ms", Quantile(one.millis, 500), base},
      {"live.watchers_500.cores", many.cores, "cores", one.cores, base}};
}

}  // namespace wissel::benchmark
