// Whether an ID token (OpenID Connect Core 1.0, section 3.1.3.7; JWS of RFC 7515) is the
// provider's, for us, for this sign-in, and of now.
//
// A free function without state; time and keys are arguments.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "gateway/oidc/key_set.h"
#include "google/protobuf/struct.pb.h"

namespace wissel::oidc {

struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
};

// Its claims; UNAUTHENTICATED with the reason. NOT_FOUND alone says that its key is not in `keys`:
// the provider may have new ones.
absl::StatusOr<google::protobuf::Struct> CheckIdToken(std::string_view token, const KeySet& keys,
                                                      const Expected& expected, Instant now);

}  // namespace wissel::oidc
