#include "gateway/oidc/key_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <optional>

#include "base/status.h"
#include "gateway/base64url.h"
#include "gateway/json_transcoder.h"
#include "google/protobuf/struct.pb.h"

namespace wissel::oidc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 16'384;
constexpr size_t kCoordinateBytes = 32;
constexpr size_t kMostKeys = 100;

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

std::string Text(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

std::shared_ptr<EVP_PKEY> Made(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

Number NumberOf(const std::string& bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

// RFC 7518, section 6.3.1.
std::shared_ptr<EVP_PKEY> RsaKey(const Struct& jwk) {
  const auto modulus = gateway::FromBase64Url(Text(jwk, "n"));
  const auto exponent = gateway::FromBase64Url(Text(jwk, "e"));
  if (!modulus || !exponent || modulus->size() * 8 > kMostRsaBits || exponent->size() > 4) {
    return nullptr;
  }
  const Number n = NumberOf(*modulus);
  const Number e = NumberOf(*exponent);
  if (BN_num_bits(n.get()) < kLeastRsaBits || !BN_is_odd(e.get()) || BN_is_one(e.get())) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return Made("RSA", builder.get());
}

// RFC 7518, section 6.2.1; the point in the form of SEC 1, section 2.3.3.
std::shared_ptr<EVP_PKEY> EcKey(const Struct& jwk) {
  const auto x = gateway::FromBase64Url(Text(jwk, "x"));
  const auto y = gateway::FromBase64Url(Text(jwk, "y"));
  if (Text(jwk, "crv") != "P-256" || !x || !y || x->size() != kCoordinateBytes ||
      y->size() != kCoordinateBytes) {
    return nullptr;
  }
  const std::string point = "\x04" + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return Made("EC", builder.get());
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Read(std::string_view json) {
  Struct object;
  WISSEL_RETURN_IF_ERROR(gateway::ReadJson(json, &object));
  const auto list = object.fields().find("keys");
  if (list == object.fields().end() || !list->second.has_list_value()) {
    return RefuseField("keys", "it is no JWK set", "a list of keys");
  }
  KeySet set;
  for (const Value& value : list->second.list_value().values()) {
    if (!value.has_struct_value() || set.keys_.size() >= kMostKeys) continue;
    const Struct& jwk = value.struct_value();
    const std::string use = Text(jwk, "use");
    const std::string algorithm = Text(jwk, "alg");
    if (!use.empty() && use != "sig") continue;
    const bool rsa = Text(jwk, "kty") == "RSA";
    if (!rsa && Text(jwk, "kty") != "EC") continue;
    if (!algorithm.empty() && algorithm != (rsa ? "RS256" : "ES256")) continue;
    if (auto key = rsa ? RsaKey(jwk) : EcKey(jwk)) {
      set.keys_.push_back(
          {Text(jwk, "kid"), rsa ? Algorithm::kRs256 : Algorithm::kEs256, std::move(key)});
    }
  }
  return set;
}

EVP_PKEY* KeySet::Find(std::string_view key_id, Algorithm algorithm) const {
  EVP_PKEY* found = nullptr;
  for (const Entry& entry : keys_) {
    if (entry.algorithm != algorithm || (!key_id.empty() && entry.id != key_id)) continue;
    if (found != nullptr) return nullptr;
    found = entry.key.get();
  }
  return found;
}

}  // namespace wissel::oidc
