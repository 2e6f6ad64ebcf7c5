#include "agents/service/people.h"

#include <sqlite3.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

// A deleted name may not be found in the file (secure_delete) nor in the log beside it, which is
// emptied after each erasure.
constexpr const char* kPrepare =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=ON;"
    "CREATE TABLE IF NOT EXISTS people (agent TEXT PRIMARY KEY, display_name TEXT NOT NULL,"
    " phone TEXT NOT NULL DEFAULT '') WITHOUT ROWID;";
// Of files made before agents had phones.
constexpr const char* kAddPhone = "ALTER TABLE people ADD COLUMN phone TEXT NOT NULL DEFAULT ''";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

absl::Status Error(sqlite3* database, std::string_view what) {
  return Refuse(absl::StatusCode::kUnavailable, "",
                fmt::format("the people directory cannot {}: {}", what, sqlite3_errmsg(database)));
}

// One statement with texts for its parameters; `row` sees each row.
absl::Status Execute(sqlite3* database, const char* sql, const std::vector<std::string>& texts,
                     const std::function<void(sqlite3_stmt*)>& row = {}) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) {
    return Error(database, "be used");
  }
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> finalized(statement, sqlite3_finalize);
  for (size_t i = 0; i < texts.size(); ++i) {
    sqlite3_bind_text(statement, static_cast<int>(i + 1), texts[i].data(),
                      static_cast<int>(texts[i].size()), SQLITE_STATIC);
  }
  int result = sqlite3_step(statement);
  for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
    if (row) row(statement);
  }
  return result == SQLITE_DONE ? absl::OkStatus() : Error(database, "be written");
}

std::string Column(sqlite3_stmt* statement, int column) {
  return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
          static_cast<size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

class People::Worker {
 public:
  using Persons = std::map<std::string, Person, std::less<>>;

  Worker(Database database, Persons persons)
      : database_(std::move(database)), persons_(std::move(persons)), thread_([this] { Run(); }) {}

  ~Worker() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Person Get(std::string_view agent) const {
    std::shared_lock lock(persons_mutex_);
    auto it = persons_.find(agent);
    return it == persons_.end() ? Person() : it->second;
  }

  void Post(std::function<absl::Status()> change, Done done) {
    {
      std::lock_guard lock(mutex_);
      jobs_.push_back({std::move(change), std::move(done)});
    }
    wake_.notify_one();
  }

  // The rest runs on the worker's thread.
  absl::Status Set(const std::string& agent, const Person& person) {
    const Person before = Get(agent);
    if (before == person) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(
        Execute(database_.get(),
                "INSERT OR REPLACE INTO people (agent, display_name, phone) VALUES (?1, ?2, ?3)",
                {agent, person.display_name, person.phone}));
    {
      std::unique_lock lock(persons_mutex_);
      persons_[agent] = person;
    }
    return before.empty() ? absl::OkStatus() : EmptyLog();
  }

  absl::Status Erase(const std::string& agent) {
    if (Get(agent).empty()) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(
        Execute(database_.get(), "DELETE FROM people WHERE agent = ?1", {agent}));
    {
      std::unique_lock lock(persons_mutex_);
      persons_.erase(agent);
    }
    return EmptyLog();
  }

  absl::Status KeepOnly(const std::set<std::string>& agents) {
    std::vector<std::string> gone;
    for (const auto& [agent, person] : persons_) {
      if (!agents.contains(agent)) gone.push_back(agent);
    }
    for (const std::string& agent : gone) WISSEL_RETURN_IF_ERROR(Erase(agent));
    return absl::OkStatus();
  }

 private:
  struct Job {
    std::function<absl::Status()> change;
    Done done;
  };

  absl::Status EmptyLog() {
    return Execute(database_.get(), "PRAGMA wal_checkpoint(TRUNCATE)", {});
  }

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job.done(job.change());
      job = Job();
      lock.lock();
    }
  }

  const Database database_;
  mutable std::shared_mutex persons_mutex_;
  Persons persons_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<People>> People::Open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (opened != SQLITE_OK) return Error(raw, fmt::format("be opened at {}", path));
  if (sqlite3_exec(raw, kPrepare, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Error(raw, fmt::format("be opened at {}", path));
  }
  if (!Execute(raw, "SELECT phone FROM people LIMIT 0", {}).ok()) {
    WISSEL_RETURN_IF_ERROR(Execute(raw, kAddPhone, {}));
  }
  Worker::Persons persons;
  WISSEL_RETURN_IF_ERROR(
      Execute(raw, "SELECT agent, display_name, phone FROM people", {}, [&](sqlite3_stmt* row) {
        persons[Column(row, 0)] = Person{Column(row, 1), Column(row, 2)};
      }));
  return std::unique_ptr<People>(
      new People(std::make_unique<Worker>(std::move(database), std::move(persons))));
}

People::People(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
People::~People() = default;

Person People::Get(std::string_view agent) const { return worker_->Get(agent); }

void People::Set(std::string agent, Person person, Done done) {
  if (person.empty()) return Erase(std::move(agent), std::move(done));
  worker_->Post([worker = worker_.get(), agent = std::move(agent),
                 person = std::move(person)] { return worker->Set(agent, person); },
                std::move(done));
}

void People::Erase(std::string agent, Done done) {
  worker_->Post([worker = worker_.get(), agent = std::move(agent)] { return worker->Erase(agent); },
                std::move(done));
}

void People::KeepOnly(std::set<std::string> agents, Done done) {
  worker_->Post(
      [worker = worker_.get(), agents = std::move(agents)] { return worker->KeepOnly(agents); },
      std::move(done));
}

}  // namespace wissel
