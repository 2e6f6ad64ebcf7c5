#include "channels/chat/secrets.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "base/invariant.h"

namespace wissel::chat {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Without padding.
std::string Base64Url(std::string_view bytes) {
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kAlphabet[bits << (6 - held) & 63];
  return text;
}

}  // namespace

std::string NewToken() {
  std::array<unsigned char, 16> bytes;
  INVARIANT(RAND_bytes(bytes.data(), bytes.size()) == 1);
  return Base64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string HashOf(std::string_view text) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

bool IsHashOf(std::string_view hash, std::string_view text) {
  const std::string other = HashOf(text);
  return hash.size() == other.size() && CRYPTO_memcmp(hash.data(), other.data(), hash.size()) == 0;
}

std::string Seal(std::string_view secret, std::string_view request_id, std::string_view chat) {
  std::string key(request_id);
  key.push_back('\0');
  key.append(chat);
  const std::string stream = HashOf(key);
  INVARIANT(secret.size() <= stream.size());
  std::string sealed(secret);
  for (size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] = static_cast<char>(sealed[i] ^ stream[i]);
  }
  return sealed;
}

}  // namespace wissel::chat
