// Changes of published schedules by what people agreed on: a new revision of the schedule, and a
// record of who did what (proto/wissel/v1/day.proto).
//
// On the store's thread, within a request's transaction.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"
#include "forecasting/service/schedule_book.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {

struct PublishedChange {
  uint64_t schedule = 0;
  // Replaced by `to`, also in another agent's name; one of the two may be absent.
  std::optional<v1::Shift> from;
  std::optional<v1::Shift> to;
  std::string user;
  std::string reason;  // "shiftOffers/3"
};

// A shift without a name gets one.
absl::StatusOr<v1::ScheduleChange> ChangePublished(PlanStore& store, PublishedChange change,
                                                   Instant now);

void RegisterScheduleChanges(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
