#include "channels/email/core/thread_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/invariant.h"

namespace wissel::email {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Without I, L, O and U.
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr size_t kIdBytes = 16;
constexpr size_t kIdLength = 22;
constexpr size_t kMacBytes = 10;
constexpr size_t kTokenLength = 42;  // of 26 bytes in base32
constexpr std::string_view kTagStart = "[ref ";

std::string Encode(std::string_view bytes, std::string_view alphabet, int bits_each) {
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= bits_each; held -= bits_each) {
      text += alphabet[bits >> (held - bits_each) & ((1u << bits_each) - 1)];
    }
  }
  if (held > 0) text += alphabet[bits << (bits_each - held) & ((1u << bits_each) - 1)];
  return text;
}

// None where a character is none of the alphabet's, or bits beyond the last byte are set: each
// sequence of bytes has one text.
std::optional<std::string> Decode(std::string_view text, std::string_view alphabet, int bits_each) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    const size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << bits_each | static_cast<uint32_t>(value);
    held += bits_each;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xff);
  }
  if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string MacOf(std::string_view key, std::string_view id) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  const std::string text = std::string("wissel mail thread ").append(id);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  INVARIANT(size >= kMacBytes);
  return std::string(reinterpret_cast<const char*>(mac.data()), kMacBytes);
}

}  // namespace

ThreadTokens::ThreadTokens(std::string key) : key_(std::move(key)) { INVARIANT(key_.size() == 32); }

std::string ThreadTokens::TokenOf(std::string_view thread) const {
  const std::optional<std::string> id = Decode(thread, kBase64Url, 6);
  INVARIANT(id && id->size() == kIdBytes);
  return Encode(*id + MacOf(key_, *id), kBase32, 5);
}

std::optional<std::string> ThreadTokens::ThreadOf(std::string_view token) const {
  if (token.size() != kTokenLength) return std::nullopt;
  const std::optional<std::string> bytes = Decode(Normalized(token), kBase32, 5);
  if (!bytes || bytes->size() != kIdBytes + kMacBytes) return std::nullopt;
  const std::string id = bytes->substr(0, kIdBytes);
  const std::string mac = MacOf(key_, id);
  if (CRYPTO_memcmp(mac.data(), bytes->data() + kIdBytes, kMacBytes) != 0) return std::nullopt;
  return Encode(id, kBase64Url, 6);
}

std::string ThreadTokens::MessageId(std::string_view thread, std::string_view unique,
                                    std::string_view domain) const {
  return TokenOf(thread).append(".").append(unique).append("@").append(domain);
}

std::optional<std::string> ThreadTokens::ThreadOfMessageId(std::string_view message_id) const {
  if (message_id.size() <= kTokenLength || message_id[kTokenLength] != '.') return std::nullopt;
  return ThreadOf(message_id.substr(0, kTokenLength));
}

std::optional<std::string> ThreadTokens::ThreadNamedBy(
    const Mail& mail, const std::vector<std::string>& recipients) const {
  for (const std::string& recipient : recipients) {
    if (auto thread = ThreadOf(SplitDetail(recipient).detail)) return thread;
  }
  for (const auto* ids : {&mail.in_reply_to, &mail.references}) {
    for (auto id = ids->rbegin(); id != ids->rend(); ++id) {
      if (auto thread = ThreadOfMessageId(*id)) return thread;
    }
  }
  const std::optional<std::string_view> tag = SubjectTag(mail.subject);
  return tag ? ThreadOf(*tag) : std::nullopt;
}

std::optional<std::string_view> SubjectTag(std::string_view subject) {
  const size_t start = subject.rfind(kTagStart);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view rest = subject.substr(start + kTagStart.size());
  const size_t end = rest.find(']');
  if (end != kTokenLength) return std::nullopt;
  return rest.substr(0, end);
}

std::string WithSubjectTag(std::string_view subject, std::string_view token) {
  if (SubjectTag(subject) == token) return std::string(subject);
  return std::string(subject).append(" ").append(kTagStart).append(token).append("]");
}

std::string ReferenceOf(std::string_view thread) {
  const std::optional<std::string> id = Decode(thread, kBase64Url, 6);
  INVARIANT(id && id->size() == kIdBytes);
  const std::string all = Encode(*id, kCrockford, 5);
  return all.substr(0, 5) + "-" + all.substr(5, 5);
}

}  // namespace wissel::email
