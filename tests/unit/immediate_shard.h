// A shard for tests: decides each command at once, on a clock that the test moves. Nothing is
// journalled; what is decided counts as durable.
//
// Thread-safe: whoever comes while another thread is at work leaves the work to that thread, and so
// does a callback that calls back.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/time.h"
#include "router/core/engine.h"
#include "router/service/shard.h"

namespace wissel {

class ImmediateShard : public Shard {
 public:
  explicit ImmediateShard(Instant start, EngineOptions options = {})
      : engine_(options), now_ms_(start.millis()) {}

  void Submit(Command command, Done done) override {
    if (stopped_) return done(absl::UnavailableError("stopped"), engine_);
    Run([this, command = std::move(command), done = std::move(done)] {
      std::vector<Event> events;
      const auto outcome = engine_.Decide(command, now(), events);
      Publish(std::move(events));
      done(outcome, engine_);
    });
  }

  bool Read(std::function<void(const Engine&)> read) override {
    if (stopped_) return false;
    Run([this, read = std::move(read)] { read(engine_); });
    return true;
  }

  void AddObserver(Observer observer) override { observers_.push_back(std::move(observer)); }

  std::shared_ptr<const Directory> directory() const override {
    std::lock_guard lock(mutex_);
    return directory_;
  }
  uint64_t last_sequence() const override { return last_sequence_; }
  Instant now() const override { return Instant::FromMillis(now_ms_); }

  // Moves the clock, firing each timer at its own time.
  void Advance(Duration by) {
    const Instant target = now() + by;
    Run([this, target] {
      for (auto next = engine_.NextTimer(); next && *next <= target; next = engine_.NextTimer()) {
        if (*next > now()) now_ms_ = next->millis();
        WakeNow();
      }
      now_ms_ = target.millis();
      WakeNow();
    });
  }

  void Stop() { stopped_ = true; }
  const Engine& engine() const { return engine_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  void Run(std::function<void()> task) {
    std::unique_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    if (running_) return;
    running_ = true;
    while (!tasks_.empty()) {
      std::function<void()> next = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      next();
      next = nullptr;
      lock.lock();
    }
    running_ = false;
  }

  void WakeNow() {
    std::vector<Event> events;
    engine_.Wake(now(), events);
    Publish(std::move(events));
  }

  void Publish(std::vector<Event> events) {
    if (events.empty()) return;
    {
      std::lock_guard lock(mutex_);
      if (directory_->revision != engine_.directory().revision) {
        directory_ = std::make_shared<const Directory>(engine_.directory());
      }
    }
    const CommittedBatch batch = {last_sequence_ + 1, events};
    last_sequence_ = batch.last_sequence();
    for (const Observer& observer : observers_) observer(batch, engine_);
    events_.insert(events_.end(), events.begin(), events.end());
  }

  Engine engine_;
  std::vector<Observer> observers_;
  std::vector<Event> events_;
  std::atomic<int64_t> now_ms_;
  std::atomic<uint64_t> last_sequence_ = 0;
  std::atomic<bool> stopped_ = false;

  mutable std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  bool running_ = false;
  std::shared_ptr<const Directory> directory_ = std::make_shared<const Directory>();
};

}  // namespace wissel
