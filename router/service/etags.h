// Etags of work items and of agents' states: the core's versions (router/core/version.h) as text.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace wissel {

std::string WriteVersion(uint64_t version);

// None for an empty etag. One that is none is never right: ABORTED on `field`, as for one that has
// been overtaken.
absl::StatusOr<std::optional<uint64_t>> ReadVersion(const std::string& etag,
                                                    std::string_view field);

}  // namespace wissel
