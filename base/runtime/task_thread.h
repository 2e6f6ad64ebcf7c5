// The one thread of a room: what is asked of the room and what is due there, one after the other,
// so that its state needs no lock.
//
// Thread-safe; Start once. What was given before Stop is still done. Stop must not be called on the
// thread itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/runtime/inbox.h"
#include "base/runtime/thread.h"
#include "base/time.h"

namespace wissel {

class TaskThread {
 public:
  using Task = std::function<void()>;

  // `name` is the thread's; at most `most_waiting` tasks of those who ask may wait.
  TaskThread(std::string name, size_t most_waiting);
  ~TaskThread();

  // Tasks given before are done then. After each round of tasks `due` does what is due and says how
  // soon it wants to be called again; none: not before the next task.
  void Start(std::function<std::optional<Duration>()> due);
  void Stop();

  // Of those who can be turned away: RESOURCE_EXHAUSTED when too many wait, UNAVAILABLE after Stop.
  absl::Status Ask(Task task);
  // Of those whose task must not be lost: answers of other threads. False after Stop.
  bool Post(Task task);
  // The same, for whoever may outlive this.
  std::function<void(Task)> poster() const;

  // Waits until what was given before is done, and `due` after it; false after Stop.
  bool Settle();

 private:
  void Run();

  const std::string name_;
  const std::shared_ptr<Inbox<Task>> inbox_;
  std::function<std::optional<Duration>()> due_;
  std::vector<std::promise<void>*> settled_;  // of the thread
  std::optional<Thread> thread_;
};

}  // namespace wissel
