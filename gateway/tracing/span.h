// One step of a trace: a call that this process has answered, from the door to its answer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/runtime/trace_context.h"

namespace wissel::tracing {

struct Span {
  TraceContext context;
  std::optional<std::array<uint8_t, 8>> parent;  // none: the trace begins here
  std::string name;                              // "wissel.v1.WorkService/CreateWorkItem"
  int64_t start_ns = 0;                          // since 1970
  int64_t end_ns = 0;
  absl::StatusCode code = absl::StatusCode::kOk;
};

}  // namespace wissel::tracing
