#include "channels/voice/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <charconv>

#include "absl/strings/escaping.h"
#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::voice {
namespace {

constexpr int64_t kNonceSeconds = 60;

std::string Md5(std::string_view text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  INVARIANT(EVP_Digest(text.data(), text.size(), hash, &size, EVP_md5(), nullptr) == 1);
  return absl::BytesToHexString({reinterpret_cast<const char*>(hash), size});
}

bool IsSame(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

absl::StatusOr<Passwords> ParsePasswords(std::string_view file) {
  Passwords passwords;
  for (int number = 1; !file.empty(); ++number) {
    const size_t end = file.find('\n');
    std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == line.size()) {
      return RefuseField("users_file", fmt::format("line {} is no user and password", number),
                         "user:password");
    }
    passwords[std::string(line.substr(0, colon))] = line.substr(colon + 1);
  }
  if (passwords.empty()) return RefuseField("users_file", "names no user", "lines user:password");
  return passwords;
}

Digest::Digest(std::string realm, Passwords passwords)
    : realm_(std::move(realm)), passwords_(std::move(passwords)) {
  INVARIANT(RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) == 1);
}

std::string Digest::Nonce(int64_t second) const {
  const std::string when = fmt::format("{:x}", second);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(when.data()), when.size(), hash, &size);
  return when + "." + absl::BytesToHexString({reinterpret_cast<const char*>(hash), 16});
}

std::string Digest::Challenge(bool stale, Instant now) const {
  return fmt::format(R"(Digest realm="{}", nonce="{}", algorithm=MD5, qop="auth"{})", realm_,
                     Nonce(now.millis() / 1000), stale ? ", stale=true" : "");
}

Digest::Verdict Digest::Judge(const DigestAnswer& said, std::string_view method,
                              Instant now) const {
  const auto known = passwords_.find(std::string(said.user));
  if (known == passwords_.end() || said.realm != realm_) return Verdict::kWrong;
  int64_t second = 0;
  const char* end = said.nonce.data() + said.nonce.size();
  const auto [rest, error] = std::from_chars(said.nonce.data(), end, second, 16);
  if (error != std::errc() || rest == end || *rest != '.') return Verdict::kWrong;
  if (!IsSame(said.nonce, Nonce(second))) return Verdict::kWrong;
  std::string with = std::string(said.nonce);
  if (!said.qop.empty()) {
    if (said.qop != "auth" || said.nc.empty() || said.cnonce.empty()) return Verdict::kWrong;
    with += fmt::format(":{}:{}:{}", said.nc, said.cnonce, said.qop);
  }
  const std::string who = Md5(fmt::format("{}:{}:{}", said.user, realm_, known->second));
  const std::string what = Md5(fmt::format("{}:{}", method, said.uri));
  if (!IsSame(said.response, Md5(fmt::format("{}:{}:{}", who, with, what)))) {
    return Verdict::kWrong;
  }
  const int64_t age = now.millis() / 1000 - second;
  return age >= 0 && age <= kNonceSeconds ? Verdict::kRight : Verdict::kStale;
}

}  // namespace wissel::voice
