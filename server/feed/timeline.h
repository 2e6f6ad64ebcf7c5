// The file's time beside the real one: it runs `speed` times as fast.
#pragma once

#include <chrono>

#include "server/feed/event_loop.h"

namespace wissel::feed {

class Timeline {
 public:
  Timeline(double begin, double speed)
      : real_begin_(EventLoop::Clock::now()), begin_(begin), speed_(speed) {}

  double now() const {
    const std::chrono::duration<double> real = EventLoop::Clock::now() - real_begin_;
    return begin_ + real.count() * speed_;
  }
  EventLoop::Clock::time_point RealTimeOf(double file_time) const {
    const std::chrono::duration<double> real((file_time - begin_) / speed_);
    return real_begin_ + std::chrono::duration_cast<EventLoop::Clock::duration>(real);
  }
  // How long a span of the file's time takes.
  std::chrono::duration<double> RealSpan(double file_seconds) const {
    return std::chrono::duration<double>(file_seconds / speed_);
  }
  double speed() const { return speed_; }

 private:
  EventLoop::Clock::time_point real_begin_;
  double begin_;
  double speed_;
};

}  // namespace wissel::feed
