// Addresses and networks that something is let in from: "10.0.0.5", "10.0.0.0/24", "::1". Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::voice {

// As IPv6, IPv4 mapped into it.
using IpAddress = std::array<uint8_t, 16>;

absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text);

class Networks {
 public:
  // INVALID_ARGUMENT says what would be right.
  absl::Status Add(std::string_view text);
  bool Has(const IpAddress& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    int bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace wissel::voice
