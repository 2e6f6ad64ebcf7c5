// The public keys of a provider, from its JWK set (RFC 7517): RSA of 2048 bits or more for RS256,
// P-256 for ES256. Other keys are passed over.
//
// A value; immutable once read.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::oidc {

enum class Algorithm { kRs256, kEs256 };

class KeySet {
 public:
  // INVALID_ARGUMENT for what is no JWK set.
  static absl::StatusOr<KeySet> Read(std::string_view json);

  // For a token whose header names `key_id`; without one, the only key of that algorithm. Null when
  // there is none, or more than one could be meant.
  EVP_PKEY* Find(std::string_view key_id, Algorithm algorithm) const;
  size_t size() const { return keys_.size(); }

 private:
  struct Entry {
    std::string id;
    Algorithm algorithm;
    std::shared_ptr<EVP_PKEY> key;
  };
  std::vector<Entry> keys_;
};

}  // namespace wissel::oidc
