// A small world behind both doors: a few methods of the real contract with handlers that a test
// steers, and tokens named after roles ("agent-token").
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rpc/method_table.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/live.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {

// A WatchAgent stream that a test writes to.
class Watch {
 public:
  explicit Watch(rpc::ServerStream<v1::AgentState> stream) : stream_(std::move(stream)) {}

  rpc::ServerStream<v1::AgentState>& stream() { return stream_; }
  void CountWritable();
  void CountClosed();
  int writable_calls() const;
  int closed_calls() const;
  // Waits until then, at most 10 s.
  bool WaitForWritable(int calls);
  bool WaitForClosed();

 private:
  rpc::ServerStream<v1::AgentState> stream_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int writable_calls_ = 0;
  int closed_calls_ = 0;
};

class TestWorld {
 public:
  TestWorld();

  rpc::MethodTable& methods() { return methods_; }
  rpc::Authenticate authenticate() const;

  // Calls of handlers so far, by the method's full name.
  int calls(std::string_view method) const;

  // The WatchAgent stream opened last; waits for it, at most 10 s.
  std::shared_ptr<Watch> WaitForWatch();

  // The reply to GetWorkItem of "workItems/held"; waits for the call, at most 10 s.
  std::optional<rpc::Reply<v1::WorkItem>> WaitForHeldReply();

  // WatchLive sends updates as fast as it may; how many so far, and how many of those streams
  // ended.
  int live_updates_sent() const;
  int live_streams_closed() const;

 private:
  struct Pump;

  void Count(std::string_view method);
  void GetWorkItem(const v1::GetWorkItemRequest& request, rpc::Reply<v1::WorkItem> reply);
  void WatchLive(rpc::ServerStream<v1::LiveUpdate> stream);

  rpc::MethodTable methods_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, int, std::less<>> calls_;
  std::shared_ptr<Watch> watch_;
  std::optional<rpc::Reply<v1::WorkItem>> held_;
  int live_updates_sent_ = 0;
  int live_streams_closed_ = 0;
};

// The token that TestWorld takes for this role.
std::string TokenOf(rpc::Role role);
extern const std::vector<rpc::Role> kEveryRole;

}  // namespace wissel::gateway
