// The room's SQLite file, outbound.sqlite: lists and their entries, marks, mailings. No name,
// number, address or text of a customer is in it: those stand in the contact store, and rows name
// its contacts; what rows are found by is a keyed hash.
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
#include "channels/contacts/database.h"

namespace wissel::outbound {

class StoreFile {
 public:
  // ":memory:" keeps it in memory.
  static absl::StatusOr<std::unique_ptr<StoreFile>> Open(const std::string& path);

  contacts::Database& db() { return db_; }

  // Does `work` in one transaction: all of it or nothing. What `work` refuses is the answer;
  // UNAVAILABLE: there was no room, and nothing was written.
  absl::Status Change(const std::function<absl::Status()>& work);

 private:
  explicit StoreFile(contacts::Database db) : db_(std::move(db)) {}

  contacts::Database db_;
};

}  // namespace wissel::outbound
