#include "server/feed/event_loop.h"

namespace wissel::feed {

void EventLoop::Post(Task task) {
  {
    std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(task));
  }
  posted_.notify_one();
}

EventLoop::TimerId EventLoop::At(Clock::time_point time, Task task) {
  const TimerId id{time, next_timer_++};
  timers_.emplace(id, std::move(task));
  return id;
}

EventLoop::TimerId EventLoop::After(std::chrono::duration<double> delay, Task task) {
  return At(Clock::now() + std::chrono::duration_cast<Clock::duration>(delay), std::move(task));
}

bool EventLoop::Step() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(inbox_);
  }
  for (Task& task : tasks) task();
  const Clock::time_point now = Clock::now();
  bool worked = !tasks.empty();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
    worked = true;
  }
  return worked;
}

void EventLoop::RunUntil(const std::function<bool()>& done) {
  // A signal's flag is seen within this time.
  constexpr auto kLongestWait = std::chrono::milliseconds(100);
  while (!done()) {
    if (Step()) continue;
    Clock::time_point until = Clock::now() + kLongestWait;
    if (!timers_.empty()) until = std::min(until, timers_.begin()->first.first);
    std::unique_lock lock(mutex_);
    posted_.wait_until(lock, until, [this] { return !inbox_.empty(); });
  }
}

}  // namespace wissel::feed
