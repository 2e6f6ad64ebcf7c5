#include "forecasting/service/operations.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/rpc/latest_stream.h"
#include "base/runtime/worker.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using rpc::ServerStream;

constexpr size_t kMostWaiting = 20;
constexpr size_t kMostKnown = 200;
constexpr std::string_view kPrefix = "operations/";

using Stream = rpc::LatestStream<v1::Operation>;

bool HasEnded(const v1::Operation& operation) {
  return operation.state() != v1::Operation::WAITING && operation.state() != v1::Operation::RUNNING;
}

}  // namespace

class Operations::Parts : public std::enable_shared_from_this<Operations::Parts> {
 public:
  explicit Parts(std::function<Instant()> now) : now_(std::move(now)) {}

  absl::StatusOr<v1::Operation> Begin(v1::Operation::Kind kind, const std::string& user,
                                      Work work) {
    std::lock_guard lock(mutex_);
    if (stopping_) return absl::UnavailableError("the server is stopping");
    const auto task = std::make_shared<Task>();
    task->parts = this;
    task->operation.set_name(fmt::format("{}{}", kPrefix, ++last_));
    task->operation.set_kind(kind);
    task->operation.set_state(v1::Operation::WAITING);
    task->operation.set_user(user);
    WriteTimestamp(now_(), task->operation.mutable_start_time());
    Worker& worker =
        workers_.try_emplace(kind, fmt::format("plan-{}", static_cast<int>(kind)), kMostWaiting)
            .first->second;
    const bool taken =
        worker.Do([self = shared_from_this(), task, work = std::move(work)](bool goes) {
          self->Carry(*task, goes ? work : DroppedWork());
        });
    if (!taken) {
      return Refuse(absl::StatusCode::kResourceExhausted, "", "too many of its kind wait already",
                    "the same again when one has ended");
    }
    tasks_.push_back(task);
    Forget();
    return task->operation;
  }

  absl::StatusOr<v1::Operation> Get(const std::string& name) {
    std::lock_guard lock(mutex_);
    Task* const task = Find(name);
    if (task == nullptr) return NoSuchName("name", name);
    return task->operation;
  }

  v1::ListOperationsResponse List() {
    std::lock_guard lock(mutex_);
    v1::ListOperationsResponse response;
    for (auto task = tasks_.rbegin(); task != tasks_.rend(); ++task) {
      *response.add_operations() = (*task)->operation;
    }
    return response;
  }

  void Watch(const std::string& name, ServerStream<v1::Operation> to) {
    std::lock_guard lock(mutex_);
    Task* const task = Find(name);
    if (task == nullptr) return to.Finish(NoSuchName("name", name));
    const auto stream = std::make_shared<Stream>(std::move(to));
    stream->Open();
    stream->Tell(task->operation);
    if (HasEnded(task->operation)) return stream->End(absl::OkStatus());
    task->watchers.push_back(stream);
  }

  absl::StatusOr<v1::Operation> Cancel(const std::string& name) {
    std::lock_guard lock(mutex_);
    Task* const task = Find(name);
    if (task == nullptr) return NoSuchName("name", name);
    task->wanted = false;
    if (task->operation.state() == v1::Operation::WAITING) {
      task->operation.set_state(v1::Operation::CANCELLED);
      End(*task);
    }
    return task->operation;
  }

  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& task : tasks_) task->wanted = false;
    }
    for (auto& [kind, worker] : workers_) worker.Stop();
  }

 private:
  struct Task : LongRun {
    void Tell(const Progress& progress) override { parts->Show(*this, progress); }
    bool cancelled() const override { return !wanted; }

    Parts* parts = nullptr;
    std::atomic<bool> wanted = true;
    // Below: under the lock.
    v1::Operation operation;
    std::vector<std::shared_ptr<Stream>> watchers;
  };

  static Work DroppedWork() {
    return [](LongRun&) { return absl::UnavailableError("the server is stopping"); };
  }

  // On the kind's thread.
  void Carry(Task& task, const Work& work) {
    {
      std::lock_guard lock(mutex_);
      if (HasEnded(task.operation)) return;
      task.operation.set_state(v1::Operation::RUNNING);
      Publish(task);
    }
    const absl::StatusOr<std::string> result = work(task);
    std::lock_guard lock(mutex_);
    if (result.ok()) {
      task.operation.set_state(v1::Operation::DONE);
      task.operation.set_result(*result);
    } else if (task.cancelled()) {
      task.operation.set_state(v1::Operation::CANCELLED);
    } else {
      task.operation.set_state(v1::Operation::FAILED);
      task.operation.set_error_code(static_cast<int>(result.status().code()));
      task.operation.set_error(std::string(result.status().message()));
    }
    End(task);
  }

  void Show(Task& task, const Progress& progress) {
    std::lock_guard lock(mutex_);
    v1::Operation& operation = task.operation;
    operation.set_done(progress.done);
    operation.set_total(progress.total);
    if (progress.best) operation.set_best(*progress.best);
    if (progress.bound) operation.set_bound(*progress.bound);
    Publish(task);
  }

  // The rest with the lock held.
  void End(Task& task) {
    WriteTimestamp(now_(), task.operation.mutable_end_time());
    Publish(task);
    for (const auto& watcher : std::exchange(task.watchers, {})) watcher->End(absl::OkStatus());
  }

  void Publish(Task& task) {
    std::erase_if(task.watchers, [](const auto& watcher) { return watcher->closed(); });
    for (const auto& watcher : task.watchers) watcher->Tell(task.operation);
  }

  Task* Find(const std::string& name) {
    for (const auto& task : tasks_) {
      if (task->operation.name() == name) return task.get();
    }
    return nullptr;
  }

  void Forget() {
    for (auto task = tasks_.begin(); tasks_.size() > kMostKnown && task != tasks_.end();) {
      task = HasEnded((*task)->operation) ? tasks_.erase(task) : std::next(task);
    }
  }

  const std::function<Instant()> now_;
  std::mutex mutex_;
  bool stopping_ = false;
  uint64_t last_ = 0;
  std::deque<std::shared_ptr<Task>> tasks_;
  std::map<v1::Operation::Kind, Worker> workers_;
};

int ThreadsOfARun() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

Operations::Operations(std::function<Instant()> now)
    : parts_(std::make_shared<Parts>(std::move(now))) {}
Operations::~Operations() { Stop(); }

void Operations::Stop() { parts_->Stop(); }

absl::StatusOr<v1::Operation> Operations::Begin(v1::Operation::Kind kind, const std::string& user,
                                                Work work) {
  return parts_->Begin(kind, user, std::move(work));
}

void Operations::Register(rpc::MethodTable& table) {
  const Access access = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  const auto parts = parts_;
  table.Unary<v1::GetOperationRequest, v1::Operation>(
      "wissel.v1.OperationService.GetOperation", access,
      [parts](const Context&, const v1::GetOperationRequest& request, Reply<v1::Operation> reply) {
        reply(parts->Get(request.name()));
      });
  table.Unary<v1::ListOperationsRequest, v1::ListOperationsResponse>(
      "wissel.v1.OperationService.ListOperations", access,
      [parts](const Context&, const v1::ListOperationsRequest&,
              Reply<v1::ListOperationsResponse> reply) { reply(parts->List()); });
  table.ServerStreaming<v1::GetOperationRequest, v1::Operation>(
      "wissel.v1.OperationService.WatchOperation", access,
      [parts](const Context&, const v1::GetOperationRequest& request,
              ServerStream<v1::Operation> stream) {
        parts->Watch(request.name(), std::move(stream));
      });
  table.Unary<v1::CancelOperationRequest, v1::Operation>(
      "wissel.v1.OperationService.CancelOperation", Access::Of({Role::kPlanner, Role::kAdmin}),
      [parts](const Context&, const v1::CancelOperationRequest& request,
              Reply<v1::Operation> reply) { reply(parts->Cancel(request.name())); });
}

}  // namespace wissel::forecasting
