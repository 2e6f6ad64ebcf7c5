#include "base/runtime/task_thread.h"

#include <cstdint>
#include <utility>

namespace wissel {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kAlways = SIZE_MAX / 2;

}  // namespace

TaskThread::TaskThread(std::string name, size_t most_waiting)
    : name_(std::move(name)), inbox_(std::make_shared<Inbox<Task>>(most_waiting)) {}

TaskThread::~TaskThread() { Stop(); }

void TaskThread::Start(std::function<std::optional<Duration>()> due) {
  due_ = std::move(due);
  thread_.emplace(name_, [this] { Run(); });
}

void TaskThread::Stop() {
  inbox_->Close();
  if (thread_) thread_->Join();
}

absl::Status TaskThread::Ask(Task task) {
  switch (inbox_->Push(task)) {
    case PushResult::kPushed:
      return absl::OkStatus();
    case PushResult::kFull:
      return absl::ResourceExhaustedError(name_ + ": too many wait; try again in a second");
    case PushResult::kClosed:
      break;
  }
  return absl::UnavailableError("the server is stopping");
}

bool TaskThread::Post(Task task) { return inbox_->Push(task, kAlways) == PushResult::kPushed; }

std::function<void(TaskThread::Task)> TaskThread::poster() const {
  return [inbox = inbox_](Task task) { inbox->Push(task, kAlways); };
}

bool TaskThread::Settle() {
  std::promise<void> done;
  if (!Post([&] { settled_.push_back(&done); })) return false;
  done.get_future().wait();
  return true;
}

void TaskThread::Run() {
  std::vector<Task> tasks;
  std::optional<Steady::time_point> wake;
  while (inbox_->Drain(tasks, wake)) {
    for (const Task& task : tasks) task();
    tasks.clear();
    const std::optional<Duration> soon = due_();
    wake.reset();
    if (soon) wake = Steady::now() + std::chrono::milliseconds(soon->millis());
    for (std::promise<void>* settled : std::exchange(settled_, {})) settled->set_value();
  }
}

}  // namespace wissel
