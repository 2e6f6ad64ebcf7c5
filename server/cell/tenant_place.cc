#include "server/cell/tenant_place.h"

#include <utility>

#include "base/status.h"
#include "gateway/base64url.h"
#include "router/journal/address.h"

namespace wissel::server {
namespace {

constexpr const char* kTokenKey = "token.key";

absl::StatusOr<cluster::Registry> RegistryAt(const std::string& address) {
  return cluster::Registry::Open({.url = DatabaseAt(address), .schema = ""});
}

}  // namespace

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

absl::StatusOr<sign_in::TokenKeys> SharedTokenKeys(cluster::Registry& registry) {
  WISSEL_ASSIGN_OR_RETURN(const std::string bytes,
                          registry.Secret(kTokenKey, sign_in::TokenKeys::New().Bytes()));
  return sign_in::TokenKeys::FromBytes(bytes);
}

absl::StatusOr<sign_in::TokenKeys> SharedTokenKeys(const std::string& address) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry, RegistryAt(address));
  return SharedTokenKeys(registry);
}

absl::Status ReplaceSharedTokenKeys(const std::string& address, const sign_in::TokenKeys& seen,
                                    const sign_in::TokenKeys& keys) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry, RegistryAt(address));
  return registry.ReplaceSecret(kTokenKey, seen.Bytes(), keys.Bytes());
}

absl::StatusOr<std::string> SharedPeerKey(cluster::Registry& registry) {
  return registry.Secret("peer.key", gateway::ToBase64Url(sign_in::TokenKeys::New().signing));
}

}  // namespace wissel::server
