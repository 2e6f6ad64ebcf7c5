// What a fact sheet may be, and what its name says. Pure; thread-safe. Refusals are
// INVALID_ARGUMENT on a field of the sheet, in JSON names.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/time.h"
#include "wissel/v1/fact_sheet.pb.h"

namespace wissel::facts {

inline constexpr int kMostSheets = 30;  // of a queue

struct SheetName {
  std::string queue;  // last part of the queue's name
  std::string sheet;

  std::string text() const { return "queues/" + queue + "/factSheets/" + sheet; }
};
absl::StatusOr<SheetName> ParseSheetName(std::string_view name, std::string_view field);
// Of "queues/{queue}".
absl::StatusOr<std::string> ParseQueue(std::string_view name, std::string_view field);
absl::Status CheckSheetId(std::string_view id, std::string_view field);

// Its texts and its day; what is output only is not looked at.
absl::Status CheckSheet(const v1::FactSheet& sheet);

// What of a sheet its writers say: without its name and what is output only.
v1::FactSheet WhatIsWritten(const v1::FactSheet& sheet);

// Whether the day on which it was to be looked at again is over. `review_date` has been checked.
bool IsStale(const std::string& review_date, Instant now, absl::TimeZone zone);

}  // namespace wissel::facts
