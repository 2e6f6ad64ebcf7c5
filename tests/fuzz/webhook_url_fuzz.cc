// Any text as the address of a webhook: taken or refused, never a crash. What is taken where
// private addresses are not allowed is taken where they are, is https, and has nothing in it that
// could end a line of HTTP.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/strings/match.h"
#include "base/invariant.h"
#include "base/status.h"
#include "integration/webhooks/addresses.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wissel::webhooks::CheckUrl;
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  const absl::Status strict = CheckUrl(url, false, "url");
  const absl::Status open = CheckUrl(url, true, "url");
  for (const absl::Status& status : {strict, open}) {
    if (!status.ok()) INVARIANT(wissel::FieldAtFault(status) == "url");
  }
  if (!strict.ok()) return 0;
  INVARIANT(open.ok());
  INVARIANT(absl::StartsWithIgnoreCase({url.data(), url.size()}, "https:"));
  for (const char c : url) INVARIANT(c > 0x20 && c < 0x7f);
  return 0;
}
