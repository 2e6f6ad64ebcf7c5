// The threads of a process, each with a name that shows in top and gdb. They take no signals: those
// go to whoever runs main.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"

namespace wissel {

// Runs `body` until it returns; joined at the latest by the destructor, which must not run on the
// thread itself.
class Thread {
 public:
  // At most 15 characters of `name` are kept by the system.
  Thread(std::string name, std::function<void()> body);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void Join();

 private:
  std::thread thread_;
};

// Calls `tick` every `period` on a thread of its own, the first time after one period. A late tick
// is not made up for. Stop (or the destructor) waits for a tick under way and is not for the tick
// itself to call.
class Ticker {
 public:
  Ticker(std::string name, Duration period, std::function<void()> tick);
  ~Ticker();

  void Stop();

 private:
  void Run(Duration period, const std::function<void()>& tick);

  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
  Thread thread_;
};

// The calling thread gives way to the others of the process.
void LowerPriorityOfThisThread();

}  // namespace wissel
