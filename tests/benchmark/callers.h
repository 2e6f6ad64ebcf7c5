// So many callers at once of CreateWorkItem, each with its next request as soon as the last is
// answered, over one connection or several. A caller is a thread that waits for its answer; or, of
// `kInFlight`, no more than a call under way, answered by a callback: the most that a client can
// ask of a server.
//
// One measurement at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::benchmark {

struct CallersKind {
  int callers = 1;
  int connections = 1;
  enum class Way { kBlocking, kInFlight } way = Way::kBlocking;
};

class Callers {
 public:
  Callers(std::string address, std::string token);

  struct Result {
    double per_second = 0;
    std::vector<double> latencies_us;
  };
  // An error when any call fails.
  absl::StatusOr<Result> Run(const CallersKind& kind, std::chrono::milliseconds time);

 private:
  class Load;

  v1::WorkService::Stub& Connection(int number);

  const std::string address_;
  const std::string authorization_;
  std::vector<std::unique_ptr<v1::WorkService::Stub>> connections_;
  uint64_t requests_ = 0;
};

}  // namespace wissel::benchmark
