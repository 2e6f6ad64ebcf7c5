#include "integration/webhooks/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "base/invariant.h"
#include "fmt/format.h"

namespace wissel::webhooks {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kSecretBytes = 24;  // the least that the specification takes

std::string Base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

std::string KeyOf(std::string_view secret) {
  secret.remove_prefix(kPrefix.size());
  std::string key(3 * (secret.size() / 4) + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                                   reinterpret_cast<const unsigned char*>(secret.data()),
                                   static_cast<int>(secret.size()));
  INVARIANT(size > 0);  // secrets are our own
  key.resize(static_cast<size_t>(size) - (secret.ends_with("==") ? 2 : secret.ends_with('=')));
  return key;
}

std::string Signed(std::string_view secret, std::string_view content) {
  const std::string key = KeyOf(secret);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  INVARIANT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                 reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac.data(),
                 &size) != nullptr);
  return "v1," + Base64({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace

std::string NewSecret() {
  std::array<unsigned char, kSecretBytes> bytes;
  INVARIANT(RAND_bytes(bytes.data(), bytes.size()) == 1);
  return std::string(kPrefix) + Base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string SignatureHeader(std::string_view secret, std::string_view former, std::string_view id,
                            int64_t unix_seconds, std::string_view body) {
  const std::string content = fmt::format("{}.{}.{}", id, unix_seconds, body);
  std::string header = Signed(secret, content);
  if (!former.empty()) header.append(" ").append(Signed(former, content));
  return header;
}

}  // namespace wissel::webhooks
