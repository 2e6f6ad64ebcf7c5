#include "channels/voice/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::voice {
namespace {

constexpr const char* kRight = "an address or a network, such as 10.0.0.5 or 10.0.0.0/24";
constexpr int kMappedBits = 96;

absl::Status NoAddress(std::string_view text) {
  return RefuseField("addresses", fmt::format("\"{}\" is no address", text), kRight);
}

bool SameBits(const IpAddress& a, const IpAddress& b, int bits) {
  for (int i = 0; i < 16 && bits > 0; ++i, bits -= 8) {
    const uint8_t mask = bits >= 8 ? 0xff : static_cast<uint8_t>(0xff << (8 - bits));
    if ((a[i] & mask) != (b[i] & mask)) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text) {
  const std::string copy(text);
  IpAddress address = {};
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) return address;
  return NoAddress(text);
}

absl::Status Networks::Add(std::string_view text) {
  const size_t slash = text.find('/');
  WISSEL_ASSIGN_OR_RETURN(const IpAddress address, ParseIpAddress(text.substr(0, slash)));
  const bool four = text.substr(0, slash).find(':') == std::string_view::npos;
  Network network{address, 128};
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const char* end = length.data() + length.size();
    int bits = 0;
    const auto [rest, error] = std::from_chars(length.data(), end, bits);
    if (error != std::errc() || rest != end || bits < 0 || bits > (four ? 32 : 128)) {
      return NoAddress(text);
    }
    network.bits = four ? kMappedBits + bits : bits;
  }
  networks_.push_back(network);
  return absl::OkStatus();
}

bool Networks::Has(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return SameBits(network.address, address, network.bits);
  });
}

}  // namespace wissel::voice
