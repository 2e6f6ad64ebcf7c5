// The front door of the fact sheets: FactSheetService over a file of its own; the shard says which
// queues there are, and what day it is.
//
// `Register` before a door opens; close the doors, `Stop`, then stop the shard. Thread-safe;
// nothing blocks: one thread of its own reads and writes the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/sql/connection.h"
#include "router/service/shard.h"
#include "wissel/v1/fact_sheet.pb.h"

namespace wissel::facts {

struct FactSheetOptions {
  sql::Place place = ":memory:";  // of its table
  // Sheets to begin with: each is written once, by "users/configuration-file", and never again once
  // there has been a sheet of its name. Checked already (sheet_rules.h).
  std::vector<v1::FactSheet> first;
};

class FactSheets {
 public:
  // `shard` must outlive it.
  static absl::StatusOr<std::unique_ptr<FactSheets>> Open(Shard& shard,
                                                          const FactSheetOptions& options);
  ~FactSheets();

  void Register(rpc::MethodTable& table);
  // Calls from then on are UNAVAILABLE.
  void Stop();

 private:
  class Parts;
  explicit FactSheets(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::facts
