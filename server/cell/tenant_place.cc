#include "server/cell/tenant_place.h"

#include <utility>

#include "base/status.h"
#include "gateway/base64url.h"
#include "gateway/sign_in/tokens.h"
#include "router/journal/address.h"

namespace wissel::server {

sql::Stores TenantStores(const std::string& url, const std::string& tenant,
                         std::optional<uint64_t> epoch, std::optional<std::string> folder) {
  const std::string prefix = TenantSchemaPrefix(tenant);
  std::optional<sql::Fence> fence;
  if (epoch) fence = sql::Fence{prefix + "_journal", *epoch};
  return sql::Stores(PostgresOptions{.url = url, .schema = ""}, prefix, std::move(fence),
                     std::move(folder));
}

sql::Stores StoresAt(const std::string& address) {
  if (!IsPostgresUrl(address)) return sql::Stores(address);
  return TenantStores(DatabaseAt(address), TenantAt(address), std::nullopt, std::nullopt);
}

absl::StatusOr<std::string> SharedTokenKey(cluster::Registry& registry) {
  return registry.Secret("token.key", sign_in::Tokens::NewKey());
}

absl::StatusOr<std::string> SharedTokenKey(const std::string& address) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry,
                          cluster::Registry::Open({.url = DatabaseAt(address), .schema = ""}));
  return SharedTokenKey(registry);
}

absl::StatusOr<std::string> SharedPeerKey(cluster::Registry& registry) {
  return registry.Secret("peer.key", gateway::ToBase64Url(sign_in::Tokens::NewKey()));
}

}  // namespace wissel::server
