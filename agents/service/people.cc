#include "agents/service/people.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/sql/database.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS people (agent TEXT PRIMARY KEY, display_name TEXT NOT NULL,"
    " phone TEXT NOT NULL DEFAULT '') WITHOUT ROWID;";
constexpr const char* kAll = "SELECT agent, display_name, phone FROM people";

absl::Status Failure(const absl::Status& status) {
  return Refuse(
      absl::StatusCode::kUnavailable, "",
      fmt::format("the people directory cannot be used: {}", std::string(status.message())));
}

// Files made before agents had phones have no column for them; in such a file this fails.
absl::Status AddPhones(sql::Database& database) {
  if (database.Ask(kAll).ok()) return absl::OkStatus();
  return database.Do("ALTER TABLE people ADD COLUMN phone TEXT NOT NULL DEFAULT ''");
}

}  // namespace

class People::Worker {
 public:
  using Persons = std::map<std::string, Person, std::less<>>;

  Worker(sql::Database database, Persons persons)
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
        database_.Do("INSERT INTO people (agent, display_name, phone) "
                     " VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT))"
                     " ON CONFLICT (agent) DO UPDATE SET display_name = excluded.display_name,"
                     " phone = excluded.phone",
                     agent, person.display_name, person.phone));
    {
      std::unique_lock lock(persons_mutex_);
      persons_[agent] = person;
    }
    return before.empty() ? absl::OkStatus() : EmptyLog();
  }

  absl::Status Erase(const std::string& agent) {
    if (Get(agent).empty()) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(
        database_.Do("DELETE FROM people WHERE agent = CAST(?1 AS TEXT)", agent));
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

  // A deleted name may not be found in what is on the disk.
  absl::Status EmptyLog() { return database_.Forget("people"); }

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      const absl::Status changed = job.change();
      job.done(changed.ok() ? changed : Failure(changed));
      job = Job();
      lock.lock();
    }
  }

  sql::Database database_;  // of the thread
  mutable std::shared_mutex persons_mutex_;
  Persons persons_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<People>> People::Open(const sql::Place& place) {
  Worker::Persons persons;
  const auto open = [&]() -> absl::StatusOr<sql::Database> {
    WISSEL_ASSIGN_OR_RETURN(sql::Database database, sql::Database::Open(place, kSchema));
    WISSEL_RETURN_IF_ERROR(AddPhones(database));
    WISSEL_ASSIGN_OR_RETURN(sql::Query rows, database.Ask(kAll));
    while (true) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, rows.Next());
      if (!more) break;
      persons[rows.Text(0)] = Person{rows.Text(1), rows.Text(2)};
    }
    return database;
  };
  absl::StatusOr<sql::Database> database = open();
  if (!database.ok()) return Failure(database.status());
  return std::unique_ptr<People>(
      new People(std::make_unique<Worker>(*std::move(database), std::move(persons))));
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
