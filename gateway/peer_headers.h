// What doors of one cell tell each other in the metadata of a call that one passes on to another
// (peers.h sends, grpc_door.cc reads). None of it counts without the key that the nodes share.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace wissel::gateway {

// Of every caller: whose center is meant, where no token and no host name says it.
inline constexpr char kTenantHeader[] = "wissel-tenant";

// Of nodes alone.
inline constexpr char kPeerKeyHeader[] = "wissel-peer-key";
inline constexpr char kPeerOfHeader[] = "wissel-peer-of";  // the address of who called first
inline constexpr char kHostHeader[] = "wissel-host";
inline constexpr char kCookiesHeader[] = "wissel-cookies-bin";
// In the answer.
inline constexpr char kSetCookieHeader[] = "wissel-set-cookie-bin";
inline constexpr char kElsewhereHeader[] = "wissel-elsewhere";

// UNAVAILABLE, for another node: nothing was done, and whoever passed the call on may ask again.
absl::Status ServedElsewhere(std::string_view tenant);
bool IsElsewhere(const absl::Status& status);

}  // namespace wissel::gateway
