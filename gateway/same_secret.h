// Compares what somebody says with a secret, and takes as long whatever differs.
//
// Threads: a free function without state.
#pragma once

#include <openssl/crypto.h>

#include <string_view>

namespace wissel::gateway {

inline bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wissel::gateway
