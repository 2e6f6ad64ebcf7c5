// Another program, for as long as this object lives: started, listened to, ended.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::benchmark {

class ChildProcess {
 public:
  // `words[0]` is the program. Its standard output is read here; what it reports as an error goes
  // where ours goes.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const std::vector<std::string>& words);
  // SIGTERM, and until it has gone.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line that it prints, without its end; an error when there will be none.
  absl::StatusOr<std::string> ReadLine();

 private:
  ChildProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  const pid_t pid_;
  const int output_;
};

}  // namespace wissel::benchmark
