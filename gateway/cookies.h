// The cookies of a browser that is signed in (RFC 6265). Their names begin with __Host-, so that a
// browser keeps them for this host alone, sends them through TLS alone (or to a loopback address)
// and shows them to no script.
//
// Threads: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace wissel::gateway {

// Holds the bearer token of who is signed in.
inline constexpr std::string_view kSessionCookie = "__Host-wissel";

// From the header Cookie. Nothing when it is not there, or there twice: who set the other one?
std::optional<std::string_view> CookieNamed(std::string_view header, std::string_view name);

// kStrict: never sent with a request that a page of another site began; kLax: with those alone that
// lead the browser here.
enum class SameSite { kStrict, kLax };

// The value of a Set-Cookie header. `value` is of A-Z, a-z, 0-9, '.', '-', '_'.
std::string CookieText(std::string_view name, std::string_view value, Duration lifetime,
                       SameSite same_site);
// One that removes it.
std::string EndOfCookie(std::string_view name, SameSite same_site);

}  // namespace wissel::gateway
