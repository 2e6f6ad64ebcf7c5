// The thread of the contact store: takes jobs, does them in transactions of many, and answers when
// they are durable. Each job is done as a whole or leaves nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/runtime/inbox.h"
#include "base/runtime/thread.h"
#include "channels/contacts/tables.h"

namespace wissel::contacts {

class StoreThread {
 public:
  explicit StoreThread(std::unique_ptr<Tables> tables);
  ~StoreThread() { Close(); }

  // Changes that follow from what the engine has done are not turned away by a full inbox.
  enum class Hurry { kNo, kAlways };

  // `work` may be run twice, the first time in vain. Its status UNAVAILABLE or INTERNAL is the
  // database's, of the transaction as a whole; any other is the answer.
  template <class T>
  void Ask(std::function<absl::StatusOr<T>(Tables&)> work,
           std::function<void(absl::StatusOr<T>)> done, Hurry hurry = Hurry::kNo) {
    Take(JobOf<T>(std::move(work), std::move(done)), hurry);
  }

  // In a transaction of its own, after which nothing that was overwritten is left in the files.
  template <class T>
  void AskAlone(std::function<absl::StatusOr<T>(Tables&)> work,
                std::function<void(absl::StatusOr<T>)> done) {
    Job job = JobOf<T>(std::move(work), std::move(done));
    job.alone = true;
    Take(std::move(job), Hurry::kAlways);
  }

  // Does what was asked before; what is asked later is UNAVAILABLE.
  void Close();

 private:
  struct Job {
    std::function<absl::Status(Tables&)> work;
    // With OK when it is durable, or was refused by its own work.
    std::function<void(const absl::Status&)> done;
    bool alone = false;
  };

  template <class T>
  static Job JobOf(std::function<absl::StatusOr<T>(Tables&)> work,
                   std::function<void(absl::StatusOr<T>)> done) {
    auto answer = std::make_shared<absl::StatusOr<T>>(absl::UnknownError("not asked"));
    return {[work = std::move(work), answer](Tables& tables) {
              *answer = work(tables);
              return answer->status();
            },
            [answer, done = std::move(done)](const absl::Status& status) {
              done(status.ok() ? std::move(*answer) : absl::StatusOr<T>(status));
            }};
  }

  void Take(Job job, Hurry hurry);
  void Run();
  // Jobs from..to in one transaction.
  absl::Status Transact(const std::vector<Job>& jobs, size_t from, size_t to);
  absl::Status Do(const Job& job);

  std::unique_ptr<Tables> tables_;
  Inbox<Job> inbox_;
  Thread thread_;
};

}  // namespace wissel::contacts
