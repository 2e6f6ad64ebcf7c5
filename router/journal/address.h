// Where a journal is, in one line, as people write it: the folder of an SQLite journal, or
// "postgres://HOST/DATABASE#TENANT" for that of a tenant on a shared database (without #TENANT:
// "main").
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/sql/postgres.h"
#include "router/journal/journal.h"

namespace wissel {

// The schemas of a tenant's stores begin so; its journal's is {prefix}_journal.
std::string TenantSchemaPrefix(const std::string& tenant);

std::string TenantJournalAddress(const std::string& url, const std::string& tenant);

// The two parts of an address on a shared database.
std::string DatabaseAt(const std::string& address);
std::string TenantAt(const std::string& address);

// The database and the schema of the journal at such an address.
PostgresOptions PostgresJournalPlace(const std::string& address);

// For tools; the journal may be in use. NOT_FOUND without a journal.
absl::StatusOr<std::unique_ptr<JournalReader>> OpenJournalReader(const std::string& address);

}  // namespace wissel
