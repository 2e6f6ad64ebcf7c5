// A center that this node serves, and the calls and streams that are under way in it: it is closed
// when they are answered, and goes when the last of their callbacks has come.
//
// Thread-safe, but for hosted().Stop(), which is for who opened it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/rpc/method_table.h"
#include "base/time.h"
#include "server/center/hosted_center.h"

namespace wissel::server {

class ServedCenter : public std::enable_shared_from_this<ServedCenter> {
 public:
  // `revision`: of the configuration that it was opened with.
  ServedCenter(std::string tenant, int64_t revision, std::unique_ptr<HostedCenter> hosted)
      : tenant_(std::move(tenant)), revision_(revision), hosted_(std::move(hosted)) {}

  const std::string& tenant() const { return tenant_; }
  int64_t revision() const { return revision_; }
  HostedCenter& hosted() { return *hosted_; }
  const HostedCenter& hosted() const { return *hosted_; }

  // A call begins. False: the center is being closed, and nothing may be asked of it.
  bool Enter();
  // Answers through `reply` and counts how; the call is over then.
  rpc::AnyReply Counted(rpc::AnyReply reply);
  // Keeps the center until the stream's last callback. For a handler of this center.
  std::shared_ptr<rpc::AnyServerStream> Kept(std::shared_ptr<rpc::AnyServerStream> stream);
  void Leave();

  // Lets no call in any more; waits until those under way are answered, at most `within`.
  void Close(Duration within);

 private:
  const std::string tenant_;
  const int64_t revision_;
  const std::unique_ptr<HostedCenter> hosted_;
  std::mutex mutex_;
  std::condition_variable quiet_;
  bool closed_ = false;
  size_t calls_ = 0;
};

}  // namespace wissel::server
