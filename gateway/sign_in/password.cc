#include "gateway/sign_in/password.h"

#include <argon2.h>
#include <openssl/rand.h>

#include "base/invariant.h"

namespace wissel::sign_in {
namespace {

constexpr uint32_t kPasses = 2;
constexpr uint32_t kMemoryKib = 19456;
constexpr uint32_t kLanes = 1;
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

}  // namespace

std::string HashPassword(const std::string& password) {
  unsigned char salt[kSaltBytes];
  INVARIANT(RAND_bytes(salt, sizeof(salt)) == 1);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int result =
      argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt,
                            sizeof(salt), kHashBytes, encoded.data(), encoded.size());
  INVARIANT(result == ARGON2_OK);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool PasswordFits(const std::string& hash, const std::string& password) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace wissel::sign_in
