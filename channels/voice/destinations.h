// Where calls to the outside may go: countries that are named, kinds of numbers that cost no more
// than a call, and so many in a day, so that a stolen password or a broken list costs little.
// Counts begin anew with the process. Pure; belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel::voice {

struct DestinationRules {
  std::set<std::string> countries;  // ISO 3166-1: "BE"; none: nowhere
  std::string region;               // of numbers without a country; empty: those are refused
  int most_per_day = 1'000;         // UTC
  int most_per_number = 5;          // in a day
};

class Destinations {
 public:
  explicit Destinations(DestinationRules rules) : rules_(std::move(rules)) {}

  // How it is dialled: "+3225550123"; counted as one call. INVALID_ARGUMENT: no number;
  // PERMISSION_DENIED: not there; RESOURCE_EXHAUSTED: enough for this day. All on `number`.
  absl::StatusOr<std::string> Admit(std::string_view number, Instant now);

 private:
  DestinationRules rules_;
  int64_t day_ = 0;
  int today_ = 0;
  std::map<std::string, int> by_number_;
};

}  // namespace wissel::voice
