#include "server/simulate/center.h"

#include <memory>
#include <utility>
#include <variant>

#include "agents/service/people.h"
#include "base/status.h"
#include "router/core/engine.h"
#include "router/service/config_service.h"
#include "server/config/apply.h"
#include "server/whatif/rehearsal.h"

namespace wissel::simulate {

absl::StatusOr<CenterRules> ApplyCenter(config::LoadedConfig& loaded) {
  whatif::Rehearsal shard{Engine(), Instant()};
  WISSEL_ASSIGN_OR_RETURN(const auto people, People::Open(":memory:"));
  const auto turns = std::make_shared<Turns>();
  rpc::MethodTable methods;
  RegisterConfigService(methods, shard, *people, turns);
  config::Apply(loaded, methods, shard);
  turns->Close();
  CenterRules rules;
  rules.directory = shard.engine().directory();
  for (const CommandBody& change : shard.changes()) {
    if (!std::holds_alternative<ConfigureAgent>(change)) rules.commands.push_back(change);
  }
  return rules;
}

}  // namespace wissel::simulate
