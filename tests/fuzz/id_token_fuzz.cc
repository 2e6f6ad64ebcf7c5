// ID tokens of a provider. A first byte that is odd has the rest signed by the provider's own key,
// so that the claims are reached: "header\npayload".
//
// Beyond not crashing: what is let in is of the issuer, for us and of this sign-in.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/invariant.h"
#include "gateway/base64url.h"
#include "gateway/oidc/id_token.h"

namespace {

using wissel::gateway::ToBase64Url;

constexpr int kHalf = 32;  // bytes of a coordinate, and of each half of a signature

std::string Number(const BIGNUM* number) {
  std::string bytes(kHalf, '\0');
  INVARIANT(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kHalf) == kHalf);
  return bytes;
}

// A provider with one P-256 key.
struct World {
  World() : key(EVP_EC_gen("P-256")) {
    INVARIANT(key != nullptr);
    const auto coordinate = [this](const char* name) {
      BIGNUM* number = nullptr;
      INVARIANT(EVP_PKEY_get_bn_param(key, name, &number) == 1);
      const std::string text = ToBase64Url(Number(number));
      BN_free(number);
      return text;
    };
    auto read = wissel::oidc::KeySet::Read(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":")" +
                                           coordinate(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
                                           coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + R"("}]})");
    INVARIANT(read.ok() && read->size() == 1);
    keys = *std::move(read);
  }

  std::string Sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::vector<unsigned char> der(128);
    size_t size = der.size();
    INVARIANT(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
              EVP_DigestSign(context, der.data(), &size, bytes, text.size()) == 1);
    EVP_MD_CTX_free(context);
    const unsigned char* at = der.data();
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
    INVARIANT(signature != nullptr);
    std::string raw = Number(ECDSA_SIG_get0_r(signature)) + Number(ECDSA_SIG_get0_s(signature));
    ECDSA_SIG_free(signature);
    return raw;
  }

  EVP_PKEY* key;
  wissel::oidc::KeySet keys;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const World* world = new World();
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string token(rest);
  if (data[0] % 2 == 1) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    token = ToBase64Url(rest.substr(0, end)) + "." +
            ToBase64Url(rest.substr(std::min(end + 1, rest.size())));
    token += "." + ToBase64Url(world->Sign(token));
  }
  const wissel::oidc::Expected expected{"https://id.example.org", "wissel", "n"};
  const auto claims = wissel::oidc::CheckIdToken(token, world->keys, expected,
                                                 wissel::Instant::FromMillis(1'750'000'000'000));
  if (!claims.ok()) {
    INVARIANT(claims.status().code() == absl::StatusCode::kUnauthenticated ||
              claims.status().code() == absl::StatusCode::kNotFound);
    return 0;
  }
  INVARIANT(claims->fields().at("iss").string_value() == expected.issuer);
  INVARIANT(claims->fields().at("nonce").string_value() == expected.nonce);
  return 0;
}
