// Any bytes as the manifest of a backup: read, or refused, never a crash. What was read comes back
// as it was, and names plain files alone.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/invariant.h"
#include "server/backup/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wissel::backup;  // NOLINT: what is fuzzed
  const auto manifest = ParseManifest({reinterpret_cast<const char*>(data), size});
  if (!manifest.ok()) return 0;
  for (const auto& [name, sha256] : manifest->sha256) {
    INVARIANT(!name.empty() && name.front() != '.' && name.find('/') == name.npos);
    INVARIANT(sha256.size() == 64);
  }
  const std::string text = Text(*manifest);
  const auto again = ParseManifest(text);
  INVARIANT(again.ok() && Text(*again) == text);
  return 0;
}
