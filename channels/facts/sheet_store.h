// The SQLite file facts.sqlite: every revision of every sheet, and which request made it. A sheet
// is its newest revision; nothing is overwritten, so that who said what when can be told, and put
// back.
//
// Used by one thread. What a change answers is durable. UNAVAILABLE: there was no room, and nothing
// was written. A failed sync stops the process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "base/time.h"
#include "channels/facts/sheet_rules.h"
#include "wissel/v1/fact_sheet.pb.h"

namespace wissel::facts {

struct Revision {
  SheetName name;
  int64_t number = 0;  // of the sheet, from 1
  Instant time;
  std::string author;  // "users/{user}"
  bool deleted = false;
  v1::FactSheet written;  // WhatIsWritten; of a deletion, what it was before
};

// Of a change that is made once. An empty id: it may be made again.
struct SheetRequest {
  std::string id;           // with whose it is
  std::string fingerprint;  // of what it asks
};

class SheetStore {
 public:
  // ":memory:" keeps it in memory.
  static absl::StatusOr<std::unique_ptr<SheetStore>> Open(const sql::Place& place);

  // The newest revision, be it a deletion; none: there never was such a sheet.
  absl::StatusOr<std::optional<Revision>> Find(const SheetName& name);
  // The sheets of a queue that are not deleted, by their ids.
  absl::StatusOr<std::vector<Revision>> List(const std::string& queue);
  // Newest first, without the first `skip`.
  absl::StatusOr<std::vector<Revision>> History(const SheetName& name, int64_t skip, int most);

  // What the request made; none: it is new. INVALID_ARGUMENT on `requestId`: it asked for something
  // else.
  absl::StatusOr<std::optional<Revision>> MadeBy(const SheetRequest& request);
  // Writes it as the newest, with its number; and which request that was.
  absl::StatusOr<Revision> Add(Revision revision, const SheetRequest& request);

 private:
  explicit SheetStore(sql::Database db) : db_(std::move(db)) {}
  absl::StatusOr<std::vector<Revision>> ReadAll(sql::Query row);
  absl::Status Write(const Revision& revision, const SheetRequest& request);

  sql::Database db_;
};

}  // namespace wissel::facts
