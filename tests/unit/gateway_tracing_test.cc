#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/runtime/call_scope.h"
#include "gateway/tracing/otlp_json.h"
#include "gateway/tracing/traced_methods.h"
#include "tests/gateway_support/test_world.h"

namespace wissel::tracing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kHeader[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, IsReadAndWrittenInOneForm) {
  const auto context = ParseTraceparent(kHeader);
  ASSERT_TRUE(context);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(Traceparent(*context), kHeader);
  // Flags that are not known say nothing; a later version may say more.
  EXPECT_FALSE(
      ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")->sampled);
  EXPECT_TRUE(ParseTraceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
  for (const char* none : {
           "",
           "00",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
       }) {
    EXPECT_FALSE(ParseTraceparent(none)) << none;
  }
}

class TracedMethodsTest : public ::testing::Test {
 protected:
  void Ask(double sample, const std::optional<TraceContext>& from, const std::string& item) {
    const rpc::MethodTable traced =
        TracedMethods(world_.methods(), {sample, [this](Span span) { spans_.push_back(span); }});
    v1::GetWorkItemRequest request;
    request.set_name(item);
    rpc::Context context;
    context.caller.roles.Add(rpc::Role::kAdmin);
    const CallScope scope({std::nullopt, from});
    traced.Find("wissel.v1.WorkService.GetWorkItem")
        ->unary(context, request, [](const absl::Status&, const auto&) {});
  }

  gateway::TestWorld world_;
  std::vector<Span> spans_;
};

TEST_F(TracedMethodsTest, ASampledTraceGoesOnAndOthersDoNot) {
  Ask(0, ParseTraceparent(kHeader), "workItems/1");
  ASSERT_THAT(spans_, SizeIs(1));
  EXPECT_EQ(spans_[0].context.trace, ParseTraceparent(kHeader)->trace);
  EXPECT_EQ(spans_[0].parent, ParseTraceparent(kHeader)->span);
  EXPECT_NE(spans_[0].context.span, *spans_[0].parent);
  EXPECT_EQ(spans_[0].name, "wissel.v1.WorkService/GetWorkItem");
  EXPECT_LE(spans_[0].start_ns, spans_[0].end_ns);
  Ask(1, ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"),
      "workItems/1");
  EXPECT_THAT(spans_, SizeIs(1)) << "whoever began it does not keep it";
  Ask(0, std::nullopt, "workItems/1");
  EXPECT_THAT(spans_, SizeIs(1));
  Ask(1, std::nullopt, "workItems/1");
  ASSERT_THAT(spans_, SizeIs(2));
  EXPECT_FALSE(spans_[1].parent);
  EXPECT_NE(spans_[1].context.trace, spans_[0].context.trace);
}

TEST(OtlpJson, SaysWhatACollectorReads) {
  Span span;
  span.context = *ParseTraceparent(kHeader);
  span.parent = span.context.span;
  span.name = "wissel.v1.WorkService/GetWorkItem";
  span.start_ns = 1'795'248'000'000'000'001;
  span.end_ns = 1'795'248'000'000'000'002;
  span.code = absl::StatusCode::kUnavailable;
  const std::string json = OtlpJson({"0.1.0", "a"}, {span});
  EXPECT_EQ(
      json,
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"wissel"}},)"
      R"({"key":"service.version","value":{"stringValue":"0.1.0"}},)"
      R"({"key":"service.instance.id","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":{"name":"wissel"},)"
      R"("spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
      R"("parentSpanId":"00f067aa0ba902b7","name":"wissel.v1.WorkService/GetWorkItem","kind":2,)"
      R"("startTimeUnixNano":"1795248000000000001","endTimeUnixNano":"1795248000000000002",)"
      R"("attributes":[{"key":"rpc.system","value":{"stringValue":"grpc"}},)"
      R"({"key":"rpc.service","value":{"stringValue":"wissel.v1.WorkService"}},)"
      R"({"key":"rpc.method","value":{"stringValue":"GetWorkItem"}},)"
      R"({"key":"rpc.grpc.status_code","value":{"intValue":"14"}}],"status":{"code":2}}]}]}]})");
  // What a caller did wrong is no fault of the server's.
  span.code = absl::StatusCode::kInvalidArgument;
  span.parent.reset();
  EXPECT_THAT(OtlpJson({"0.1.0", ""}, {span}), Not(HasSubstr("\"status\"")));
  EXPECT_THAT(OtlpJson({"0.1.0", ""}, {span}), Not(HasSubstr("parentSpanId")));
}

}  // namespace
}  // namespace wissel::tracing
