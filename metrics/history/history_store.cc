#include "metrics/history/history_store.h"

#include <deque>
#include <future>
#include <optional>
#include <utility>

#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "base/status.h"

namespace wissel::metrics {

class HistoryStore::Worker {
 public:
  explicit Worker(HistoryTables tables)
      : tables_(std::move(tables)), inbox_(SIZE_MAX / 2), thread_("history", [this] { Run(); }) {}
  ~Worker() {
    inbox_.Close();
    thread_.Join();
  }

  using Task = std::function<void(HistoryTables&)>;
  void Post(Task task) { inbox_.Push(task); }

  // On the thread.
  void Write(IntervalBatch batch) {
    unwritten_.push_back(std::move(batch));
    while (!unwritten_.empty()) {
      const absl::Status status = tables_.Add(unwritten_.front());
      // Not where it should be: the next start counts again from the journal.
      if (!status.ok() && !absl::IsAborted(status)) {
        return Warn(status);
      }
      if (!status.ok()) Warn(status);
      unwritten_.pop_front();
    }
  }

 private:
  static void Warn(const absl::Status& status) {
    Log(LogLevel::kWarning, "the history cannot be written",
        {{"reason", std::string_view(status.message().data(), status.message().size())}});
  }

  void Run() {
    std::vector<Task> tasks;
    while (inbox_.Drain(tasks, std::nullopt)) {
      for (Task& task : tasks) task(tables_);
      tasks.clear();
    }
  }

  HistoryTables tables_;
  std::deque<IntervalBatch> unwritten_;
  Inbox<Task> inbox_;
  Thread thread_;
};

absl::StatusOr<std::unique_ptr<HistoryStore>> HistoryStore::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(HistoryTables tables, HistoryTables::Open(place));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t sequence, tables.Sequence());
  return std::unique_ptr<HistoryStore>(
      new HistoryStore(std::make_unique<Worker>(std::move(tables)), sequence));
}

HistoryStore::HistoryStore(std::unique_ptr<Worker> worker, uint64_t sequence)
    : worker_(std::move(worker)), sequence_(sequence) {}
HistoryStore::~HistoryStore() = default;

absl::Status HistoryStore::BeginAfter(uint64_t sequence) {
  std::promise<absl::Status> done;
  worker_->Post([&](HistoryTables& tables) { done.set_value(tables.SetSequence(sequence)); });
  absl::Status status = done.get_future().get();
  if (status.ok()) sequence_ = sequence;
  return status;
}

void HistoryStore::Write(IntervalBatch batch) {
  worker_->Post([worker = worker_.get(), batch = std::move(batch)](HistoryTables&) mutable {
    worker->Write(std::move(batch));
  });
}

void HistoryStore::Read(std::string queue, Instant from, Instant to,
                        std::function<void(absl::StatusOr<std::vector<HistoryRow>>)> done) {
  worker_->Post([queue = std::move(queue), from, to, done = std::move(done)](
                    HistoryTables& tables) { done(tables.Read(queue, from, to)); });
}

void HistoryStore::ReadProfiles(Instant now, QuarterOfWeek quarter_of, std::string time_zone,
                                std::function<void(absl::StatusOr<Profiles>)> done) {
  worker_->Post([now, quarter_of = std::move(quarter_of), time_zone = std::move(time_zone),
                 done = std::move(done)](HistoryTables& tables) {
    done(tables.ReadProfiles(now, quarter_of, time_zone));
  });
}

}  // namespace wissel::metrics
