#include "gateway/oidc/provider.h"

#include <curl/curl.h>
#include <openssl/evp.h>

#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "gateway/base64url.h"
#include "gateway/json_transcoder.h"

namespace wissel::oidc {
namespace {

using google::protobuf::Struct;

constexpr long kLongestWaitSeconds = 10;  // NOLINT(google-runtime-int): libcurl's type
constexpr size_t kLargestAnswer = 1 << 20;
constexpr Duration kAskAgainAfter = Duration::Hours(1);
// A provider that changed its keys is asked for them at once, but not by everybody who tries.
constexpr Duration kKeysHoldFor = Duration::Seconds(2);

using Easy = std::unique_ptr<CURL, void (*)(CURL*)>;

absl::Status Away(std::string_view why) {
  return absl::UnavailableError(fmt::format("the sign-in provider cannot be asked: {}", why));
}

std::string Encoded(const std::string& text) {
  char* escaped = curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()));
  std::string encoded(escaped == nullptr ? "" : escaped);
  curl_free(escaped);
  return encoded;
}

size_t Take(char* bytes, size_t, size_t size, void* answer) {
  auto* text = static_cast<std::string*>(answer);
  if (text->size() + size > kLargestAnswer) return 0;
  text->append(bytes, size);
  return size;
}

bool OfThisMachine(std::string_view url) {
  return url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
}

// `form` null: a GET. The provider's refusal (4xx) is UNAUTHENTICATED.
absl::StatusOr<std::string> Ask(const ProviderOptions& options, const std::string& url,
                                const std::string* form) {
  const Easy easy(curl_easy_init(), curl_easy_cleanup);
  CURL* curl = easy.get();
  std::string answer;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kLongestWaitSeconds);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  if (OfThisMachine(url)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (form != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form->c_str());
    // RFC 6749, section 2.3.1: both are encoded as in a form first.
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(curl, CURLOPT_USERNAME, Encoded(options.client_id).c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, Encoded(options.client_secret).c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return Away(curl_easy_strerror(code));
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 400 && status < 500 && form != nullptr) {
    return absl::UnauthenticatedError(
        fmt::format("the provider does not take the code (HTTP {})", status));
  }
  if (status != 200) return Away(fmt::format("HTTP {}", status));
  return answer;
}

absl::StatusOr<Struct> ReadObject(const std::string& json) {
  Struct object;
  if (!gateway::ReadJson(json, &object).ok()) return Away("its answer is no JSON object");
  return object;
}

std::string Text(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

std::string Sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<char*>(digest), size};
}

}  // namespace

absl::StatusOr<std::string> Provider::AuthorizationUrl(const Attempt& attempt) {
  WISSEL_ASSIGN_OR_RETURN(const Endpoints endpoints, Discover());
  const bool asks = endpoints.authorization.find('?') != std::string::npos;
  return fmt::format(
      "{}{}response_type=code&client_id={}&redirect_uri={}&scope={}&state={}&nonce={}"
      "&code_challenge={}&code_challenge_method=S256",
      endpoints.authorization, asks ? "&" : "?", Encoded(options_.client_id),
      Encoded(options_.redirect_uri), Encoded(options_.scope), attempt.state, attempt.nonce,
      gateway::ToBase64Url(Sha256(attempt.verifier)));
}

absl::StatusOr<Struct> Provider::Redeem(const std::string& code, const Attempt& attempt) {
  WISSEL_ASSIGN_OR_RETURN(const Endpoints endpoints, Discover());
  WISSEL_ASSIGN_OR_RETURN(
      const std::string answer,
      Post(endpoints.token,
           fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
                       Encoded(code), Encoded(options_.redirect_uri), attempt.verifier)));
  WISSEL_ASSIGN_OR_RETURN(const Struct object, ReadObject(answer));
  const std::string token = Text(object, "id_token");
  const Expected expected{options_.issuer, options_.client_id, attempt.nonce};
  WISSEL_ASSIGN_OR_RETURN(auto keys, Keys(endpoints, false));
  auto claims = CheckIdToken(token, *keys, expected, clock_());
  if (!absl::IsNotFound(claims.status())) return claims;
  WISSEL_ASSIGN_OR_RETURN(keys, Keys(endpoints, true));
  claims = CheckIdToken(token, *keys, expected, clock_());
  if (!absl::IsNotFound(claims.status())) return claims;
  return absl::UnauthenticatedError(claims.status().message());
}

bool Provider::Allowed(const std::string& url) const {
  return url.starts_with("https://") || (OfThisMachine(options_.issuer) && OfThisMachine(url));
}

// OpenID Connect Discovery 1.0, section 4.
absl::StatusOr<Provider::Endpoints> Provider::Discover() {
  const Instant now = clock_();
  {
    std::lock_guard lock(mutex_);
    if (endpoints_ && now - discovered_ < kAskAgainAfter) return *endpoints_;
  }
  const bool slash = options_.issuer.ends_with('/');
  WISSEL_ASSIGN_OR_RETURN(
      const std::string answer,
      Get(fmt::format("{}{}.well-known/openid-configuration", options_.issuer, slash ? "" : "/")));
  WISSEL_ASSIGN_OR_RETURN(const Struct object, ReadObject(answer));
  if (Text(object, "issuer") != options_.issuer) return Away("it says to be another issuer");
  Endpoints endpoints{Text(object, "authorization_endpoint"), Text(object, "token_endpoint"),
                      Text(object, "jwks_uri")};
  for (const std::string* url : {&endpoints.authorization, &endpoints.token, &endpoints.keys}) {
    const bool clean = url->find_first_of(" \r\n") == std::string::npos;
    if (!clean || !Allowed(*url)) return Away("it names an address without https");
  }
  std::lock_guard lock(mutex_);
  endpoints_ = endpoints;
  discovered_ = now;
  return endpoints;
}

absl::StatusOr<std::shared_ptr<const KeySet>> Provider::Keys(const Endpoints& endpoints,
                                                             bool anew) {
  const Instant now = clock_();
  {
    std::lock_guard lock(mutex_);
    if (keys_ != nullptr && now - keys_read_ < (anew ? kKeysHoldFor : kAskAgainAfter)) return keys_;
  }
  WISSEL_ASSIGN_OR_RETURN(const std::string answer, Get(endpoints.keys));
  auto read = KeySet::Read(answer);
  if (!read.ok()) return Away("its keys cannot be read");
  auto keys = std::make_shared<const KeySet>(*std::move(read));
  std::lock_guard lock(mutex_);
  keys_ = keys;
  keys_read_ = now;
  return keys;
}

absl::StatusOr<std::string> Provider::Get(const std::string& url) const {
  return Ask(options_, url, nullptr);
}

absl::StatusOr<std::string> Provider::Post(const std::string& url, const std::string& form) const {
  return Ask(options_, url, &form);
}

}  // namespace wissel::oidc
