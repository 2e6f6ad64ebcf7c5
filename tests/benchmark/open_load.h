// Contacts that enter at their time, whether those before were answered or not: an open loop of
// CreateWorkItem over a few connections of gRPC. Each is worth something until a second after the
// moment at which it was to be sent, not after the moment at which it was (so that a stalled server
// does not hide the calls that were not made: no "coordinated omission").
//
// A connection has so many calls under way at most, as the server says (HTTP/2,
// SETTINGS_MAX_CONCURRENT_STREAMS; RFC 9113, section 5.1.2): a contact that finds no room on any is
// given up by the client at once, and counts as not answered.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "wissel/v1/work.grpc.pb.h"

namespace wissel::benchmark {

class OpenLoad {
 public:
  static constexpr std::chrono::seconds kWorthUntil{1};

  OpenLoad(const std::string& address, const std::string& token, int connections, int queues);
  ~OpenLoad();

  struct Result {
    int64_t offered = 0;
    int64_t no_room = 0;  // not sent
    int64_t in_time = 0;  // granted, and soon enough
    int64_t late = 0;     // granted, too late
    int64_t refused = 0;  // RESOURCE_EXHAUSTED
    int64_t failed = 0;   // anything else, as DEADLINE_EXCEEDED
    double seconds = 0;
    std::vector<double> answered_us;  // of the granted, from the moment it was to be sent
    double goodput() const { return static_cast<double>(in_time) / seconds; }
  };
  // So many a second for so long; returns when all is answered.
  Result Run(double per_second, std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection {
    std::unique_ptr<v1::WorkService::Stub> stub;
    std::atomic<int> under_way = 0;
  };
  struct Call;

  // False: there is no room.
  bool Send(Clock::time_point due);
  void Note(Clock::time_point due, const grpc::Status& status);

  const std::string authorization_;
  const int queues_;
  std::vector<std::unique_ptr<Connection>> connections_;
  uint64_t number_ = 0;
  std::atomic<int64_t> under_way_ = 0;
  std::mutex mutex_;
  Result result_;
};

}  // namespace wissel::benchmark
