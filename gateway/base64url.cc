#include "gateway/base64url.h"

#include "absl/strings/escaping.h"

namespace wissel::gateway {

std::string ToBase64Url(std::string_view bytes) {
  std::string text = absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes) ||
      ToBase64Url(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace wissel::gateway
