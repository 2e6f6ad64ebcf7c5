// Which events somebody wants. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "integration/events/publisher.h"
#include "router/core/directory.h"

namespace wissel::events {

struct Filter {
  std::vector<std::string> type_prefixes;  // none: all types
  std::vector<std::string> queues;         // resource names; none: all, and what has none
  std::string contact;                     // empty: all

  bool Passes(const Published& event) const;
  bool operator==(const Filter&) const = default;
};

// INVALID_ARGUMENT for what no type begins with or what is too long, NOT_FOUND for a queue that is
// not there; the field as in StreamEventsRequest, behind `at` ("webhook." for example).
absl::Status CheckFilter(const Filter& filter, const Directory& directory, std::string_view at);

}  // namespace wissel::events
