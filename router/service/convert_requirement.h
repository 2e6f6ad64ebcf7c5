// Requirements between the contract and the core. Refusals name fields from the requirement on
// ("steps[1].skills[0].minLevel"); the caller puts its own path before them. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "router/core/directory.h"
#include "router/core/requirement.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

absl::StatusOr<Requirement> ReadRequirement(const v1::Requirement& requirement,
                                            const Directory& directory);

void WriteRequirement(const Requirement& requirement, const Directory& directory,
                      v1::Requirement* out);

// Of a queue that asks for nothing: any signed-in agent with room.
Requirement AnyAgent();

}  // namespace wissel
