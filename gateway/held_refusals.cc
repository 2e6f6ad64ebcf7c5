#include "gateway/held_refusals.h"

#include <utility>

namespace wissel::gateway {

HeldRefusals::HeldRefusals() : thread_("refusals", [this] { Run(); }) {}

HeldRefusals::~HeldRefusals() {
  std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_one();
}

void HeldRefusals::Hold(Time tell_at, std::function<void()> tell) {
  std::lock_guard lock(mutex_);
  held_.push_back({tell_at, std::move(tell)});
  if (held_.size() == 1 || held_.size() > kMost) changed_.notify_one();
}

void HeldRefusals::Run() {
  std::unique_lock lock(mutex_);
  while (!over_ || !held_.empty()) {
    if (held_.empty()) {
      changed_.wait(lock);
    } else if (!over_ && held_.size() <= kMost &&
               held_.front().tell_at > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, held_.front().tell_at);
    } else {
      const std::function<void()> tell = std::move(held_.front().tell);
      held_.pop_front();
      lock.unlock();
      tell();
      lock.lock();
    }
  }
}

}  // namespace wissel::gateway
