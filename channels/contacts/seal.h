// How texts and bytes are sealed: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) by libsodium,
// under a random key, each time with a random nonce. Beside them, keyed hashes (BLAKE2b, RFC 7693)
// by which rows are found again without saying what of. Pure but for the system's random source;
// thread-safe.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::contacts {

// 256 bits, overwritten when they are let go.
class Key {
 public:
  static constexpr size_t kBytes = 32;

  static Key Random();
  // `bytes` are kBytes many.
  explicit Key(std::string_view bytes);
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();

  const unsigned char* data() const { return bytes_.data(); }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::array<unsigned char, kBytes> bytes_;
};

// `identity` says which row of which table this is, with its columns that are not sealed: put
// elsewhere, or beside other columns, it does not open.
std::string Seal(const Key& key, std::string_view text, std::string_view identity);

// DATA_LOSS: it is damaged, of another row, or of another key.
absl::StatusOr<std::string> Open(const Key& key, std::string_view sealed,
                                 std::string_view identity);

// 128 bits of a text; of the same text another one for each `purpose`, which has no NUL.
std::string KeyedHash(const Key& key, std::string_view purpose, std::string_view text);

// In constant time.
bool AreSame(std::string_view a, std::string_view b);

}  // namespace wissel::contacts
