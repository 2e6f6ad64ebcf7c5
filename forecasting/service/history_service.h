// The past for those who plan: brought in, taken out, marked (proto/wissel/v1/history.proto).
#pragma once

#include <memory>

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

// On a thread of its own: a large file takes a while, and nobody else waits for it.
class HistoryService {
 public:
  explicit HistoryService(Office& office);
  ~HistoryService();

  void Register(rpc::MethodTable& table);
  void Stop();

 private:
  class Parts;
  void RegisterFiles(rpc::MethodTable& table);
  void RegisterMarks(rpc::MethodTable& table);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::forecasting
