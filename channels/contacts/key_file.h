// The keys, in a file of their own: what is in the contact store's other file, or in a backup of
// it, says nothing without this one. Not thread-safe: it belongs to the store's thread.
//
// A key has a slot for good. To destroy it is to overwrite it where it stands, and to empty the
// log: rows are only ever added at the end, so that no key is ever copied to another page.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "channels/contacts/seal.h"

namespace wissel::contacts {

class KeyFile {
 public:
  // Makes the store's own key when the file is new. DATA_LOSS: that key is damaged.
  static absl::StatusOr<KeyFile> Open(const sql::Place& place);

  // Of the hashes, for the whole store.
  const Key& store_key() const { return store_key_; }

  struct Made {
    int64_t slot = 0;
    Key key;
  };
  // A new person's key; durable after Commit.
  absl::StatusOr<Made> Make(std::string_view customer);
  // DATA_LOSS: it is not there, destroyed, or somebody else's.
  absl::StatusOr<Key> Find(int64_t slot, std::string_view customer);
  // Durable after Commit, in no file after Forget. One that is not there is none.
  absl::Status Destroy(std::string_view customer);

  // What has changed since the last one, if anything has.
  absl::Status Commit();
  void Rollback() { db_.Rollback(); }
  absl::Status Forget() { return db_.Forget("person_keys"); }

 private:
  KeyFile(sql::Database db, Key store_key) : db_(std::move(db)), store_key_(store_key) {}
  absl::Status Begin();

  sql::Database db_;
  Key store_key_;
};

}  // namespace wissel::contacts
