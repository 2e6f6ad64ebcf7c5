// A SQLite file of work that the center begins: outbound.sqlite here, mailings.sqlite of
// channels/mailings. No name, number, address or text of a customer is in it: those stand in the
// contact store, and rows name its contacts; what rows are found by is a keyed hash.
//
// Used by one thread. WAL, synchronous=FULL: a change is durable when Change returns. A failed sync
// stops the process: what is on the disk is not known then.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"

namespace wissel::outbound {

class StoreFile {
 public:
  // ":memory:" keeps it in memory. `schema` makes what is not there yet; that of the lists and
  // marks where it is left out.
  static absl::StatusOr<std::unique_ptr<StoreFile>> Open(const sql::Place& place,
                                                         const char* schema = kListSchema);

  sql::Database& db() { return db_; }

  // Does `work` in one transaction: all of it or nothing. What `work` refuses is the answer;
  // UNAVAILABLE: there was no room, and nothing was written.
  absl::Status Change(const std::function<absl::Status()>& work);

 private:
  static const char* const kListSchema;

  explicit StoreFile(sql::Database db) : db_(std::move(db)) {}

  sql::Database db_;
};

}  // namespace wissel::outbound
