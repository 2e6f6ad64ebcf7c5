#include "channels/contacts/files.h"

#include <filesystem>

namespace wissel::contacts {
namespace {

// Every row is sealed, or named by a keyed hash; what stands in the open are names, counts,
// moments, queues and agents. An absent item or end is 0, an absent name empty.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS store (key_hash BLOB NOT NULL);"

    "CREATE TABLE IF NOT EXISTS customers ("
    " name BLOB PRIMARY KEY, slot INTEGER NOT NULL, merged_into BLOB NOT NULL,"
    " made_by BLOB NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS customers_merged ON customers (merged_into)"
    " WHERE length(merged_into) > 0;"
    "CREATE TABLE IF NOT EXISTS addresses ("
    " hash BLOB PRIMARY KEY, customer BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS addresses_of ON addresses (customer);"
    "CREATE TABLE IF NOT EXISTS words ("
    " hash BLOB NOT NULL, customer BLOB NOT NULL, PRIMARY KEY (hash, customer)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS words_of ON words (customer);"

    "CREATE TABLE IF NOT EXISTS contacts ("
    " name BLOB PRIMARY KEY, customer BLOB NOT NULL, slot INTEGER NOT NULL,"
    " channel INTEGER NOT NULL, queue BLOB NOT NULL, started_ms INTEGER NOT NULL,"
    " item INTEGER NOT NULL, ended_ms INTEGER NOT NULL, agent BLOB NOT NULL,"
    " last_number INTEGER NOT NULL, bytes INTEGER NOT NULL, fingerprint BLOB NOT NULL,"
    " sealed BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS contacts_of ON contacts (customer, started_ms);"
    "CREATE INDEX IF NOT EXISTS contacts_live ON contacts (channel) WHERE ended_ms = 0;"
    "CREATE TABLE IF NOT EXISTS items ("
    " item INTEGER PRIMARY KEY, contact BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS items_of ON items (contact);"
    // Request keys, keys and tokens.
    "CREATE TABLE IF NOT EXISTS lookups ("
    " hash BLOB PRIMARY KEY, contact BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS lookups_of ON lookups (contact);"
    "CREATE TABLE IF NOT EXISTS entries ("
    " contact BLOB NOT NULL, number INTEGER NOT NULL, request BLOB NOT NULL,"
    " fingerprint BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (contact, number))"
    " WITHOUT ROWID;"
    "CREATE UNIQUE INDEX IF NOT EXISTS entries_by_request ON entries (contact, request)"
    " WHERE length(request) > 0;"
    // Entry 0: staged.
    "CREATE TABLE IF NOT EXISTS attachments ("
    " id BLOB PRIMARY KEY, contact BLOB NOT NULL, entry INTEGER NOT NULL, sealed BLOB NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS attachments_of ON attachments (contact);"
    "CREATE TABLE IF NOT EXISTS pieces ("
    " attachment BLOB NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL,"
    " PRIMARY KEY (attachment, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS drafts ("
    " contact BLOB NOT NULL, agent BLOB NOT NULL, sealed BLOB NOT NULL,"
    " PRIMARY KEY (contact, agent)) WITHOUT ROWID;"

    "CREATE TABLE IF NOT EXISTS actions ("
    " number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, \"user\" BLOB NOT NULL,"
    " kind INTEGER NOT NULL, subject BLOB NOT NULL, other BLOB NOT NULL, hash BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS actions_of ON actions (subject, number);";

// The contacts of one key file do not open with another one's.
absl::Status CheckTogether(sql::Database& db, const std::string& key_hash) {
  WISSEL_ASSIGN_OR_RETURN(sql::Query query, db.Ask("SELECT key_hash FROM store"));
  WISSEL_ASSIGN_OR_RETURN(const bool there, query.Next());
  if (!there) return db.Do("INSERT INTO store VALUES (?1)", key_hash);
  if (query.Text(0) == key_hash) return absl::OkStatus();
  return absl::DataLossError("contact_keys.sqlite is not the one of this contacts.sqlite");
}

}  // namespace

absl::StatusOr<Files> Files::Open(const sql::Stores& stores) {
  std::optional<sql::Place> shared;
  if (stores.shared()) shared = stores.At("erasures");
  WISSEL_ASSIGN_OR_RETURN(
      ErasureLedger ledger,
      ErasureLedger::Open(stores.folder() ? *stores.folder() + "/erasures.txt" : "", shared));
  WISSEL_ASSIGN_OR_RETURN(KeyFile keys, KeyFile::Open(stores.At("contact_keys")));
  WISSEL_ASSIGN_OR_RETURN(sql::Database db, sql::Database::Open(stores.At("contacts"), kSchema));
  Files files{std::move(ledger), std::move(keys), std::move(db)};
  WISSEL_RETURN_IF_ERROR(CheckTogether(files.db, files.Hash("together", "")));
  return files;
}

absl::Status Files::Commit() {
  WISSEL_RETURN_IF_ERROR(keys.Commit());
  return db.Commit();
}

void Files::Rollback() {
  keys.Rollback();
  db.Rollback();
}

absl::Status Files::EmptyLogs() {
  WISSEL_RETURN_IF_ERROR(keys.Forget());
  return db.Forget("customers");
}

}  // namespace wissel::contacts
