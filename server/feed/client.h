// The public gRPC API as a feed uses it: every answer comes on the feed's event loop.
//
// Belongs to the loop's thread. Keep it until `outstanding()` is 0: answers still under way would
// find no one.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "server/feed/event_loop.h"
#include "server/feed/random.h"
#include "server/feed/retry_budget.h"
#include "wissel/v1/agent.grpc.pb.h"
#include "wissel/v1/config.grpc.pb.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::feed {

class Client {
 public:
  Client(EventLoop& loop, const std::string& address, std::string token);

  // Calls one method; what the server is too busy for is asked again, for at most half a minute.
  // With a `request_id` in the request that is safe. Each try has a deadline; tries are apart by a
  // time that doubles, with jitter, not less than the server asks for, and within a budget.
  template <class Async, class Request, class Response>
  void Call(Async* stub,
            void (Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                  std::function<void(grpc::Status)>),
            Request request, std::function<void(const grpc::Status&, Response&)> answer) {
    auto call = std::make_shared<UnaryCall<Async, Request, Response>>();
    call->stub = stub;
    call->method = method;
    call->request = std::move(request);
    call->answer = std::move(answer);
    call->give_up = EventLoop::Clock::now() + std::chrono::seconds(30);
    ++outstanding_;
    budget_.NoteRequest();
    Start(std::move(call));
  }

  // The agent's states from now on, each on the loop; `ended` once, when the stream has ended.
  // The stream lives until StopWatching or its end.
  class Watch;
  Watch* WatchAgent(const std::string& agent,
                    std::function<void(const wissel::v1::AgentState&)> changed,
                    std::function<void(const grpc::Status&)> ended);
  void StopWatching(Watch* watch);

  wissel::v1::WorkService::Stub::async_interface* work() { return work_->async(); }
  wissel::v1::AgentService::Stub::async_interface* agents() { return agents_->async(); }
  wissel::v1::ConfigService::Stub::async_interface* config() { return config_->async(); }
  wissel::v1::LiveService::Stub::async_interface* live() { return live_->async(); }

  // From now on a call that the server cannot take has failed.
  void StopRetrying() { retrying_ = false; }

  // Calls and streams under way.
  int outstanding() const { return outstanding_; }
  // A text that no other request carries.
  std::string NewRequestId();

 private:
  template <class Async, class Request, class Response>
  struct UnaryCall {
    Async* stub = nullptr;
    void (Async::*method)(grpc::ClientContext*, const Request*, Response*,
                          std::function<void(grpc::Status)>) = nullptr;
    Request request;
    Response response;
    std::function<void(const grpc::Status&, Response&)> answer;
    std::unique_ptr<grpc::ClientContext> context;
    EventLoop::Clock::time_point give_up;
    double backoff_s = 0.05;
  };

  template <class CallType>
  void Start(std::shared_ptr<CallType> call) {
    call->context = NewContext();
    call->context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    call->response.Clear();
    (call->stub->*call->method)(
        call->context.get(), &call->request, &call->response, [this, call](grpc::Status status) {
          loop_.Post([this, call, status = std::move(status)] { Finish(call, status); });
        });
  }

  template <class CallType>
  void Finish(const std::shared_ptr<CallType>& call, const grpc::Status& status) {
    const bool busy = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                      status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
                      status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
    if (busy && retrying_ && EventLoop::Clock::now() < call->give_up) {
      const double wait = std::max(call->backoff_s, RetryAfterSeconds(*call->context));
      call->backoff_s = std::min(call->backoff_s * 2, 2.0);
      return RetryLater(call, wait);
    }
    --outstanding_;
    call->answer(status, call->response);
  }

  // After about so long, and once the budget has room.
  template <class CallType>
  void RetryLater(const std::shared_ptr<CallType>& call, double wait_s) {
    const std::chrono::duration<double> wait(wait_s * random_.Uniform(0.75, 1.25));
    loop_.After(wait, [this, call] {
      if (budget_.TakeRetry(EventLoop::Clock::now())) return Start(call);
      RetryLater(call, 0.2);
    });
  }

  std::unique_ptr<grpc::ClientContext> NewContext() const;
  // What the server asks for; 0: nothing.
  static double RetryAfterSeconds(const grpc::ClientContext& context);
  // One of several connections: a server takes so many streams on each.
  wissel::v1::AgentService::Stub::async_interface* NextWatchStub();

  EventLoop& loop_;
  const std::string address_;
  std::string authorization_;
  RetryBudget budget_;
  Random random_;
  int watches_ = 0;  // opened so far
  std::vector<std::unique_ptr<wissel::v1::AgentService::Stub>> watch_stubs_;
  std::string id_prefix_;  // of request ids; differs from feed to feed
  uint64_t next_id_ = 0;
  std::unique_ptr<wissel::v1::WorkService::Stub> work_;
  std::unique_ptr<wissel::v1::AgentService::Stub> agents_;
  std::unique_ptr<wissel::v1::ConfigService::Stub> config_;
  std::unique_ptr<wissel::v1::LiveService::Stub> live_;
  int outstanding_ = 0;
  bool retrying_ = true;
};

}  // namespace wissel::feed
