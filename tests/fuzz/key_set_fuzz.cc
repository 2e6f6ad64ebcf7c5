// The JWK set of a provider. Beyond not crashing: what is read has no key that is of no use.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/invariant.h"
#include "gateway/oidc/key_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wissel::oidc::Algorithm;
  const auto keys =
      wissel::oidc::KeySet::Read(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!keys.ok()) {
    INVARIANT(keys.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  for (const Algorithm algorithm : {Algorithm::kRs256, Algorithm::kEs256}) {
    EVP_PKEY* key = keys->Find("", algorithm);
    INVARIANT(key == nullptr || EVP_PKEY_get_bits(key) >= 256);
    INVARIANT(key == nullptr || keys->size() > 0);
  }
  return 0;
}
