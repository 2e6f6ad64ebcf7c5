// The header Cookie. Beyond not crashing: what is found is a part of the header, and the same
// header twice over holds the name twice, which is none.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "gateway/cookies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wissel::gateway::CookieNamed;
  const std::string header(reinterpret_cast<const char*>(data), size);
  const auto found = CookieNamed(header, wissel::gateway::kSessionCookie);
  if (!found) return 0;
  INVARIANT(found->data() >= header.data() &&
            found->data() + found->size() <= header.data() + header.size());
  INVARIANT(found->find(';') == std::string_view::npos);
  INVARIANT(!CookieNamed(header + ";" + header, wissel::gateway::kSessionCookie));
  return 0;
}
