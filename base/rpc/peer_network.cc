#include "base/rpc/peer_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace wissel::rpc {
namespace {

using Ipv6 = std::array<unsigned char, 16>;
constexpr std::array<unsigned char, 12> kIpv4InIpv6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string Text(int family, const unsigned char* bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(family, bytes, text, sizeof text);
  return text;
}

bool Strip(std::string_view* text, std::string_view prefix, std::string_view suffix) {
  if (text->size() < prefix.size() + suffix.size()) return false;
  if (!text->starts_with(prefix) || !text->ends_with(suffix)) return false;
  text->remove_prefix(prefix.size());
  text->remove_suffix(suffix.size());
  return true;
}

// The address alone: without gRPC's scheme, the port, brackets and the interface ("%eth0").
std::string AddressOf(std::string_view peer) {
  Strip(&peer, "ipv4:", "") || Strip(&peer, "ipv6:", "");
  peer = peer.substr(0, peer.rfind(':'));
  Strip(&peer, "[", "]") || Strip(&peer, "%5B", "%5D");
  return std::string(peer.substr(0, peer.find('%')));
}

}  // namespace

std::string NetworkOf(std::string_view peer) {
  const std::string address = AddressOf(peer);
  Ipv6 bytes;
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return address;
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return std::string(peer);
  if (std::equal(kIpv4InIpv6.begin(), kIpv4InIpv6.end(), bytes.begin())) {
    return Text(AF_INET, bytes.data() + kIpv4InIpv6.size());
  }
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return Text(AF_INET6, bytes.data()) + "/64";
}

}  // namespace wissel::rpc
