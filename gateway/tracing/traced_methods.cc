#include "gateway/tracing/traced_methods.h"

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "base/runtime/call_scope.h"
#include "fmt/format.h"

namespace wissel::tracing {
namespace {

int64_t UnixNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::mt19937_64& Dice() {
  thread_local std::mt19937_64 dice(std::random_device{}());
  return dice;
}

template <size_t kSize>
void Draw(std::array<uint8_t, kSize>* bytes) {
  for (size_t i = 0; i < kSize; i += 8) {
    const uint64_t number = Dice()();
    for (size_t k = 0; k < 8; ++k) (*bytes)[i + k] = static_cast<uint8_t>(number >> (8 * k));
  }
}

// None: nobody keeps it.
std::optional<Span> Begin(const std::optional<TraceContext>& from, double sample) {
  if (from && !from->sampled) return std::nullopt;
  if (!from && std::uniform_real_distribution<>(0, 1)(Dice()) >= sample) return std::nullopt;
  Span span;
  if (from) {
    span.context = *from;
    span.parent = from->span;
  } else {
    Draw(&span.context.trace);
    span.context.sampled = true;
  }
  Draw(&span.context.span);
  return span;
}

rpc::Method Traced(const rpc::Method& method,
                   const std::shared_ptr<const TracingOptions>& options) {
  rpc::Method traced = method;
  const std::string name =
      fmt::format("{}/{}", method.descriptor->service()->full_name(), method.descriptor->name());
  traced.unary = [&method, options, name](const rpc::Context& context,
                                          const google::protobuf::Message& request,
                                          rpc::AnyReply reply) {
    CallInfo call = CallScope::Current();
    std::optional<Span> span = Begin(call.trace, options->sample);
    if (!span) return method.unary(context, request, std::move(reply));
    span->name = name;
    span->start_ns = UnixNanos();
    call.trace = span->context;
    const CallScope scope(call);
    method.unary(context, request,
                 [options, span = *std::move(span), reply = std::move(reply)](
                     absl::Status status, std::unique_ptr<google::protobuf::Message> answer) {
                   Span ended = span;
                   ended.end_ns = UnixNanos();
                   ended.code = status.code();
                   reply(std::move(status), std::move(answer));
                   options->ended(std::move(ended));
                 });
  };
  return traced;
}

}  // namespace

rpc::MethodTable TracedMethods(const rpc::MethodTable& methods, TracingOptions options) {
  const auto shared = std::make_shared<const TracingOptions>(std::move(options));
  rpc::MethodTable traced;
  for (const auto& [name, method] : methods.methods()) {
    traced.Add(method.unary ? Traced(method, shared) : method);
  }
  return traced;
}

}  // namespace wissel::tracing
