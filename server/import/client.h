// Calls of one service through a server's gRPC door, as whoever the token is. Blocks; not
// thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace wissel::imports {

// Where the door is, and who calls.
struct Door {
  std::shared_ptr<grpc::Channel> channel;
  std::string token;
};

template <class Service>
class Client {
 public:
  using Stub = typename Service::Stub;

  explicit Client(const Door& door)
      : authorization_("Bearer " + door.token), stub_(Service::NewStub(door.channel)) {}

  template <class Request, class Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization_);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    const grpc::Status status = (*stub_.*method)(&context, request, response);
    if (status.ok()) return absl::OkStatus();
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }

 private:
  const std::string authorization_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace wissel::imports
