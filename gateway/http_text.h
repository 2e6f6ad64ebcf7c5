// The small grammars of HTTP that a door reads: percent-encoding, query parameters, lists in
// headers, the bearer token, the origin. Pure functions over outside bytes; each is fuzzed.
//
// Threads: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::gateway {

bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string_view TrimSpace(std::string_view text);

// Nothing for a '%' without two hexadecimal digits. `plus_is_space` as in a query.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

// "a=1&b=2", decoded, in order. Nothing where an encoding is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

// Whether a comma-separated header such as Accept-Encoding or If-None-Match holds `item`; weights
// of zero ("gzip;q=0") count as absent.
bool ListHolds(std::string_view header, std::string_view item);

// The token of "Bearer <token>"; empty for an empty header; UNAUTHENTICATED for anything else.
absl::StatusOr<std::string_view> BearerToken(std::string_view authorization);

// Who calls ("address:port") when `peer` is one of `proxies`: of its X-Forwarded-For the last entry
// that is none of them, the only one that one of them has written of somebody else; else `peer`.
std::string ClientBehind(const std::vector<std::string>& proxies, std::string peer,
                         std::string_view forwarded_for);

// "host" of "Host:8080", "::1" of "[::1]:8080".
std::string HostWithoutPort(std::string_view host);

// Whether a page of `origin` ("https://host:port") was served by `host` ("host:port").
bool SameOrigin(std::string_view origin, std::string_view host);

}  // namespace wissel::gateway
