#include "gateway/oidc/id_token.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <memory>
#include <optional>

#include "base/status.h"
#include "gateway/base64url.h"
#include "gateway/json_transcoder.h"

namespace wissel::oidc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kLongestToken = 32 << 10;
constexpr size_t kLongestSubject = 255;  // section 2
constexpr double kClockSkewSeconds = 60;
constexpr size_t kEs256Bytes = 64;

absl::Status Bad(std::string_view why) {
  return Refuse(absl::StatusCode::kUnauthenticated, "", why, "an ID token of the provider");
}

std::optional<Struct> ObjectOf(std::string_view part) {
  const auto json = gateway::FromBase64Url(part);
  Struct object;
  if (!json || !gateway::ReadJson(*json, &object).ok()) return std::nullopt;
  return object;
}

const Value* Field(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

// Empty for what is no text.
std::string Text(const Struct& object, const char* name) {
  const Value* value = Field(object, name);
  return value == nullptr ? "" : value->string_value();
}

// Nothing where it is absent or no point in time.
std::optional<double> Seconds(const Struct& object, const char* name) {
  const Value* value = Field(object, name);
  if (value == nullptr || !value->has_number_value()) return std::nullopt;
  const double seconds = value->number_value();
  // Beyond 2^53 a double is no time any more.
  if (!(seconds >= 0 && seconds < 9e15)) return std::nullopt;
  return seconds;
}

// RFC 7518, section 3.4: r and s side by side; OpenSSL takes DER.
std::string DerOf(std::string_view raw) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  BIGNUM* r = BN_bin2bn(bytes, kEs256Bytes / 2, nullptr);
  BIGNUM* s = BN_bin2bn(bytes + kEs256Bytes / 2, kEs256Bytes / 2, nullptr);
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

bool Signed(EVP_PKEY* key, Algorithm algorithm, std::string_view text, std::string signature) {
  if (algorithm == Algorithm::kEs256) {
    if (signature.size() != kEs256Bytes) return false;
    signature = DerOf(signature);
  }
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

bool IsFor(const Struct& claims, const std::string& client_id) {
  const Value* audience = Field(claims, "aud");
  if (audience == nullptr) return false;
  const Value* party = Field(claims, "azp");
  if (party != nullptr && party->string_value() != client_id) return false;
  if (audience->has_string_value()) return audience->string_value() == client_id;
  bool named = false;
  for (const Value& one : audience->list_value().values()) {
    named = named || one.string_value() == client_id;
  }
  return named && (audience->list_value().values_size() == 1 || party != nullptr);
}

absl::Status CheckTimes(const Struct& claims, double now) {
  const auto expires = Seconds(claims, "exp");
  const auto issued = Seconds(claims, "iat");
  if (!expires || !issued) return Bad("the ID token does not say when it was made, or until when");
  if (now >= *expires) return Bad("the ID token has expired");
  if (*issued > now + kClockSkewSeconds) return Bad("the ID token is of the future");
  if (Field(claims, "nbf") != nullptr) {
    const auto begins = Seconds(claims, "nbf");
    if (!begins || *begins > now + kClockSkewSeconds) return Bad("the ID token does not hold yet");
  }
  return absl::OkStatus();
}

absl::Status CheckClaims(const Struct& claims, const Expected& expected, double now) {
  if (Text(claims, "iss") != expected.issuer) return Bad("the ID token is of another provider");
  if (!IsFor(claims, expected.client_id)) return Bad("the ID token is for somebody else");
  WISSEL_RETURN_IF_ERROR(CheckTimes(claims, now));
  if (expected.nonce.empty() || Text(claims, "nonce") != expected.nonce) {
    return Bad("the ID token is of another sign-in");
  }
  const std::string subject = Text(claims, "sub");
  if (subject.empty() || subject.size() > kLongestSubject) return Bad("the ID token names nobody");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Struct> CheckIdToken(std::string_view token, const KeySet& keys,
                                    const Expected& expected, Instant now) {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (token.size() > kLongestToken || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return Bad("the ID token is malformed");
  }
  const auto header = ObjectOf(token.substr(0, first));
  const auto claims = ObjectOf(token.substr(first + 1, last - first - 1));
  const auto signature = gateway::FromBase64Url(token.substr(last + 1));
  if (!header || !claims || !signature) return Bad("the ID token is malformed");
  const std::string name = Text(*header, "alg");
  if (name != "RS256" && name != "ES256") {
    return Bad("the ID token is not signed with RS256 or ES256");
  }
  if (header->fields().contains("crit")) {
    return Bad("the ID token asks for an extension that is not known");
  }
  const Value* key_id = Field(*header, "kid");
  if (key_id != nullptr && !key_id->has_string_value()) return Bad("the ID token is malformed");
  const Algorithm algorithm = name == "RS256" ? Algorithm::kRs256 : Algorithm::kEs256;
  EVP_PKEY* key = keys.Find(key_id == nullptr ? "" : key_id->string_value(), algorithm);
  if (key == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "", "the ID token's key is not the provider's",
                  "a key of its JWK set");
  }
  if (!Signed(key, algorithm, token.substr(0, last), *signature)) {
    return Bad("the ID token's signature is wrong");
  }
  WISSEL_RETURN_IF_ERROR(CheckClaims(*claims, expected, static_cast<double>(now.millis()) / 1000));
  return *claims;
}

}  // namespace wissel::oidc
