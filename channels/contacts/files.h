// The three files of the store together. Not thread-safe: they belong to the store's thread.
//
// A transaction is of both databases: what it makes of keys is durable before what is sealed under
// them. One that is interrupted between the two leaves a key that seals nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "base/sql/stores.h"
#include "channels/contacts/erasure_ledger.h"
#include "channels/contacts/key_file.h"

namespace wissel::contacts {

struct Files {
  // Brings nothing back that has been erased: see erasure.h.
  static absl::StatusOr<Files> Open(const sql::Stores& stores);

  absl::Status Begin() { return db.Begin(); }
  absl::Status Commit();
  void Rollback();
  // Nothing that was overwritten is left in the write-ahead logs.
  absl::Status EmptyLogs();

  // By which a row is found that must not say what of.
  std::string Hash(std::string_view purpose, std::string_view text) const {
    return KeyedHash(keys.store_key(), purpose, text);
  }

  ErasureLedger ledger;  // first in, last out: it is the lock
  KeyFile keys;
  sql::Database db;
};

}  // namespace wissel::contacts
