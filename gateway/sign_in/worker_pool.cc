#include "gateway/sign_in/worker_pool.h"

#include <utility>

namespace wissel::sign_in {

WorkerPool::WorkerPool(const std::string& name, int threads, size_t longest_queue)
    : longest_queue_(longest_queue) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(std::make_unique<Thread>(name, [this] { Run(); }));
  }
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  threads_.clear();  // joins
}

bool WorkerPool::TryRun(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= longest_queue_) return false;
  queue_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

void WorkerPool::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace wissel::sign_in
