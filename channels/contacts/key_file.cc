#include "channels/contacts/key_file.h"

namespace wissel::contacts {
namespace {

// `person` is a keyed hash: whose key it is, for who knows them.
constexpr const char* kKeySchema =
    "CREATE TABLE IF NOT EXISTS store_key (key BLOB NOT NULL, check_hash BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS person_keys ("
    " slot INTEGER PRIMARY KEY, person BLOB NOT NULL, key BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS person_keys_by_person ON person_keys (person);";

const std::string kDestroyed(Key::kBytes, '\0');

std::string CheckHash(const Key& key) { return KeyedHash(key, "store key", ""); }

absl::StatusOr<Key> StoreKeyOf(sql::Database& db) {
  WISSEL_ASSIGN_OR_RETURN(sql::Query query, db.Ask("SELECT key, check_hash FROM store_key"));
  WISSEL_ASSIGN_OR_RETURN(const bool there, query.Next());
  if (!there) {
    const Key key = Key::Random();
    WISSEL_RETURN_IF_ERROR(
        db.Do("INSERT INTO store_key VALUES (?1, ?2)", key.bytes(), CheckHash(key)));
    return key;
  }
  const std::string bytes = query.Text(0);
  if (bytes.size() == Key::kBytes && query.Text(1) == CheckHash(Key(bytes))) return Key(bytes);
  return absl::DataLossError("the key of the contact store is damaged");
}

}  // namespace

absl::StatusOr<KeyFile> KeyFile::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Database db, sql::Database::Open(place, kKeySchema));
  WISSEL_ASSIGN_OR_RETURN(Key key, StoreKeyOf(db));
  return KeyFile(std::move(db), key);
}

absl::Status KeyFile::Begin() { return db_.in_transaction() ? absl::OkStatus() : db_.Begin(); }

absl::Status KeyFile::Commit() { return db_.in_transaction() ? db_.Commit() : absl::OkStatus(); }

absl::StatusOr<KeyFile::Made> KeyFile::Make(std::string_view customer) {
  WISSEL_RETURN_IF_ERROR(Begin());
  const Key key = Key::Random();
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      db_.Ask("INSERT INTO person_keys (person, key) VALUES (?1, ?2) RETURNING slot",
              KeyedHash(store_key_, "person", customer), key.bytes()));
  WISSEL_ASSIGN_OR_RETURN(const bool made, query.Next());
  if (!made) return absl::InternalError("a key was not kept");
  const int64_t slot = query.Number(0);
  WISSEL_RETURN_IF_ERROR(query.Next().status());
  return Made{slot, key};
}

absl::StatusOr<Key> KeyFile::Find(int64_t slot, std::string_view customer) {
  WISSEL_ASSIGN_OR_RETURN(sql::Query query,
                          db_.Ask("SELECT person, key FROM person_keys WHERE slot = ?1", slot));
  WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
  if (found && query.Text(0) == KeyedHash(store_key_, "person", customer)) {
    const std::string bytes = query.Text(1);
    if (bytes.size() == Key::kBytes && bytes != kDestroyed) return Key(bytes);
  }
  return absl::DataLossError("a key of the contact store is missing or damaged");
}

absl::Status KeyFile::Destroy(std::string_view customer) {
  WISSEL_RETURN_IF_ERROR(Begin());
  return db_.Do("UPDATE person_keys SET key = ?2 WHERE person = ?1",
                KeyedHash(store_key_, "person", customer), kDestroyed);
}

}  // namespace wissel::contacts
