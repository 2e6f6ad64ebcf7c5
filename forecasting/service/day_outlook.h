// Whether the people of the published schedule are enough for the rest of today: the re-forecast,
// the people that it asks for, and what those who are planned are expected to give
// (docs/DAY.md, proto/wissel/v1/day.proto).
//
// On the study's thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/service/eligibility.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/office.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_problem.h"
#include "metrics/history/history_tables.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {

struct DayView {
  v1::DayOutlook outlook;
  // Who can serve each of its groups.
  std::vector<std::vector<std::string>> agents;
  // The published shifts around today, and the labour rules for them.
  ShiftsByAgent shifts;
  ScheduleScene scene;
};

absl::StatusOr<DayView> ViewDay(Office& office, Intraday& intraday, metrics::HistoryTables& history,
                                const Eligible& eligible);

// The groups that have the queue ("queues/tax"); all where it is empty.
bool IsWanted(const v1::DayOutlook::Group& group, const std::string& queue);

}  // namespace wissel::forecasting
