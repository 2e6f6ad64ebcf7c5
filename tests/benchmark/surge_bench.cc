// The surge: a thousand contacts enter every second through gRPC, far more than the agents can
// take, while somebody looks at the live view. How long an entry takes, and how long it takes from
// an agent's completion to the next offer on their stream, all of it durable first.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/status.h"
#include "fmt/format.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"
#include "wissel/v1/agent.grpc.pb.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kEntriesASecond = 1'000;
constexpr int kSurgeQueues = 10;
constexpr int kSurgeAgents = 60;
constexpr std::chrono::milliseconds kHandleTime(150);  // 400 contacts a second

std::string Center() {
  std::string yaml =
      "center:\n  display_name: Benchmark\n  time_zone: UTC\n"
      "  routing_profiles:\n"
      "    - {name: routingProfiles/voice, channels: [{channel: voice, offer_timeout: 60s}]}\n"
      "  queues:\n";
  for (int i = 0; i < kSurgeQueues; ++i) {
    yaml += fmt::format("    - {{name: queues/q{}, channel: voice, answer_within: 20s}}\n", i);
  }
  yaml += "  agents:\n";
  for (int i = 0; i < kSurgeAgents; ++i) {
    yaml += fmt::format("    - {{name: agents/a{}, routing_profile: routingProfiles/voice}}\n", i);
  }
  return yaml;
}

// What was measured, by many threads.
class Times {
 public:
  void Note(Clock::time_point since) {
    const std::chrono::duration<double, std::micro> time = Clock::now() - since;
    std::lock_guard lock(mutex_);
    micros_.push_back(time.count());
  }
  std::vector<double> Take() {
    std::lock_guard lock(mutex_);
    return std::move(micros_);
  }

 private:
  std::mutex mutex_;
  std::vector<double> micros_;
};

// Does what is asked of it at a time, on a thread of its own.
class Later {
 public:
  Later() : thread_([this] { Run(); }) {}
  ~Later() {
    {
      std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void Do(std::chrono::milliseconds later, std::function<void()> deed) {
    std::lock_guard lock(mutex_);
    deeds_.emplace(Clock::now() + later, std::move(deed));
    changed_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!over_) {
      if (deeds_.empty()) {
        changed_.wait(lock);
      } else if (deeds_.begin()->first > Clock::now()) {
        changed_.wait_until(lock, deeds_.begin()->first);
      } else {
        const std::function<void()> deed = std::move(deeds_.begin()->second);
        deeds_.erase(deeds_.begin());
        lock.unlock();
        deed();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> deeds_;
  bool over_ = false;
  std::thread thread_;
};

std::unique_ptr<grpc::ClientContext> Signed(const std::string& token) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", "Bearer " + token);
  return context;
}

// Accepts what is offered, handles it for a while, completes it, and waits for the next.
class Agent : public grpc::ClientReadReactor<v1::AgentState> {
 public:
  Agent(v1::AgentService::Stub& stub, std::string token, int number, Later& later, Times& offers)
      : stub_(stub), token_(std::move(token)), later_(later), offers_(offers) {
    name_ = fmt::format("agents/a{}", number);
  }

  absl::Status Begin() {
    v1::SignInRequest sign_in;
    sign_in.set_agent(name_);
    v1::SetPresenceRequest available;
    available.set_agent(name_);
    available.set_presence(v1::AVAILABLE);
    v1::AgentState state;
    grpc::Status status = stub_.SignIn(Signed(token_).get(), sign_in, &state);
    if (status.ok()) status = stub_.SetPresence(Signed(token_).get(), available, &state);
    if (!status.ok()) return absl::UnavailableError(status.error_message());
    context_ = Signed(token_);
    request_.set_agent(name_);
    stub_.async()->WatchAgent(context_.get(), &request_, this);
    StartRead(&state_);
    StartCall();
    return absl::OkStatus();
  }
  // Afterwards it asks `later` for nothing any more.
  void End() {
    context_->TryCancel();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return done_ && accepts_under_way_ == 0; });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (state_.offers_size() > 0 && state_.offers(0).name() != last_offer_) {
      last_offer_ = state_.offers(0).name();
      if (completed_) offers_.Note(*completed_);
      completed_.reset();
      Accept();
    }
    StartRead(&state_);
  }
  void OnDone(const grpc::Status&) override {
    std::lock_guard lock(mutex_);
    done_ = true;
    ended_.notify_one();
  }

 private:
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    v1::AcceptOfferRequest accept;
    v1::CompleteAssignmentRequest complete;
    v1::AgentState answer;
  };

  void Accept() {
    auto call = std::make_shared<Call>();
    call->context = Signed(token_);
    call->accept.set_name(last_offer_);
    {
      std::lock_guard lock(mutex_);
      ++accepts_under_way_;
    }
    stub_.async()->AcceptOffer(call->context.get(), &call->accept, &call->answer,
                               [this, call](const grpc::Status& status) {
                                 if (status.ok() && call->answer.assignments_size() > 0) {
                                   const std::string name = call->answer.assignments(0).name();
                                   later_.Do(kHandleTime, [this, name] { Complete(name); });
                                 }
                                 std::lock_guard lock(mutex_);
                                 --accepts_under_way_;
                                 ended_.notify_one();
                               });
  }

  void Complete(const std::string& assignment) {
    auto call = std::make_shared<Call>();
    call->context = Signed(token_);
    call->complete.set_name(assignment);
    completed_ = Clock::now();
    stub_.async()->CompleteAssignment(call->context.get(), &call->complete, &call->answer,
                                      [call](const grpc::Status&) {});
  }

  v1::AgentService::Stub& stub_;
  const std::string token_;
  Later& later_;
  Times& offers_;
  std::string name_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::WatchAgentRequest request_;
  v1::AgentState state_;
  std::string last_offer_;
  // When the completion was sent; the next offer comes after it.
  std::optional<Clock::time_point> completed_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int accepts_under_way_ = 0;
  bool done_ = false;
};

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
  WISSEL_ASSIGN_OR_RETURN(const auto center, ServedCenter::Start(scratch + "/surge", Center()));
  const auto channel = grpc::CreateChannel(center->address(), grpc::InsecureChannelCredentials());
  const auto work = v1::WorkService::NewStub(channel);
  const auto desk = v1::AgentService::NewStub(channel);
  const auto live = v1::LiveService::NewStub(channel);
  const Onlooker onlooker(*live, center->token());
  Times offers;
  std::vector<std::unique_ptr<Agent>> agents;
  Entries entries(*work, center->token());
  Later later;
  absl::Status begun;
  for (int i = 0; i < kSurgeAgents && begun.ok(); ++i) {
    auto agent = std::make_unique<Agent>(*desk, center->token(), i, later, offers);
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
