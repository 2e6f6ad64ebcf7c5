// A real PostgreSQL of a test's own: Debian's postgresql-15, which `./dev setup --tests` unpacks
// and never installs, with its data in a temporary folder and a socket there, gone when the test
// ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/sql/postgres.h"

namespace wissel::testing {

class PostgresCluster {
 public:
  // NOT_FOUND: the program is not there.
  static absl::StatusOr<std::unique_ptr<PostgresCluster>> Start();
  ~PostgresCluster();

  // Of the database "postgres", over the socket.
  PostgresOptions Options(const std::string& schema) const;

  // Where the server keeps its tables.
  std::string tables() const { return folder_ + "/data/base"; }

  // As a power cut of the database would: kill -9 of all its processes.
  void Kill();
  // Again on the same data; returns when it answers.
  absl::Status StartAgain();
  // The whole database stands still, or goes on.
  void Pause();
  void Resume();

 private:
  explicit PostgresCluster(std::string folder) : folder_(std::move(folder)) {}
  absl::Status OpenNotices();
  absl::Status MakeData();
  absl::Status Launch();
  // Until the server says that it is ready, as it would to systemd (sd_notify(3)).
  absl::Status AwaitReady();
  void Signal(int signal);

  std::string folder_;
  int notices_ = -1;   // where the server says so
  pid_t server_ = -1;  // leads a process group of its own
};

// One for all tests of a program, started when it is first asked for. Null, and the test is
// skipped, where PostgreSQL is not there.
PostgresCluster* SharedPostgres();

}  // namespace wissel::testing
