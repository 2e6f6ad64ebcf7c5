// Which commands must be granted, which must be refused and how, judged on the shadow model before
// the command. Where the specification leaves it open, nothing is demanded.
#pragma once

#include <optional>
#include <string>

#include "router/core/command.h"
#include "tests/reference/model.h"

namespace wissel::reference {

struct Verdict {
  enum class Kind { kOpen, kGrant, kRefuse };
  Kind kind = Kind::kOpen;
  std::optional<absl::StatusCode> code;  // of kRefuse; none: any
};

Verdict VerdictOn(const Model& model, const Command& command, Instant now);

}  // namespace wissel::reference
