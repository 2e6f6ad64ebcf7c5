// Who keeps to the published schedule, now and today (proto/wissel/v1/schedule.proto).
//
// What agents do is seen as it becomes durable, on from what the journal says they did before the
// start. Construct before the shard is started.
#pragma once

#include <memory>
#include <optional>

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"
#include "forecasting/service/presence_record.h"

namespace wissel::forecasting {

class AdherenceService {
 public:
  // `before`: as of the end of the journal; none: what of today lies before the first batch that is
  // seen is not judged.
  explicit AdherenceService(Office& office, std::optional<PresenceRecord> before = std::nullopt);
  void Register(rpc::MethodTable& table);

 private:
  class Record;
  Office& office_;
  std::shared_ptr<Record> record_;
};

}  // namespace wissel::forecasting
