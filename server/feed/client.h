// The public gRPC API as a feed uses it: every answer comes on the feed's event loop.
//
// Belongs to the loop's thread. Keep it until `outstanding()` is 0: answers still under way would
// find no one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "server/feed/event_loop.h"
#include "wissel/v1/agent.grpc.pb.h"
#include "wissel/v1/config.grpc.pb.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::feed {

class Client {
 public:
  Client(EventLoop& loop, const std::string& address, std::string token);

  // Calls one method; what the server is too busy for is asked again, for at most half a minute.
  // With a `request_id` in the request that is safe.
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
      loop_.After(std::chrono::duration<double>(call->backoff_s), [this, call] { Start(call); });
      call->backoff_s = std::min(call->backoff_s * 2, 2.0);
      return;
    }
    --outstanding_;
    call->answer(status, call->response);
  }

  std::unique_ptr<grpc::ClientContext> NewContext() const;

  EventLoop& loop_;
  std::string authorization_;
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
