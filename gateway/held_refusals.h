// Refusals whose time has not come (admission_control.h): each is told on the one thread of this,
// when it may be.
//
// Threads: Hold from any; `tell` is called once, here or by the destructor. Times come in their
// order, nearly; a refusal waits for those before it. At most `kMost` wait: of more, the oldest is
// told early.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "base/runtime/thread.h"

namespace wissel::gateway {

class HeldRefusals {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr size_t kMost = 10'000;

  HeldRefusals();
  // Tells what is left.
  ~HeldRefusals();

  void Hold(Time tell_at, std::function<void()> tell);

 private:
  struct Held {
    Time tell_at;
    std::function<void()> tell;
  };
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Held> held_;
  bool over_ = false;
  Thread thread_;  // last: it uses the others
};

}  // namespace wissel::gateway
