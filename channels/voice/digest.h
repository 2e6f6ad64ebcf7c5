// What a trunk is asked that has to say a password beside coming from its address (RFC 3261, 22;
// RFC 2617 with MD5, which is what trunks speak). Pure but for a secret drawn when it is made.
//
// A nonce says when it was given and is signed, so nothing is kept of those who ask; it holds for a
// minute, and who comes later is asked again as `stale`, with the same password.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel::voice {

using Passwords = std::map<std::string, std::string>;  // by user

// A file of lines "user:password"; empty lines and those that begin with # are nothing.
// INVALID_ARGUMENT names the line, never what is in it.
absl::StatusOr<Passwords> ParsePasswords(std::string_view file);

// What is said to be the answer to a nonce; the views are of the request.
struct DigestAnswer {
  std::string_view user, realm, nonce, uri, response;
  std::string_view qop, nc, cnonce;  // qop empty: as before RFC 2617
};

class Digest {
 public:
  Digest(std::string realm, Passwords passwords);

  enum class Verdict { kRight, kStale, kWrong };
  Verdict Judge(const DigestAnswer& answer, std::string_view method, Instant now) const;
  // The value of WWW-Authenticate.
  std::string Challenge(bool stale, Instant now) const;

  const std::string& realm() const { return realm_; }

 private:
  std::string Nonce(int64_t second) const;

  std::string realm_;
  Passwords passwords_;
  std::array<unsigned char, 32> secret_;
};

}  // namespace wissel::voice
