#include "channels/contacts/seal.h"

#include <sodium.h>

#include <cstring>

#include "base/invariant.h"

namespace wissel::contacts {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kHash = 16;
static_assert(Key::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Key Key::Random() {
  INVARIANT(sodium_init() >= 0);
  std::string bytes(kBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  Key key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

Key::Key(std::string_view bytes) {
  INVARIANT(bytes.size() == kBytes && sodium_init() >= 0);
  std::memcpy(bytes_.data(), bytes.data(), kBytes);
}

Key::~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

std::string Seal(const Key& key, std::string_view text, std::string_view identity) {
  std::string sealed(kNonce + text.size() + kTag, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonce, nullptr, Bytes(text),
                                             text.size(), Bytes(identity), identity.size(), nullptr,
                                             Bytes(sealed), key.data());
  return sealed;
}

absl::StatusOr<std::string> Open(const Key& key, std::string_view sealed,
                                 std::string_view identity) {
  const absl::Status damaged = absl::DataLossError("a row of the contact store is damaged");
  if (sealed.size() < kNonce + kTag) return damaged;
  std::string text(sealed.size() - kNonce - kTag, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      Bytes(text), nullptr, nullptr, Bytes(sealed) + kNonce, sealed.size() - kNonce,
      Bytes(identity), identity.size(), Bytes(sealed), key.data());
  if (opened != 0) return damaged;
  return text;
}

std::string KeyedHash(const Key& key, std::string_view purpose, std::string_view text) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), Key::kBytes, kHash);
  crypto_generichash_update(&state, Bytes(purpose), purpose.size());
  const unsigned char end = 0;
  crypto_generichash_update(&state, &end, 1);
  crypto_generichash_update(&state, Bytes(text), text.size());
  std::string hash(kHash, '\0');
  crypto_generichash_final(&state, Bytes(hash), hash.size());
  return hash;
}

bool AreSame(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wissel::contacts
