// Who has been erased: a text file that only grows, one line each, which outlives a backup that is
// put back. It says nothing of the person but that their name ("customers/{id}") stands for nobody
// any more. Not thread-safe.
//
//   2026-11-26T13:05:00Z customers/q83vEjRWeJC6mHZUMhCvzQ users/root
//
// Whoever has the ledger has the folder: it is locked while it is open. Where stores are shared
// between machines, the ledger is a table beside them too, and each machine's file is one more copy
// that outlives a database that is put back: what one of the two lacks is added to it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "base/time.h"

namespace wissel::contacts {

class ErasureLedger {
 public:
  // Empty path: in memory. FAILED_PRECONDITION: another process has it. DATA_LOSS: a line is none;
  // a last line that was cut off has never counted.
  static absl::StatusOr<ErasureLedger> Open(const std::string& path,
                                            const std::optional<sql::Place>& shared = std::nullopt);
  ErasureLedger(ErasureLedger&& other) noexcept;
  ErasureLedger& operator=(ErasureLedger&&) = delete;
  ~ErasureLedger();

  bool Has(std::string_view customer) const { return erased_.contains(customer); }
  const std::set<std::string, std::less<>>& erased() const { return erased_; }

  // Durable when it returns. UNAVAILABLE: nothing was written. A failed sync stops the process.
  absl::Status Add(const std::vector<std::string>& customers, std::string_view user, Instant at);

 private:
  ErasureLedger() = default;
  absl::Status OpenFile(const std::string& path);
  absl::Status Read(const std::string& path);
  absl::Status Share(const sql::Place& place);
  absl::Status AddToFile(const std::string& lines);
  absl::Status AddToTable(const std::vector<std::string>& customers, std::string_view user,
                          Instant at);

  int file_ = -1;                    // -1: in memory
  std::optional<sql::Database> db_;  // where stores are shared
  std::set<std::string, std::less<>> erased_;
};

}  // namespace wissel::contacts
