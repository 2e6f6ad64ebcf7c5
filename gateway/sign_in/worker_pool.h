// A few threads for work that is slow by design, behind a queue that is bounded.
//
// Thread-safe. The destructor ends the work under way and drops what waits.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/runtime/thread.h"

namespace wissel::sign_in {

class WorkerPool {
 public:
  WorkerPool(const std::string& name, int threads, size_t longest_queue);
  ~WorkerPool();

  // False when the queue is full.
  bool TryRun(std::function<void()> work);

 private:
  void Run();

  const size_t longest_queue_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::deque<std::function<void()>> queue_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace wissel::sign_in
