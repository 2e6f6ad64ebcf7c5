// The front door of planning: its services over a shard, with what planners made in a file beside
// the journal.
//
// Order: Open before the shard is started, Register before a door opens. On the way down: close the
// doors, Stop, then stop the shard.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/sql/connection.h"
#include "forecasting/service/presence_record.h"
#include "router/service/shard.h"

namespace wissel::forecasting {

struct PlanningOptions {
  sql::Place place = ":memory:";      // of what planners keep
  std::optional<sql::Place> history;  // none: there is none, and nothing is forecast
  std::string program;                // `wissel`, which solves schedules; empty: the running binary
  // What agents did today, as of the end of the journal; none: that begins with the process.
  std::optional<PresenceRecord> presences = std::nullopt;
};

class Planning {
 public:
  static absl::StatusOr<std::unique_ptr<Planning>> Open(Shard& shard,
                                                        const PlanningOptions& options);
  ~Planning();

  void Register(rpc::MethodTable& table);
  // Cancels what runs.
  void Stop();

 private:
  class Rooms;
  explicit Planning(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace wissel::forecasting
