// Who did what, in words: what a command of a person amounts to, told from the state before it is
// carried out; of a change of configuration each field before and after. Pure.
#pragma once

#include <optional>
#include <string>

#include "router/core/command.h"
#include "router/core/manager_event.h"
#include "router/core/state.h"

namespace wissel {

// None for what is no action of a person (openings), and for a configuration that stays as it is.
std::optional<ActionTaken> ActionOf(const CommandBody& command, const std::string& by,
                                    const State& before);

// "users/maya changes agents/anna: team teams/ghent -> teams/brussels"
std::string DescribeAction(const ActionTaken& action);

}  // namespace wissel
