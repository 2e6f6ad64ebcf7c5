// A search in a thread of its own, with somebody at the door who keeps the best so far, tells how
// it goes, and does not wait for CBC when time is up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "forecasting/scheduling/search.h"
#include "server/schedule/stop_signal.h"

namespace wissel::schedule {

struct Standing {
  std::optional<double> best;
  std::optional<double> bound;
  double seconds = 0;

  bool operator==(const Standing&) const = default;
};

template <class Solution>
struct SearchOutcome {
  scheduling::SearchEnd end = scheduling::SearchEnd::kNothing;
  std::optional<Solution> best;
  Standing standing;
  // The search goes on in its thread and cannot be waited for: end the process by std::_Exit.
  bool left_running = false;
};

// `search` is given a watch and answers how it ended. `tell` hears of each change, in this thread.
// What the search needs must outlive the process when it is left running.
template <class Solution>
SearchOutcome<Solution> RunSearch(
    double seconds,
    std::function<scheduling::SearchEnd(const scheduling::SearchWatch<Solution>&)> search,
    const std::function<void(const Standing&)>& tell) {
  // A search that stops at its limit by itself is given this long to do so.
  constexpr double kGrace = 2;
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    SearchOutcome<Solution> outcome;
    bool done = false;
    std::atomic<bool> stop = false;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread worker([shared, search = std::move(search)] {
    scheduling::SearchWatch<Solution> watch;
    watch.on_better = [&](const Solution& solution, double cost) {
      const std::lock_guard lock(shared->mutex);
      auto& standing = shared->outcome.standing;
      if (standing.best && cost >= *standing.best) return;
      standing.best = cost;
      shared->outcome.best = solution;
      shared->changed.notify_one();
    };
    watch.on_bound = [&](double bound) {
      const std::lock_guard lock(shared->mutex);
      auto& standing = shared->outcome.standing;
      if (standing.bound && bound <= *standing.bound) return;
      standing.bound = bound;
      shared->changed.notify_one();
    };
    watch.should_stop = [&] { return shared->stop.load(); };
    const scheduling::SearchEnd end = search(watch);
    const std::lock_guard lock(shared->mutex);
    shared->outcome.end = end;
    shared->done = true;
    shared->changed.notify_one();
  });
  const scheduling::Clock clock;
  std::optional<double> stop_at;
  Standing told;
  std::unique_lock lock(shared->mutex);
  while (!shared->done) {
    shared->changed.wait_for(lock, std::chrono::milliseconds(50));
    Standing now = shared->outcome.standing;
    if (now.best != told.best || now.bound != told.bound) {
      told = now;
      now.seconds = clock.seconds();
      lock.unlock();
      tell(now);
      lock.lock();
    }
    if (!stop_at && (StopAsked() || clock.seconds() >= seconds)) {
      shared->stop = true;
      stop_at = clock.seconds() + kGrace;
    }
    if (stop_at && clock.seconds() >= *stop_at && !shared->done) break;
  }
  SearchOutcome<Solution> outcome = shared->outcome;
  outcome.left_running = !shared->done;
  outcome.standing.seconds = clock.seconds();
  lock.unlock();
  if (!outcome.left_running) {
    worker.join();
    return outcome;
  }
  worker.detach();
  outcome.end = outcome.best ? scheduling::SearchEnd::kStopped : scheduling::SearchEnd::kNothing;
  return outcome;
}

}  // namespace wissel::schedule
