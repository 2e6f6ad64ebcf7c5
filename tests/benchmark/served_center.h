// A `wissel serve` of its own, on loopback, with its journal on the disk, for as long as this
// object lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/benchmark/child_process.h"

namespace wissel::benchmark {

// The last word of the first line that a server prints: its gRPC address.
absl::StatusOr<std::string> AddressAtEnd(ChildProcess& process);

class ServedCenter {
 public:
  // `folder` is made anew; `center` is a configuration file's text. `before`: words before the
  // program's, as of taskset.
  static absl::StatusOr<std::unique_ptr<ServedCenter>> Start(
      const std::string& folder, const std::string& center,
      const std::vector<std::string>& before = {});

  const std::string& address() const { return address_; }
  // Of the role `integration`, which may act for every agent.
  const std::string& token() const { return token_; }
  // Processor time that it has used, of all its threads, in seconds.
  double CpuSeconds() const;

 private:
  ServedCenter() = default;

  std::unique_ptr<ChildProcess> process_;
  std::string address_;
  std::string token_;
};

}  // namespace wissel::benchmark
