#include "base/runtime/thread.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace wissel {
namespace {

std::thread StartWithoutSignals(std::string name, std::function<void()> body) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the new thread
  std::thread thread([name = name.substr(0, 15), body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.c_str());
    body();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

Thread::Thread(std::string name, std::function<void()> body)
    : thread_(StartWithoutSignals(std::move(name), std::move(body))) {}

Thread::~Thread() { Join(); }

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

Ticker::Ticker(std::string name, Duration period, std::function<void()> tick)
    : thread_(std::move(name), [this, period, tick = std::move(tick)] { Run(period, tick); }) {}

Ticker::~Ticker() { Stop(); }

void Ticker::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_asked_.notify_one();
  }
  thread_.Join();
}

void Ticker::Run(Duration period, const std::function<void()>& tick) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(period.millis());
    if (stop_asked_.wait_until(lock, next, [this] { return stopping_; })) return;
    lock.unlock();
    tick();
    lock.lock();
  }
}

void LowerPriorityOfThisThread() {
  // On Linux a priority belongs to the thread.
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
}

}  // namespace wissel
