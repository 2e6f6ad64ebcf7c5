// A table of methods over another one, in which each unary call of a sampled trace becomes a span
// (span.h), and whatever is done for the call belongs to it (base/runtime/call_scope.h).
//
// A call that comes with a trace is sampled where that one is; of those without, a share begins a
// trace of its own. Streams have none: they last as long as somebody looks.
//
// Only server/ and tests make one. Threads: as the table below it.
#pragma once

#include <functional>

#include "base/rpc/method_table.h"
#include "gateway/tracing/span.h"

namespace wissel::tracing {

struct TracingOptions {
  double sample = 0;  // of calls without a trace, 0 to 1
  std::function<void(Span)> ended;
};

// `methods` outlives the table that is returned.
rpc::MethodTable TracedMethods(const rpc::MethodTable& methods, TracingOptions options);

}  // namespace wissel::tracing
