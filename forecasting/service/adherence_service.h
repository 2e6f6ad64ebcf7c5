// Who keeps to the published schedule, now and today (proto/wissel/v1/schedule.proto).
//
// What agents do is seen as it becomes durable, from the process's start on: what of today lies
// before that is not judged. Construct before the shard is started.
#pragma once

#include <memory>

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

class AdherenceService {
 public:
  explicit AdherenceService(Office& office);
  void Register(rpc::MethodTable& table);

 private:
  class Record;
  Office& office_;
  std::shared_ptr<Record> record_;
};

}  // namespace wissel::forecasting
