// RulesService over a shard and its journal: the versions of the rules, trials, and several changes
// applied as one or taken back (proto/wissel/v1/rules.proto).
//
// Order: construct and `Register` before a door opens. On the way down: close the doors, `Stop`,
// then stop the shard. Handlers hand over to two threads of this class, one for trials and one for
// everything else, and never block; what does not fit into their queues is RESOURCE_EXHAUSTED.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agents/service/people.h"
#include "base/rpc/method_table.h"
#include "router/journal/journal.h"
#include "router/service/shard.h"

namespace wissel::rules {

class RulesService {
 public:
  // `reader` is of the shard's journal. Trials need its folder; without one there are none.
  RulesService(Shard& shard, People& people, std::unique_ptr<JournalReader> reader,
               std::optional<std::string> data);
  ~RulesService();

  void Register(rpc::MethodTable& table);
  // Ends a trial under way.
  void Stop();

 private:
  class Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::rules
