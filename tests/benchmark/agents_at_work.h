// Agents who work at a served center through gRPC: each accepts what is offered, handles it for a
// while, completes it, and waits for the next. What they saw is counted.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "wissel/v1/agent.grpc.pb.h"

namespace wissel::benchmark {

using Clock = std::chrono::steady_clock;

// A configuration file with queues/q0 and on, of voice, and agents/a0 and on.
inline std::string VoiceCenter(int queues, int agents) {
  std::string yaml =
      "center:\n  display_name: Benchmark\n  time_zone: UTC\n"
      "  routing_profiles:\n"
      "    - {name: routingProfiles/voice, channels: [{channel: voice, offer_timeout: 60s}]}\n"
      "  queues:\n"
      "    - {name: queues/phone-nl, channel: voice, answer_within: 20s}\n";  // of callers.h
  for (int i = 0; i < queues; ++i) {
    yaml += fmt::format("    - {{name: queues/q{}, channel: voice, answer_within: 20s}}\n", i);
  }
  yaml += "  agents:\n";
  for (int i = 0; i < agents; ++i) {
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

inline std::unique_ptr<grpc::ClientContext> Signed(const std::string& token) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", "Bearer " + token);
  return context;
}

// Accepts what is offered, handles it for a while, completes it, and waits for the next.
class Agent : public grpc::ClientReadReactor<v1::AgentState> {
 public:
  struct Counts {
    std::atomic<int64_t> accepted = 0;
    std::atomic<int64_t> completed = 0;
    std::atomic<int64_t> refused = 0;  // of all their calls, for whatever reason
  };

  Agent(v1::AgentService::Stub& stub, std::string token, int number,
        std::chrono::milliseconds handle_time, Later& later, Times& offers, Counts& counts)
      : stub_(stub),
        token_(std::move(token)),
        handle_time_(handle_time),
        later_(later),
        offers_(offers),
        counts_(counts) {
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
    later_.Do(kHeartbeat, [this] { Beat(); });
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
  static constexpr std::chrono::milliseconds kHeartbeat{10'000};

  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    v1::HeartbeatRequest heartbeat;
    v1::HeartbeatResponse alive;
    v1::AcceptOfferRequest accept;
    v1::CompleteAssignmentRequest complete;
    v1::AgentState answer;
  };

  // A sign of life, as a desk gives it.
  void Beat() {
    auto call = std::make_shared<Call>();
    call->context = Signed(token_);
    call->heartbeat.set_agent(name_);
    stub_.async()->Heartbeat(call->context.get(), &call->heartbeat, &call->alive,
                             [call, &counts = counts_](const grpc::Status& status) {
                               if (!status.ok()) ++counts.refused;
                             });
    later_.Do(kHeartbeat, [this] { Beat(); });
  }

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
                                 ++(status.ok() ? counts_.accepted : counts_.refused);
                                 if (status.ok() && call->answer.assignments_size() > 0) {
                                   const std::string name = call->answer.assignments(0).name();
                                   later_.Do(handle_time_, [this, name] { Complete(name); });
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
                                      [call, &counts = counts_](const grpc::Status& status) {
                                        ++(status.ok() ? counts.completed : counts.refused);
                                      });
  }

  v1::AgentService::Stub& stub_;
  const std::string token_;
  const std::chrono::milliseconds handle_time_;
  Later& later_;
  Times& offers_;
  Counts& counts_;
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

}  // namespace wissel::benchmark
