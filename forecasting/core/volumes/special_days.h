// Days that are not as their weekday usually is: holidays, the eves before them, bridges, and what
// else a center names.
//
// Plain values, pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/btree_map.h"
#include "forecasting/core/volumes/date.h"

namespace wissel::volumes {

enum class DayKind : uint8_t {
  kHoliday,  // expected to be like the day of rest of the week
  kEve,      // expected to be like the day before the day of rest
  kBridge,   // an ordinary day that many take off
  kOther,    // as its weekday, or else what past days of that name say
};

struct SpecialDay {
  std::string name;
  DayKind kind = DayKind::kHoliday;

  bool operator==(const SpecialDay&) const = default;
};

using SpecialDays = absl::btree_map<Date, SpecialDay>;

// What a name says where nothing else does: "Christmas Eve" is an eve, "Bridge after Ascension" a
// bridge, anything else a holiday.
DayKind KindOf(std::string_view name);

// "holiday", "eve", "bridge", "other".
std::string_view NameOf(DayKind kind);

}  // namespace wissel::volumes
