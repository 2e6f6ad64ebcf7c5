#include "server/center/address.h"

#include <charconv>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::server {

std::string Address::Text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool Address::IsLoopback() const {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  const auto refuse = [&] {
    return Refuse(
        absl::StatusCode::kInvalidArgument, "",
        fmt::format("`{}` is no address; write HOST:PORT, for example 127.0.0.1:8080", text));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refuse();
  Address address;
  const std::string_view port = text.substr(colon + 1);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return refuse();
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();
  }
  if (host.empty()) return refuse();
  address.host = std::string(host);
  return address;
}

}  // namespace wissel::server
