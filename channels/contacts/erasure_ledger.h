// Who has been erased: a text file that only grows, one line each, which outlives a backup that is
// put back. It says nothing of the person but that their name ("customers/{id}") stands for nobody
// any more. Not thread-safe.
//
//   2026-11-26T13:05:00Z customers/q83vEjRWeJC6mHZUMhCvzQ users/root
//
// Whoever has the ledger has the folder: it is locked while it is open.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel::contacts {

class ErasureLedger {
 public:
  // Empty path: in memory. FAILED_PRECONDITION: another process has it. DATA_LOSS: a line is none;
  // a last line that was cut off has never counted.
  static absl::StatusOr<ErasureLedger> Open(const std::string& path);
  ErasureLedger(ErasureLedger&& other) noexcept;
  ErasureLedger& operator=(ErasureLedger&&) = delete;
  ~ErasureLedger();

  bool Has(std::string_view customer) const { return erased_.contains(customer); }
  const std::set<std::string, std::less<>>& erased() const { return erased_; }

  // Durable when it returns. UNAVAILABLE: nothing was written. A failed sync stops the process.
  absl::Status Add(const std::vector<std::string>& customers, std::string_view user, Instant at);

 private:
  ErasureLedger() = default;
  absl::Status Read(const std::string& path);

  int file_ = -1;  // -1: in memory
  std::set<std::string, std::less<>> erased_;
};

}  // namespace wissel::contacts
