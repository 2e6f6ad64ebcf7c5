#include "gateway/cookies.h"

#include <algorithm>

#include "fmt/format.h"
#include "gateway/http_text.h"

namespace wissel::gateway {

std::optional<std::string_view> CookieNamed(std::string_view header, std::string_view name) {
  std::optional<std::string_view> found;
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = TrimSpace(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;
    found = pair.substr(equals + 1);
  }
  return found;
}

std::string CookieText(std::string_view name, std::string_view value, Duration lifetime,
                       SameSite same_site) {
  return fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite={}", name, value,
                     lifetime.millis() / 1000, same_site == SameSite::kStrict ? "Strict" : "Lax");
}

std::string EndOfCookie(std::string_view name, SameSite same_site) {
  return CookieText(name, "", Duration(), same_site);
}

}  // namespace wissel::gateway
