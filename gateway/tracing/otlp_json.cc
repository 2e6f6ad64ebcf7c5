#include "gateway/tracing/otlp_json.h"

#include "absl/strings/str_join.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"

namespace wissel::tracing {
namespace {

constexpr int kServer = 2;  // SpanKind
constexpr int kError = 2;   // Status.StatusCode

std::string Quoted(const std::string& text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

std::string Attribute(const char* key, const std::string& value) {
  return fmt::format(R"({{"key":"{}","value":{{"stringValue":{}}}}})", key, Quoted(value));
}

// What a server answers for is an error of its own; what a caller did wrong is not (OpenTelemetry's
// conventions for gRPC servers).
bool IsServersFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

std::string SpanJson(const Span& span) {
  const size_t slash = span.name.find('/');
  std::string json = fmt::format(R"({{"traceId":"{}","spanId":"{}")",
                                 HexOf(span.context.trace.data(), span.context.trace.size()),
                                 HexOf(span.context.span.data(), span.context.span.size()));
  if (span.parent) {
    json += fmt::format(R"(,"parentSpanId":"{}")", HexOf(span.parent->data(), span.parent->size()));
  }
  json += fmt::format(R"(,"name":{},"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}")",
                      Quoted(span.name), kServer, span.start_ns, span.end_ns);
  json += fmt::format(
      R"(,"attributes":[{},{},{},{{"key":"rpc.grpc.status_code","value":{{"intValue":"{}"}}}}])",
      Attribute("rpc.system", "grpc"), Attribute("rpc.service", span.name.substr(0, slash)),
      Attribute("rpc.method", span.name.substr(slash + 1)), static_cast<int>(span.code));
  if (IsServersFault(span.code)) json += fmt::format(R"(,"status":{{"code":{}}})", kError);
  return json + "}";
}

}  // namespace

std::string OtlpJson(const Resource& resource, const std::vector<Span>& spans) {
  std::string about =
      Attribute("service.name", "wissel") + "," + Attribute("service.version", resource.version);
  if (!resource.instance.empty()) {
    about += "," + Attribute("service.instance.id", resource.instance);
  }
  const std::string all =
      absl::StrJoin(spans, ",", [](std::string* out, const Span& span) { *out += SpanJson(span); });
  return fmt::format(
      R"({{"resourceSpans":[{{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"scope":{{"name":"wissel"}},"spans":[{}]}}]}}]}})",
      about, all);
}

}  // namespace wissel::tracing
