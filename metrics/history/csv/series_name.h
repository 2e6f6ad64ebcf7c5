// Whose counts a row of the history is.
#pragma once

#include <compare>
#include <string>

namespace wissel::metrics {

struct SeriesName {
  std::string queue;    // "tax"
  std::string channel;  // "voice"; empty: of all its channels
  std::string topic;    // empty: of all topics

  auto operator<=>(const SeriesName&) const = default;
};

}  // namespace wissel::metrics
