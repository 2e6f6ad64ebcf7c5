// The surge: a thousand contacts enter every second through gRPC, far more than the agents can
// take, while somebody looks at the live view. How long an entry takes, and how long it takes from
// an agent's completion to the next offer on their stream, all of it durable first.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/status.h"
#include "fmt/format.h"
#include "tests/benchmark/agents_at_work.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::benchmark {
namespace {

constexpr int kEntriesASecond = 1'000;
constexpr int kSurgeQueues = 10;
constexpr int kSurgeAgents = 60;
constexpr std::chrono::milliseconds kHandleTime(150);  // 400 contacts a second

// An open loop: the next contact enters when its time has come, whether the last was answered or
// not.
class Entries {
 public:
  Entries(v1::WorkService::Stub& stub, std::string token) : stub_(stub), token_(std::move(token)) {}

  void Run(std::chrono::seconds time) {
    const auto start = Clock::now();
    const int64_t count = time.count() * kEntriesASecond;
    for (int64_t i = 0; i < count; ++i) {
      std::this_thread::sleep_until(start +
                                    i * std::chrono::microseconds(1'000'000 / kEntriesASecond));
      Send(i);
    }
    while (under_way_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
  }
  double per_second() const { return static_cast<double>(granted_) / seconds_; }
  std::vector<double> TakeTimes() { return times_.Take(); }

 private:
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    v1::CreateWorkItemRequest request;
    v1::WorkItem answer;
  };

  void Send(int64_t number) {
    auto call = std::make_shared<Call>();
    call->context = Signed(token_);
    call->request.set_request_id(fmt::format("entry-{:027}", number));
    call->request.mutable_work_item()->set_queue(fmt::format("queues/q{}", number % kSurgeQueues));
    call->request.mutable_work_item()->set_contact(fmt::format("customers/{}", number));
    ++under_way_;
    const auto sent = Clock::now();
    stub_.async()->CreateWorkItem(call->context.get(), &call->request, &call->answer,
                                  [this, call, sent](const grpc::Status& status) {
                                    if (status.ok()) ++granted_;
                                    times_.Note(sent);
                                    --under_way_;
                                  });
  }

  v1::WorkService::Stub& stub_;
  const std::string token_;
  Times times_;
  std::atomic<int64_t> under_way_ = 0;
  std::atomic<int64_t> granted_ = 0;
  double seconds_ = 1;
};

// Somebody looks.
class Onlooker : public grpc::ClientReadReactor<v1::LiveUpdate> {
 public:
  Onlooker(v1::LiveService::Stub& stub, const std::string& token) : context_(Signed(token)) {
    stub.async()->WatchLive(context_.get(), &request_, this);
    StartRead(&update_);
    StartCall();
  }
  ~Onlooker() override {
    context_->TryCancel();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return done_; });
  }
  void OnReadDone(bool ok) override {
    if (ok) StartRead(&update_);
  }
  void OnDone(const grpc::Status&) override {
    std::lock_guard lock(mutex_);
    done_ = true;
    ended_.notify_one();
  }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  v1::WatchLiveRequest request_;
  v1::LiveUpdate update_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
};

void AddTimes(const std::string& name, const std::vector<double>& micros,
              std::vector<Figure>& figures) {
  if (micros.empty()) return;
  figures.push_back({name + ".p50", Quantile(micros, 500), "us", {}, ""});
  figures.push_back({name + ".p99", Quantile(micros, 990), "us", {}, ""});
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkSurge(const std::string& scratch,
                                                   std::chrono::seconds time) {
  WISSEL_ASSIGN_OR_RETURN(
      const auto center,
      ServedCenter::Start(scratch + "/surge", VoiceCenter(kSurgeQueues, kSurgeAgents)));
  const auto channel = grpc::CreateChannel(center->address(), grpc::InsecureChannelCredentials());
  const auto work = v1::WorkService::NewStub(channel);
  const auto desk = v1::AgentService::NewStub(channel);
  const auto live = v1::LiveService::NewStub(channel);
  const Onlooker onlooker(*live, center->token());
  Times offers;
  Agent::Counts counts;
  std::vector<std::unique_ptr<Agent>> agents;
  Entries entries(*work, center->token());
  Later later;
  absl::Status begun;
  for (int i = 0; i < kSurgeAgents && begun.ok(); ++i) {
    auto agent =
        std::make_unique<Agent>(*desk, center->token(), i, kHandleTime, later, offers, counts);
    begun = agent->Begin();
    if (begun.ok()) agents.push_back(std::move(agent));
  }
  if (begun.ok()) entries.Run(time);
  for (const auto& agent : agents) agent->End();
  WISSEL_RETURN_IF_ERROR(begun);
  std::vector<Figure> figures = {{"surge.entries_1000", entries.per_second(), "entries/s",
                                  double{kEntriesASecond}, "what was asked of it"}};
  AddTimes("surge.entries_1000", entries.TakeTimes(), figures);
  AddTimes("surge.next_offer", offers.Take(), figures);
  return figures;
}

}  // namespace wissel::benchmark
