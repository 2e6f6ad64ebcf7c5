// Signatures of Standard Webhooks, symmetric scheme (https://www.standardwebhooks.com,
// specification 1.0.0): HMAC-SHA256 over "id.timestamp.body", sent as "v1,<base64>". Pure but for
// NewSecret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::webhooks {

// "whsec_" and 24 random bytes in base64.
std::string NewSecret();

// Of headers that are signed by `secret` and, while it is not empty, by `former` too; each "whsec_"
// and base64. `id` has no full stop.
std::string SignatureHeader(std::string_view secret, std::string_view former, std::string_view id,
                            int64_t unix_seconds, std::string_view body);

}  // namespace wissel::webhooks
