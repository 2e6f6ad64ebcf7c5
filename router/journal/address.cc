#include "router/journal/address.h"

#include "router/journal/postgres_journal.h"
#include "router/journal/sqlite_journal.h"

namespace wissel {

std::string TenantSchemaPrefix(const std::string& tenant) { return "wissel_" + tenant; }

std::string TenantJournalAddress(const std::string& url, const std::string& tenant) {
  return url + "#" + tenant;
}

PostgresOptions PostgresJournalPlace(const std::string& address) {
  const size_t mark = address.find('#');
  const std::string tenant = mark == std::string::npos ? "main" : address.substr(mark + 1);
  return {.url = address.substr(0, mark), .schema = TenantSchemaPrefix(tenant) + "_journal"};
}

absl::StatusOr<std::unique_ptr<JournalReader>> OpenJournalReader(const std::string& address) {
  if (IsPostgresUrl(address)) return OpenPostgresReader(PostgresJournalPlace(address));
  return OpenSqliteReader(address);
}

}  // namespace wissel
