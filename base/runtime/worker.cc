#include "base/runtime/worker.h"

#include <utility>

namespace wissel {

Worker::Worker(std::string name, size_t most_waiting) : most_waiting_(most_waiting) {
  thread_.emplace(std::move(name), [this] {
    LowerPriorityOfThisThread();
    Run();
  });
}

Worker::~Worker() { Stop(); }

bool Worker::Do(Work work) {
  std::lock_guard lock(mutex_);
  const size_t ahead = waiting_.size() + (working_ ? 1 : 0);
  if (stopping_ || ahead > most_waiting_) return false;
  waiting_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

void Worker::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_) thread_->Join();
  thread_.reset();
  for (Work& work : std::exchange(waiting_, {})) work(false);
}

void Worker::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Work work = std::move(waiting_.front());
    waiting_.pop_front();
    working_ = true;
    lock.unlock();
    work(true);
    lock.lock();
    working_ = false;
  }
}

}  // namespace wissel
