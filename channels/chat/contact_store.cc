#include "channels/chat/contact_store.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "channels/chat/contact_tables.h"

namespace wissel::chat {
namespace {

constexpr size_t kMostWaiting = 10'000;
// Changes that follow from what the engine has done are not turned away.
constexpr size_t kAlways = SIZE_MAX / 2;
constexpr size_t kMostInOneTransaction = 256;

}  // namespace

class ContactStore::Worker {
 public:
  // One thing to do in a transaction, and what to say when its outcome is durable, or was not
  // reached.
  struct Job {
    std::function<absl::Status(ContactTables&)> work;
    std::function<void(const absl::Status&)> done;
  };

  explicit Worker(ContactTables tables)
      : tables_(std::move(tables)), inbox_(kMostWaiting), thread_("contacts", [this] { Run(); }) {}
  ~Worker() { Close(); }

  void Close() {
    inbox_.Close();
    thread_.Join();
  }

  // `work` gives a StatusOr<StatusOr<T>>: SQLite's failure, or the answer or refusal.
  template <class T, class Work>
  void Ask(Work work, Done<T> done, size_t beyond = 0) {
    auto answer = std::make_shared<absl::StatusOr<T>>(absl::UnknownError("not asked"));
    Job job{[work = std::move(work), answer](ContactTables& tables) -> absl::Status {
              absl::StatusOr<absl::StatusOr<T>> result = work(tables);
              if (!result.ok()) return result.status();
              *answer = *std::move(result);
              return absl::OkStatus();
            },
            [answer, done = std::move(done)](const absl::Status& status) {
              done(status.ok() ? std::move(*answer) : absl::StatusOr<T>(status));
            }};
    switch (inbox_.Push(job, beyond)) {
      case PushResult::kPushed:
        return;
      case PushResult::kFull:
        return job.done(
            absl::ResourceExhaustedError("the contact store is busy; try again in a second"));
      case PushResult::kClosed:
        return job.done(absl::UnavailableError("the contact store is closed"));
    }
  }

 private:
  void Run() {
    std::vector<Job> jobs;
    while (inbox_.Drain(jobs, std::nullopt)) {
      for (size_t from = 0; from < jobs.size(); from += kMostInOneTransaction) {
        const size_t to = std::min(jobs.size(), from + kMostInOneTransaction);
        const absl::Status status = Transact(jobs, from, to);
        for (size_t i = from; i < to; ++i) jobs[i].done(status);
      }
      jobs.clear();
    }
  }

  absl::Status Transact(const std::vector<Job>& jobs, size_t from, size_t to) {
    absl::Status status = tables_.Begin();
    const bool begun = status.ok();
    for (size_t i = from; i < to && status.ok(); ++i) status = jobs[i].work(tables_);
    if (status.ok()) status = tables_.Commit();
    if (status.ok()) return status;
    Log(LogLevel::kError, "the contact store cannot be written",
        {{"reason", std::string_view(status.message().data(), status.message().size())}});
    if (begun && !absl::IsUnavailable(status)) std::abort();
    tables_.Rollback();
    return absl::UnavailableError("the contact store cannot be written; try again later");
  }

  ContactTables tables_;
  Inbox<Job> inbox_;
  Thread thread_;
};

absl::StatusOr<std::unique_ptr<ContactStore>> ContactStore::Open(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(ContactTables tables, ContactTables::Open(path));
  return std::unique_ptr<ContactStore>(
      new ContactStore(std::make_unique<Worker>(std::move(tables))));
}

ContactStore::ContactStore(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
ContactStore::~ContactStore() = default;

namespace {

// Of something that answers with nothing but its success.
absl::StatusOr<absl::StatusOr<bool>> Succeeded(const absl::Status& status) {
  if (!status.ok()) return status;
  return absl::StatusOr<bool>(true);
}

// Of something that is never refused.
template <class T>
absl::StatusOr<absl::StatusOr<T>> Found(absl::StatusOr<T> found) {
  if (!found.ok()) return std::move(found).status();
  return absl::StatusOr<T>(*std::move(found));
}

}  // namespace

void ContactStore::Start(NewChat chat, Done<Started> done) {
  worker_->Ask<Started>(
      [chat = std::move(chat)](ContactTables& tables) { return tables.Start(chat); },
      std::move(done));
}

void ContactStore::SetItem(std::string chat, ItemId item) {
  worker_->Ask<bool>([chat = std::move(chat), item](
                         ContactTables& tables) { return Succeeded(tables.SetItem(chat, item)); },
                     [](const absl::StatusOr<bool>&) {}, kAlways);
}

void ContactStore::Forget(std::string chat, Done<bool> done) {
  worker_->Ask<bool>(
      [chat = std::move(chat)](ContactTables& tables) { return Succeeded(tables.Forget(chat)); },
      std::move(done), kAlways);
}

void ContactStore::Append(NewMessage message, Done<Appended> done) {
  worker_->Ask<Appended>(
      [message = std::move(message)](ContactTables& tables) { return tables.Append(message); },
      std::move(done));
}

void ContactStore::End(std::string chat, Instant at, std::string agent, Done<bool> done) {
  worker_->Ask<bool>([chat = std::move(chat), at, agent = std::move(agent)](
                         ContactTables& tables) { return Succeeded(tables.End(chat, at, agent)); },
                     std::move(done), kAlways);
}

void ContactStore::Load(std::string chat, Done<std::optional<Chat>> done) {
  worker_->Ask<std::optional<Chat>>(
      [chat = std::move(chat)](ContactTables& tables) { return Found(tables.Load(chat)); },
      std::move(done));
}

void ContactStore::LoadOfItem(ItemId item, Done<std::optional<Chat>> done) {
  worker_->Ask<std::optional<Chat>>(
      [item](ContactTables& tables) { return Found(tables.LoadOfItem(item)); }, std::move(done));
}

void ContactStore::LoadLive(Done<std::vector<Chat>> done) {
  worker_->Ask<std::vector<Chat>>([](ContactTables& tables) { return Found(tables.LoadLive()); },
                                  std::move(done), kAlways);
}

void ContactStore::RecordRead(std::string user, std::string chat, Instant at, Done<bool> done) {
  worker_->Ask<bool>(
      [user = std::move(user), chat = std::move(chat), at](ContactTables& tables) {
        return Succeeded(tables.RecordRead(user, chat, at));
      },
      std::move(done));
}

void ContactStore::Close() { worker_->Close(); }

}  // namespace wissel::chat
