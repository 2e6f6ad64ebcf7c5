#include "integration/webhooks/addresses.h"

#include <arpa/inet.h>
#include <curl/urlapi.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::webhooks {
namespace {

constexpr size_t kLongestUrl = 2000;

struct Block4 {
  uint32_t network;
  int bits;
};
constexpr uint32_t Ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}
// https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast (RFC 5771) and what
// is reserved (RFC 1112).
constexpr Block4 kNotPublic4[] = {
    {Ip(0, 0, 0, 0), 8},      {Ip(10, 0, 0, 0), 8},     {Ip(100, 64, 0, 0), 10},
    {Ip(127, 0, 0, 0), 8},    {Ip(169, 254, 0, 0), 16}, {Ip(172, 16, 0, 0), 12},
    {Ip(192, 0, 0, 0), 24},   {Ip(192, 0, 2, 0), 24},   {Ip(192, 88, 99, 0), 24},
    {Ip(192, 168, 0, 0), 16}, {Ip(198, 18, 0, 0), 15},  {Ip(198, 51, 100, 0), 24},
    {Ip(203, 0, 113, 0), 24}, {Ip(224, 0, 0, 0), 4},    {Ip(240, 0, 0, 0), 4},
};

bool IsPublic4(uint32_t address) {
  for (const Block4& block : kNotPublic4) {
    if ((address ^ block.network) >> (32 - block.bits) == 0) return false;
  }
  return true;
}

using Bytes6 = std::array<uint8_t, 16>;
uint32_t WordAt(const Bytes6& bytes, size_t at) {
  return Ip(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

// Public is 2000::/3 without what https://www.iana.org/assignments/iana-ipv6-special-registry sets
// aside there. Outside of it: ::, ::1, mapped and compatible IPv4, 64:ff9b:1::/48, 100::/64, unique
// local, link-local, multicast.
bool IsPublic6(const Bytes6& a) {
  const bool nat64 = WordAt(a, 0) == 0x0064'ff9b && WordAt(a, 4) == 0 && WordAt(a, 8) == 0;
  if (nat64) return IsPublic4(WordAt(a, 12));  // RFC 6052
  if (a[0] >> 5 != 1) return false;
  const uint32_t first = WordAt(a, 0);
  if (first >> 9 == 0x2001'0000 >> 9) return false;  // 2001::/23: Teredo, ORCHID, benchmarking
  if (first == 0x2001'0db8) return false;            // documentation
  if (first >> 12 == 0x3fff'0000 >> 12) return false;
  if (first >> 16 == 0x2002) return IsPublic4(first << 16 | WordAt(a, 4) >> 16);  // 6to4
  return true;
}

class ParsedUrl {
 public:
  explicit ParsedUrl(const std::string& url)
      : handle_(curl_url(), curl_url_cleanup),
        good_(handle_ != nullptr &&
              curl_url_set(handle_.get(), CURLUPART_URL, url.c_str(),
                           CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER) == CURLUE_OK) {}
  bool good() const { return good_; }
  std::string Part(CURLUPart part) const {
    char* text = nullptr;
    if (!good_ || curl_url_get(handle_.get(), part, &text, 0) != CURLUE_OK) return "";
    const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> handle_;
  bool good_;
};

bool IsPrintable(std::string_view text) {
  for (unsigned char c : text) {
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return true;
}

}  // namespace

bool IsPublic(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return IsPublic4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  Bytes6 bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  return IsPublic6(bytes);
}

bool MayBePublic(const std::string& host) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  // As generous as a resolver is: "127.1", "0x7f000001", "2130706433".
  if (inet_aton(host.c_str(), &v4.sin_addr) != 0) {
    return IsPublic(reinterpret_cast<const sockaddr&>(v4));
  }
  if (!host.starts_with('[')) {
    const std::string name = absl::AsciiStrToLower(host);
    return name != "localhost" && !name.ends_with(".localhost");  // RFC 6761, section 6.3
  }
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  const std::string inner = host.substr(1, host.find_first_of("]%") - 1);
  return inet_pton(AF_INET6, inner.c_str(), &v6.sin6_addr) == 1 &&
         IsPublic(reinterpret_cast<const sockaddr&>(v6));
}

absl::Status CheckUrl(std::string_view url, bool allow_private, std::string_view field) {
  const char* right = allow_private ? "\"http://10.1.2.3:8000/wissel\" for example"
                                    : "\"https://example.org/wissel\" for example";
  if (url.size() > kLongestUrl) {
    return RefuseField(field, fmt::format("the address has {} characters", url.size()),
                       "at most 2000 characters");
  }
  const ParsedUrl parsed{std::string(url)};
  const std::string scheme = parsed.Part(CURLUPART_SCHEME);
  const std::string host = parsed.Part(CURLUPART_HOST);
  if (!parsed.good() || !IsPrintable(url) || host.empty()) {
    return RefuseField(field, "this is no address of the web, without a user name", right);
  }
  if (url.find('#') != std::string_view::npos) {
    return RefuseField(field, "the part after # is never sent", right);
  }
  if (scheme != "https" && !(allow_private && scheme == "http")) {
    return RefuseField(
        field, allow_private ? "the address is neither http nor https" : "the address is not https",
        right);
  }
  if (!allow_private && !MayBePublic(host)) {
    return RefuseField(field, "the address is one of a private network",
                       "a public address, or `webhooks.allow_private_addresses: true` in the "
                       "configuration file");
  }
  return absl::OkStatus();
}

}  // namespace wissel::webhooks
