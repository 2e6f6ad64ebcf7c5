#include "channels/contacts/store_thread.h"

#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/runtime/log.h"
#include "base/status.h"

namespace wissel::contacts {
namespace {

constexpr size_t kMostWaiting = 10'000;
constexpr size_t kMostInOneTransaction = 256;

// A connection that was lost, or a shard that another has taken over: the transaction is over, and
// whoever asked comes again, here or there, with the same request id.
bool IsLost(const absl::Status& status) {
  return absl::IsUnknown(status) || absl::IsAborted(status);
}

bool IsOfTheDatabase(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsInternal(status) || absl::IsUnknown(status);
}

}  // namespace

StoreThread::StoreThread(std::unique_ptr<Tables> tables)
    : tables_(std::move(tables)), inbox_(kMostWaiting), thread_("contacts", [this] { Run(); }) {}

void StoreThread::Close() {
  inbox_.Close();
  thread_.Join();
}

void StoreThread::Take(Job job, Hurry hurry) {
  switch (inbox_.Push(job, hurry == Hurry::kAlways ? SIZE_MAX / 2 : 0)) {
    case PushResult::kPushed:
      return;
    case PushResult::kFull:
      return job.done(
          absl::ResourceExhaustedError("the contact store is busy; try again in a second"));
    case PushResult::kClosed:
      return job.done(absl::UnavailableError("the contact store is closed"));
  }
}

void StoreThread::Run() {
  std::vector<Job> jobs;
  while (inbox_.Drain(jobs, std::nullopt)) {
    for (size_t from = 0; from < jobs.size();) {
      size_t to = from + 1;
      while (!jobs[from].alone && to < jobs.size() && to - from < kMostInOneTransaction &&
             !jobs[to].alone) {
        ++to;
      }
      absl::Status status = Transact(jobs, from, to);
      if (status.ok() && jobs[from].alone) status = tables_->files.EmptyLogs();
      for (; from < to; ++from) jobs[from].done(status);
    }
    jobs.clear();
  }
  tables_.reset();  // whoever opens the store next finds it free
}

absl::Status StoreThread::Transact(const std::vector<Job>& jobs, size_t from, size_t to) {
  Files& files = tables_->files;
  absl::Status status = files.Begin();
  const bool begun = status.ok();
  for (size_t i = from; i < to && status.ok(); ++i) status = Do(jobs[i]);
  if (status.ok()) status = files.Commit();
  if (status.ok()) return status;
  Log(LogLevel::kError, "the contact store cannot be written",
      {{"reason", std::string_view(status.message().data(), status.message().size())}});
  if (begun && !absl::IsUnavailable(status) && !IsLost(status)) std::abort();
  files.Rollback();
  return absl::UnavailableError("the contact store cannot be written; try again later");
}

// What a job has written before it is refused is taken back.
absl::Status StoreThread::Do(const Job& job) {
  sql::Database& db = tables_->files.db;
  WISSEL_RETURN_IF_ERROR(db.Do("SAVEPOINT job"));
  const absl::Status status = job.work(*tables_);
  if (IsOfTheDatabase(status)) return status;
  if (!status.ok()) WISSEL_RETURN_IF_ERROR(db.Do("ROLLBACK TO job"));
  return db.Do("RELEASE job");
}

}  // namespace wissel::contacts
