// Spans as OTLP takes them (OpenTelemetry protocol 1.x, ExportTraceServiceRequest in JSON: ids in
// hexadecimal, 64-bit numbers as strings). Pure.
//
// Nothing of a person stands in it: the method, how it ended, how long it took.
#pragma once

#include <string>
#include <vector>

#include "gateway/tracing/span.h"

namespace wissel::tracing {

// Whose spans they are.
struct Resource {
  std::string version;
  std::string instance;  // this server among several; empty: it is alone
};

std::string OtlpJson(const Resource& resource, const std::vector<Span>& spans);

}  // namespace wissel::tracing
