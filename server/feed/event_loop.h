// One thread on which a feed happens: timers, and answers posted by gRPC's threads.
//
// Run, At and Cancel belong to the thread that calls Run; Post is thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace wissel::feed {

class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;
  // Of a timer; ordered by its time, then by its making.
  using TimerId = std::pair<Clock::time_point, uint64_t>;

  void Post(Task task);
  TimerId At(Clock::time_point time, Task task);
  TimerId After(std::chrono::duration<double> delay, Task task);
  // Nothing happens when it has run.
  void Cancel(TimerId timer) { timers_.erase(timer); }
  // Until `done()`, which is asked after each step.
  void RunUntil(const std::function<bool()>& done);

 private:
  // Runs what is due; false when there was nothing.
  bool Step();

  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<Task> inbox_;  // guarded by mutex_
  std::map<TimerId, Task> timers_;
  uint64_t next_timer_ = 0;
};

}  // namespace wissel::feed
