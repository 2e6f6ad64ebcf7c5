// Where a tenant's stores are, and what all servers and commands over one database know.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/sql/stores.h"
#include "cluster/registry.h"
#include "gateway/sign_in/token_keys.h"

namespace wissel::server {

// `epoch`: under which they are written; none: by who does not serve the tenant. `folder`: this
// machine's own.
sql::Stores TenantStores(const std::string& url, const std::string& tenant,
                         std::optional<uint64_t> epoch, std::optional<std::string> folder);

// Of a command: `address` is a folder, or postgres://...#tenant (router/journal/address.h).
sql::Stores StoresAt(const std::string& address);

// By which tokens are signed; made where there are none yet.
absl::StatusOr<sign_in::TokenKeys> SharedTokenKeys(cluster::Registry& registry);
absl::StatusOr<sign_in::TokenKeys> SharedTokenKeys(const std::string& address);
// ABORTED: somebody else has changed them meanwhile.
absl::Status ReplaceSharedTokenKeys(const std::string& address, const sign_in::TokenKeys& seen,
                                    const sign_in::TokenKeys& keys);

// By which the servers know each other: letters and digits.
absl::StatusOr<std::string> SharedPeerKey(cluster::Registry& registry);

}  // namespace wissel::server
