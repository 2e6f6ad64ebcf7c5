// One thread that does one piece of work after the other, for what takes too long for a door's
// thread.
//
// Thread-safe. Stop lets the piece at hand end, drops the rest, and must not be called on the
// thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/runtime/thread.h"

namespace wissel {

class Worker {
 public:
  // Takes at most so many pieces that wait.
  Worker(std::string name, size_t most_waiting);
  ~Worker();

  // `work` gets false when it is dropped: it has only to answer then. False, and not called: there
  // are too many already, or it has been stopped.
  using Work = std::function<void(bool goes)>;
  bool Do(Work work);
  void Stop();

 private:
  void Run();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  bool working_ = false;
  bool stopping_ = false;
  std::optional<Thread> thread_;
};

}  // namespace wissel
