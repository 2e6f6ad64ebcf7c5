// The SQLite file notices.sqlite: what customers have been told of their requests, and of what they
// want to be told. No name, address or text is in it: contacts are opaque ids.
//
// Used by one thread. A change is durable when its call returns; UNAVAILABLE: there was no room,
// and nothing was written. A failed sync stops the process.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "channels/tracking/stage_notice.h"

namespace wissel::tracking {

class NoticeTable {
 public:
  // ":memory:" keeps it in memory.
  static absl::StatusOr<NoticeTable> Open(const sql::Place& place);

  absl::StatusOr<std::vector<Followed>> LoadAll();
  absl::Status Save(const Followed& followed);
  absl::Status Drop(const std::string& contact);

 private:
  explicit NoticeTable(sql::Database db) : db_(std::move(db)) {}

  sql::Database db_;
};

}  // namespace wissel::tracking
