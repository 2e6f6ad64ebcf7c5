#include "gateway/http_text.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/status.h"

namespace wissel::gateway {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Cuts `*rest` behind the first `separator` and returns what stood before it.
std::string_view CutFirst(std::string_view* rest, char separator) {
  const size_t end = std::min(rest->find(separator), rest->size());
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return part;
}

bool WeighsNothing(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = TrimSpace(CutFirst(&parameters, ';'));
    if (parameter.size() < 3 || !EqualsIgnoringCase(parameter.substr(0, 2), "q=")) continue;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view TrimSpace(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    std::string_view value = CutFirst(&query, '&');
    if (value.empty()) continue;
    const std::string_view name = CutFirst(&value, '=');
    auto decoded_name = PercentDecode(name, true);
    auto decoded_value = PercentDecode(value, true);
    if (!decoded_name || !decoded_value) return std::nullopt;
    parameters.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return parameters;
}

bool ListHolds(std::string_view header, std::string_view item) {
  while (!header.empty()) {
    std::string_view parameters = CutFirst(&header, ',');
    const std::string_view name = TrimSpace(CutFirst(&parameters, ';'));
    if (EqualsIgnoringCase(name, item)) return !WeighsNothing(parameters);
  }
  return false;
}

absl::StatusOr<std::string_view> BearerToken(std::string_view authorization) {
  authorization = TrimSpace(authorization);
  if (authorization.empty()) return std::string_view();
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view token =
      TrimSpace(authorization.substr(std::min(kScheme.size(), authorization.size())));
  if (!EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme) || token.empty()) {
    return Refuse(absl::StatusCode::kUnauthenticated, "",
                  "the authorization header holds no bearer token", "\"Bearer <token>\"");
  }
  return token;
}

std::string ClientBehind(const std::vector<std::string>& proxies, std::string peer,
                         std::string_view forwarded_for) {
  std::string address = peer.substr(0, peer.rfind(':'));
  while (!forwarded_for.empty() &&
         std::find(proxies.begin(), proxies.end(), address) != proxies.end()) {
    const size_t comma = forwarded_for.rfind(',');
    address = TrimSpace(forwarded_for.substr(comma + 1));
    forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
    unsigned char bytes[16];
    if (::inet_pton(AF_INET, address.c_str(), bytes) != 1 &&
        ::inet_pton(AF_INET6, address.c_str(), bytes) != 1) {
      return peer;
    }
    peer = address + ":0";
  }
  return peer;
}

std::string HostWithoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  std::string name(host);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

bool SameOrigin(std::string_view origin, std::string_view host) {
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos || host.empty()) return false;
  const std::string_view name = origin.substr(0, scheme);
  if (name != "http" && name != "https") return false;
  return EqualsIgnoringCase(origin.substr(scheme + 3), host);
}

}  // namespace wissel::gateway
