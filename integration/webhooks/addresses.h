// Where webhooks may go: to public addresses alone, so that nobody can make this server call what
// stands beside it (server-side request forgery). An address is judged when it is connected to,
// whatever its name said before: names can change between two looks (DNS rebinding). Pure.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace wissel::webhooks {

// Global unicast that the IANA special-purpose registries (RFC 6890) do not set aside. False for
// what is neither IPv4 nor IPv6, and for IPv6 that carries an IPv4 address which is not public.
bool IsPublic(const sockaddr& address);

// Of a host that is written as an address: "10.0.0.1", "[::1]". True for a name.
bool MayBePublic(const std::string& host);

// INVALID_ARGUMENT on `field`: no absolute http or https address, too long, with a user name or a
// fragment; without `allow_private` also http, and hosts that are written as private addresses in
// any way ("127.1", "2130706433").
absl::Status CheckUrl(std::string_view url, bool allow_private, std::string_view field);

}  // namespace wissel::webhooks
