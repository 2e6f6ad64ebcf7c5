#include "router/journal/address.h"

#include "router/journal/postgres_journal.h"
#include "router/journal/sqlite_journal.h"

namespace wissel {

std::string TenantSchemaPrefix(const std::string& tenant) { return "wissel_" + tenant; }

std::string TenantJournalAddress(const std::string& url, const std::string& tenant) {
  return url + "#" + tenant;
}

std::string DatabaseAt(const std::string& address) { return address.substr(0, address.find('#')); }

std::string TenantAt(const std::string& address) {
  const size_t mark = address.find('#');
  return mark == std::string::npos ? "main" : address.substr(mark + 1);
}

PostgresOptions PostgresJournalPlace(const std::string& address) {
  return {.url = DatabaseAt(address), .schema = TenantSchemaPrefix(TenantAt(address)) + "_journal"};
}

absl::StatusOr<std::unique_ptr<JournalReader>> OpenJournalReader(const std::string& address) {
  if (IsPostgresUrl(address)) return OpenPostgresReader(PostgresJournalPlace(address));
  return OpenSqliteReader(address);
}

}  // namespace wissel
