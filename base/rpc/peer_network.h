// Which network a caller calls from, where callers without a name are told apart by it. A home or a
// phone has a whole /64 of IPv6 (RFC 6177, section 2) and a new address as often as it likes: there
// the first half of the address counts. An IPv4 address counts whole, also in its IPv6 form.
//
// Who may call: everybody who counts what addresses do. Threads: a free function without state.
#pragma once

#include <string>
#include <string_view>

namespace wissel::rpc {

// "192.0.2.7", "2001:db8:1:2::/64" of a peer as either door says it: "192.0.2.7:49152",
// "2001:db8::7:49152", "ipv4:192.0.2.7:49152", "ipv6:%5B2001:db8::7%5D:49152". What is no such
// address is given back as it is.
std::string NetworkOf(std::string_view peer);

}  // namespace wissel::rpc
