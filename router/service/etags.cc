#include "router/service/etags.h"

#include <charconv>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {

std::string WriteVersion(uint64_t version) { return fmt::format("{:016x}", version); }

absl::StatusOr<std::optional<uint64_t>> ReadVersion(const std::string& etag,
                                                    std::string_view field) {
  if (etag.empty()) return std::nullopt;
  uint64_t version = 0;
  const char* end = etag.data() + etag.size();
  const auto read = std::from_chars(etag.data(), end, version, 16);
  if (read.ec == std::errc() && read.ptr == end) return version;
  return Refuse(absl::StatusCode::kAborted, field, "someone else has changed it since",
                "the etag of what is there now");
}

}  // namespace wissel
