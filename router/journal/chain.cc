#include "router/journal/chain.h"

#include <openssl/evp.h>

#include <memory>

#include "base/invariant.h"
#include "fmt/format.h"

namespace wissel {
namespace {

// Fetching the algorithm costs more than hashing a small batch, so it is done once.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  INVARIANT(algorithm != nullptr);
  return algorithm;
}

class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    INVARIANT(context_ && EVP_DigestInit_ex(context_.get(), Algorithm(), nullptr) == 1);
  }
  void Add(const void* bytes, size_t size) {
    INVARIANT(EVP_DigestUpdate(context_.get(), bytes, size) == 1);
  }
  void Add(uint64_t number) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(number >> (8 * i));
    Add(bytes, sizeof bytes);
  }
  ChainHash Finish() {
    ChainHash hash;
    INVARIANT(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

ChainHash NextInChain(const ChainHash& previous, const RowHeader& header,
                      std::string_view payload) {
  Hasher hasher;
  hasher.Add(previous.data(), previous.size());
  hasher.Add(header.epoch);
  hasher.Add(header.first_sequence);
  hasher.Add(header.last_sequence);
  hasher.Add(payload.data(), payload.size());
  return hasher.Finish();
}

ChainHash Sha256(std::string_view bytes) {
  Hasher hasher;
  hasher.Add(bytes.data(), bytes.size());
  return hasher.Finish();
}

std::string Hex(const ChainHash& hash) {
  std::string text;
  for (uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace wissel
