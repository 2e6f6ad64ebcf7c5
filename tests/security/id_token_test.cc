// The table of bad ID tokens: each is refused, whatever is right about the rest of it.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gateway/base64url.h"
#include "gateway/oidc/claims.h"
#include "gateway/oidc/id_token.h"
#include "gateway/oidc/key_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wissel::oidc {
namespace {

using gateway::ToBase64Url;
using ::testing::HasSubstr;

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

Key Rsa(unsigned bits = 2048) { return {EVP_RSA_gen(bits), EVP_PKEY_free}; }
Key Ec() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

std::string NumberOf(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  std::string bytes(static_cast<size_t>(size == 0 ? BN_num_bytes(number) : size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return ToBase64Url(bytes);
}

std::string RsaJwk(EVP_PKEY* key, const std::string& id, const std::string& more = "") {
  return fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"{}"{}}})", id,
                     NumberOf(key, OSSL_PKEY_PARAM_RSA_N), NumberOf(key, OSSL_PKEY_PARAM_RSA_E),
                     more);
}

std::string EcJwk(EVP_PKEY* key, const std::string& id) {
  return fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"}})", id,
                     NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, 32),
                     NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
}

std::string SignatureOf(EVP_PKEY* key, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                 text.size());
  signature.resize(size);
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return signature;
  const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));  // NOLINT: OpenSSL's
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(raw.data()), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
  ECDSA_SIG_free(pair);
  return raw;
}

class IdToken : public ::testing::Test {
 protected:
  static std::string Token(EVP_PKEY* key, const std::string& header, const std::string& claims) {
    const std::string text = ToBase64Url(header) + "." + ToBase64Url(claims);
    return text + "." + ToBase64Url(SignatureOf(key, text));
  }

  // The good claims with one of them replaced, or left out for an empty `json`.
  static std::string With(const std::string& name = "", const std::string& json = "") {
    std::string text = "{";
    std::vector<std::pair<std::string, std::string>> claims = {{"iss", R"("https://id.example")"},
                                                               {"aud", R"("wissel")"},
                                                               {"sub", R"("248289761001")"},
                                                               {"nonce", R"("n-0S6")"},
                                                               {"iat", "1750000000"},
                                                               {"exp", "1750000300"}};
    bool replaced = name.empty();
    for (auto& [key, value] : claims) {
      if (key == name) {
        value = json;
        replaced = true;
      }
      if (!value.empty()) text += fmt::format("\"{}\":{},", key, value);
    }
    if (!replaced) text += fmt::format("\"{}\":{},", name, json);
    text.back() = '}';
    return text;
  }

  absl::Status Check(const std::string& token) const {
    return CheckIdToken(token, keys_, expected_, now_).status();
  }

  // Each with what the refusal says.
  void ExpectRefused(const std::vector<std::pair<std::string, std::string>>& cases) const {
    for (const auto& [token, why] : cases) {
      const absl::Status status = Check(token);
      EXPECT_TRUE(absl::IsUnauthenticated(status) || absl::IsNotFound(status)) << token;
      EXPECT_THAT(std::string(status.message()), HasSubstr(why)) << token;
    }
  }

  const Key rsa_ = Rsa();
  const Key ec_ = Ec();
  const Key stranger_ = Rsa();
  const KeySet keys_ = *KeySet::Read(
      fmt::format(R"({{"keys":[{},{}]}})", RsaJwk(rsa_.get(), "r1"), EcJwk(ec_.get(), "e1")));
  const Expected expected_{"https://id.example", "wissel", "n-0S6"};
  const Instant now_ = Instant::FromMillis(1'750'000'000'000);
  const std::string rs_ = R"({"alg":"RS256","kid":"r1"})";
  const std::string es_ = R"({"alg":"ES256","kid":"e1"})";
};

TEST_F(IdToken, TheProvidersIsTaken) {
  EXPECT_TRUE(Check(Token(rsa_.get(), rs_, With())).ok());
  EXPECT_TRUE(Check(Token(ec_.get(), es_, With())).ok());
  EXPECT_TRUE(Check(Token(rsa_.get(), R"({"alg":"RS256"})", With())).ok());
  EXPECT_TRUE(Check(Token(rsa_.get(), rs_, With("aud", R"(["wissel"])"))).ok());
  EXPECT_TRUE(Check(Token(rsa_.get(), rs_, With("azp", R"("wissel")"))).ok());
  auto claims =
      CheckIdToken(Token(rsa_.get(), rs_, With("name", R"("Zoë")")), keys_, expected_, now_);
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->fields().at("name").string_value(), "Zoë");
}

TEST_F(IdToken, AnotherFormKeyOrAlgorithmIsRefused) {
  const std::string good = Token(rsa_.get(), rs_, With());
  const size_t first = good.find('.');
  const size_t last = good.rfind('.');
  const std::string head = good.substr(0, first);
  const std::string body = good.substr(first + 1, last - first - 1);
  const std::string signature = good.substr(last + 1);
  std::string flipped = signature;
  flipped[10] = flipped[10] == 'A' ? 'B' : 'A';
  // The algorithm confusion: the public key as the secret of an HMAC.
  const std::string hs_text = ToBase64Url(R"({"alg":"HS256","kid":"r1"})") + "." + body;
  const std::string modulus = NumberOf(rsa_.get(), OSSL_PKEY_PARAM_RSA_N);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int mac_size = 0;
  HMAC(EVP_sha256(), modulus.data(), static_cast<int>(modulus.size()),
       reinterpret_cast<const unsigned char*>(hs_text.data()), hs_text.size(), mac, &mac_size);
  const auto under = [this](const std::string& header) {
    return Token(rsa_.get(), header, With());
  };
  ExpectRefused({
      {"", "malformed"},
      {"..", "malformed"},
      {head + "." + body, "malformed"},
      {good + ".x", "malformed"},
      {head + "." + body + ".", "signature"},
      {"." + body + "." + signature, "malformed"},
      {head + ".." + signature, "malformed"},
      {good + "=", "malformed"},
      {good + "\n", "malformed"},
      {" " + good, "malformed"},
      {head + "." + body + "." + flipped, "signature"},
      {head + "." + ToBase64Url(With("sub", R"("admin")")) + "." + signature, "signature"},
      {head + "." + body + "." + std::string(40'000, 'A'), "malformed"},
      {ToBase64Url(R"({"alg":"none"})") + "." + body + ".", "not signed with"},
      {ToBase64Url(R"({"alg":"None","kid":"r1"})") + "." + body + "." + signature,
       "not signed with"},
      {hs_text + "." + ToBase64Url({reinterpret_cast<char*>(mac), mac_size}), "not signed with"},
      {under(R"({"alg":"RS512","kid":"r1"})"), "not signed with"},
      {under(R"({"alg":"PS256","kid":"r1"})"), "not signed with"},
      {under(R"({"alg":["RS256"],"kid":"r1"})"), "not signed with"},
      {under(R"({"kid":"r1"})"), "not signed with"},
      {under(R"({"alg":"RS256","kid":"r1","crit":["b64"],"b64":false})"), "extension"},
      {under(R"({"alg":"RS256","kid":7})"), "malformed"},
      {under(R"({"alg":"ES256","kid":"r1"})"), "key is not"},
      {under(R"({"alg":"RS256","kid":"e1"})"), "key is not"},
      {under(R"({"alg":"RS256","kid":"r2"})"), "key is not"},
      {under(R"({"alg":"RS256","kid":"../../r1"})"), "key is not"},
      {under("RS256"), "malformed"},
      {Token(stranger_.get(), rs_, With()), "signature"},
      // A key that the token brings itself counts for nothing.
      {Token(stranger_.get(),
             fmt::format(R"({{"alg":"RS256","kid":"r1","jwk":{}}})", RsaJwk(stranger_.get(), "r1")),
             With()),
       "signature"},
      {Token(ec_.get(), rs_, With()), "signature"},
  });
}

TEST_F(IdToken, OtherClaimsAreRefused) {
  const std::string good = Token(rsa_.get(), rs_, With());
  const auto rs = [this](const std::string& claims) { return Token(rsa_.get(), rs_, claims); };
  ExpectRefused({
      {rs("[]"), "malformed"},
      {rs("{}"), "another provider"},
      {rs(ToBase64Url(good)), "malformed"},  // a token inside a token
      {rs(With("iss")), "another provider"},
      {rs(With("iss", R"("https://id.example/")")), "another provider"},
      {rs(With("iss", R"("https://ID.example")")), "another provider"},
      {rs(With("iss", R"("https://\u0456d.example")")), "another provider"},  // a Cyrillic i
      {rs(With("iss", R"(["https://id.example"])")), "another provider"},
      {rs(With("aud")), "somebody else"},
      {rs(With("aud", R"("other")")), "somebody else"},
      {rs(With("aud", "[]")), "somebody else"},
      {rs(With("aud", R"(["wissel","other"])")), "somebody else"},
      {rs(With("aud", R"({"0":"wissel"})")), "somebody else"},
      {rs(With("azp", R"("other")")), "somebody else"},
      {rs(With("azp", "7")), "somebody else"},
      {rs(With("exp")), "until when"},
      {rs(With("exp", R"("1750000300")")), "until when"},
      {rs(With("exp", "1e300")), "until when"},
      {rs(With("exp", "-1")), "until when"},
      {rs(With("exp", "1750000000")), "expired"},
      {rs(With("iat")), "until when"},
      {rs(With("iat", "true")), "until when"},
      {rs(With("iat", "1750000061")), "of the future"},
      {rs(With("nbf", "1750000061")), "not hold yet"},
      {rs(With("nbf", R"("soon")")), "not hold yet"},
      {rs(With("nonce")), "another sign-in"},
      {rs(With("nonce", R"("n-0S7")")), "another sign-in"},
      {rs(With("nonce", R"("n-0S6\u0000")")), "another sign-in"},
      {rs(With("sub")), "names nobody"},
      {rs(With("sub", R"("")")), "names nobody"},
      {rs(With("sub", "7")), "names nobody"},
      {rs(With("sub", fmt::format("\"{}\"", std::string(256, 'a')))), "names nobody"},
      {rs("{\"iss\":\"\xFF\"}"), "malformed"},
  });
}

// A flip anywhere in a token makes another one of it.
TEST_F(IdToken, EveryBitCounts) {
  const std::string good = Token(ec_.get(), es_, With());
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 7; ++bit) {
      std::string flipped = good;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(Check(flipped).ok()) << i << " " << bit;
    }
  }
}

TEST(OidcKeys, WeakOrOtherKeysArePassedOver) {
  const Key small = Rsa(1024);
  const Key good = Rsa();
  const auto read = [](const std::string& keys) {
    return KeySet::Read(fmt::format(R"({{"keys":[{}]}})", keys));
  };
  EXPECT_EQ(read(RsaJwk(small.get(), "s"))->size(), 0u);
  EXPECT_EQ(read(RsaJwk(good.get(), "g", R"(,"use":"enc")"))->size(), 0u);
  EXPECT_EQ(read(RsaJwk(good.get(), "g", R"(,"alg":"RS512")"))->size(), 0u);
  EXPECT_EQ(
      read(R"({"kty":"oct","k":"AAAA"},7,{"kty":"EC","crv":"P-384","x":"AA","y":"AA"})")->size(),
      0u);
  // A point that is not on the curve.
  const std::string ones = ToBase64Url(std::string(32, '\x01'));
  EXPECT_EQ(read(fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{0}","y":"{0}"}})", ones))->size(),
            0u);
  auto two = read(RsaJwk(good.get(), "a") + "," + RsaJwk(good.get(), "b"));
  EXPECT_EQ(two->size(), 2u);
  EXPECT_NE(two->Find("a", Algorithm::kRs256), nullptr);
  EXPECT_EQ(two->Find("", Algorithm::kRs256), nullptr);  // which one?
  EXPECT_EQ(two->Find("a", Algorithm::kEs256), nullptr);
  EXPECT_FALSE(KeySet::Read("{}").ok());
  EXPECT_FALSE(KeySet::Read("<html>").ok());
}

absl::StatusOr<sign_in::User> Mapped(const std::string& name, const std::string& groups,
                                     const std::string& agent = "") {
  google::protobuf::Struct claims;
  auto& fields = *claims.mutable_fields();
  fields["preferred_username"].set_string_value(name);
  fields["employee"].set_string_value(agent);
  for (const char c : groups) {
    fields["groups"].mutable_list_value()->add_values()->set_string_value(std::string(1, c));
  }
  ClaimNames names;
  names.agent = "employee";
  return UserOf(claims, names,
                {{"a", {.roles = {rpc::Role::kAgent}}},
                 {"m", {.roles = {rpc::Role::kManager}}},
                 {"p", {.roles = {rpc::Role::kPlanner}}},
                 {"s", {{rpc::Role::kManager}, {"teams/south", "teams/east"}, {"queues/tax"}}},
                 {"t", {{rpc::Role::kManager}, {"teams/south", "teams/west"}, {}}}});
}

TEST(OidcClaims, SayWhoSomebodyIsHere) {
  const auto user = Mapped("Mieke.Aerts", "xmp");
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->name, "mieke.aerts");
  EXPECT_EQ(user->display_name, "mieke.aerts");
  EXPECT_EQ(sign_in::RoleNames(user->roles), (std::vector<std::string>{"manager", "planner"}));
  EXPECT_TRUE(user->teams.empty());
  const auto confined = Mapped("zoe", "tms");  // "m" lifts nothing
  EXPECT_EQ(confined->teams, (std::vector<std::string>{"teams/east", "teams/south", "teams/west"}));
  EXPECT_EQ(confined->queues, (std::vector<std::string>{"queues/tax"}));
  EXPECT_EQ(Mapped("anna", "a", "anna")->agent, "agents/anna");
  EXPECT_EQ(Mapped("anna", "a", "agents/anna")->agent, "agents/anna");
  for (const auto& refused :
       {Mapped("", "m"), Mapped("an na", "m"), Mapped("anna/../root", "m"),
        Mapped("\u0430nna", "m"), Mapped(std::string(64, 'a'), "m"), Mapped("anna", ""),
        Mapped("anna", "xyz"), Mapped("anna", "a"), Mapped("anna", "a", "agents/")}) {
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
  }
}

}  // namespace
}  // namespace wissel::oidc
