// The small grammars behind the doors, without sockets.
#include <string>

#include "base/status.h"
#include "gateway/connect_protocol.h"
#include "gateway/error_detail.h"
#include "gateway/http_text.h"
#include "gateway/json_syntax.h"
#include "gateway/json_transcoder.h"
#include "gmock/gmock.h"
#include "google/protobuf/any.pb.h"
#include "gtest/gtest.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

TEST(GatewayProtocol, JsonSyntaxIsThatOfTheStandard) {
  for (const char* good : {"{}", " [ ] ", "0", "-0.5e+10", "\"\\u00e9\\n\"", "true", "null",
                           "{\"a\":[1,{\"b\":null}],\"a\":2}", "\t\r\n1"}) {
    EXPECT_TRUE(CheckJsonSyntax(good).ok()) << good;
  }
  for (const char* bad :
       {"",    " ",   "{",   "}",   "[1,]",  "{\"a\"}", "{\"a\":}",      "{a:1}",       "{'a':1}",
        "01",  "1.",  ".5",  "+1",  "1e",    "-",       "\"\\x\"",       "\"\\u12g4\"", "\"a\nb\"",
        "tru", "nul", "NaN", "1 2", "[1 2]", "// x\n1", "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(CheckJsonSyntax(bad).ok()) << bad;
  }
  EXPECT_FALSE(CheckJsonSyntax(std::string_view("1\0", 2)).ok());
  EXPECT_FALSE(CheckJsonSyntax(std::string_view("\"\\\0\"", 4)).ok());
  EXPECT_TRUE(CheckJsonSyntax(std::string(90, '[') + std::string(90, ']')).ok());
  EXPECT_THAT(std::string(CheckJsonSyntax(std::string(100'000, '[')).message()),
              HasSubstr("deeper than 100"));
}

TEST(GatewayProtocol, WhatIsNoUtf8IsReplacedInErrors) {
  const auto json = [](std::string_view text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  EXPECT_EQ(json("a\"\\\n\x01"), R"("a\"\\\u000a\u0001")");
  EXPECT_EQ(json("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(json("\xff"), "\"" + r + "\"");
  EXPECT_EQ(json("\xC3"), "\"" + r + "\"");
  EXPECT_EQ(json("\xC0\x80"), "\"" + r + r + "\"");
  EXPECT_EQ(json("\xED\xA0\x80"), "\"" + r + r + r + "\"");
  EXPECT_EQ(json("\xF5\x80\x80\x80"), "\"" + r + r + r + r + "\"");
}

TEST(GatewayProtocol, ATimeBeyondTheCalendarCannotBeJson) {
  v1::WorkItem item;
  item.mutable_enter_time()->set_seconds(1LL << 60);
  EXPECT_EQ(WriteJson(item).status().code(), absl::StatusCode::kInternal);
}

TEST(GatewayProtocol, MethodsHaveTwoPartsAndAPackage) {
  EXPECT_EQ(MethodNameOf("/wissel.v1.WorkService/GetWorkItem"),
            "wissel.v1.WorkService.GetWorkItem");
  for (const char* path : {"", "/", "/desk", "/assets/app.js", "/a.b/", "/a.b/c/d", "/a.b/c-d",
                           "a.b/c", "/a b.c/d", "/a.b/c.d"}) {
    EXPECT_EQ(MethodNameOf(path), std::nullopt) << path;
  }
}

TEST(GatewayProtocol, EnvelopesRoundTrip) {
  EXPECT_EQ(*OpenOnlyEnvelope(Envelope(kMessageFrame, "hello")), "hello");
  EXPECT_EQ(*OpenOnlyEnvelope(Envelope(kMessageFrame, "")), "");
  EXPECT_EQ(Envelope(kEndOfStreamFrame, std::string(258, 'x')).substr(0, 5),
            std::string("\x02\0\0\x01\x02", 5));
  EXPECT_FALSE(OpenOnlyEnvelope("\0\0\0\0").ok());
  EXPECT_FALSE(OpenOnlyEnvelope(std::string("\0\xff\xff\xff\xff", 5)).ok());
}

TEST(GatewayProtocol, TimeoutsAreUpToTenDigits) {
  EXPECT_EQ(*ParseTimeout(""), std::nullopt);
  EXPECT_EQ(*ParseTimeout("0"), Duration::Millis(0));
  EXPECT_EQ(*ParseTimeout("9999999999"), Duration::Millis(9'999'999'999));
  for (const char* bad : {"-1", "1.5", "12345678901", "1s", " 1"}) {
    EXPECT_FALSE(ParseTimeout(bad).ok()) << bad;
  }
}

TEST(GatewayProtocol, ListsInHeaders) {
  EXPECT_TRUE(ListHolds("gzip", "gzip"));
  EXPECT_TRUE(ListHolds("br;q=1.0, GZIP;q=0.5", "gzip"));
  EXPECT_FALSE(ListHolds("br, gzip; q=0.000", "gzip"));
  EXPECT_FALSE(ListHolds("x-gzip", "gzip"));
  EXPECT_FALSE(ListHolds("", "gzip"));
}

TEST(GatewayProtocol, BearerTokens) {
  EXPECT_EQ(*BearerToken(""), "");
  EXPECT_EQ(*BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(*BearerToken("bearer  abc "), "abc");
  for (const char* bad : {"Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"}) {
    EXPECT_EQ(BearerToken(bad).status().code(), absl::StatusCode::kUnauthenticated) << bad;
  }
}

// What google.rpc.Status would read from the bytes, by a message of the same shape: code, message,
// details.
TEST(GatewayProtocol, StatusDetailsAreGoogleRpcStatus) {
  const absl::Status status = RefuseField("name", "there is none", "another");
  const std::string bytes = RpcStatusBytes(status);
  v1::ErrorDetail detail;
  detail.set_field("name");
  detail.set_right("another");
  google::protobuf::Any any;
  any.set_type_url("type.googleapis.com/wissel.v1.ErrorDetail");
  any.set_value(detail.SerializeAsString());
  std::string expected = "\x08\x03\x12\x0dthere is none\x1a";
  expected.push_back(static_cast<char>(any.ByteSizeLong()));
  EXPECT_EQ(bytes, expected + any.SerializeAsString());
}

TEST(GatewayProtocol, ARefusalSaysWhatMayBeDoneInstead) {
  const absl::Status status = WithAlternatives(
      Refuse(absl::StatusCode::kFailedPrecondition, "workItem.queue", "too many wait"),
      {{Alternative::Kind::kOtherQueue, "queues/mail", std::nullopt},
       {Alternative::Kind::kCallback, "queues/phone", Instant::FromMillis(1'500)}});
  const v1::ErrorDetail detail = DetailOf(WithFieldPrefix(status, "requests[0]"));
  EXPECT_EQ(detail.field(), "requests[0].workItem.queue");
  ASSERT_EQ(detail.alternatives_size(), 2);
  EXPECT_EQ(detail.alternatives(0).kind(), v1::Alternative::OTHER_QUEUE);
  EXPECT_EQ(detail.alternatives(0).queue(), "queues/mail");
  EXPECT_FALSE(detail.alternatives(0).has_time());
  EXPECT_EQ(detail.alternatives(1).kind(), v1::Alternative::CALLBACK_LATER);
  EXPECT_EQ(detail.alternatives(1).time().seconds(), 1);
  EXPECT_EQ(detail.alternatives(1).time().nanos(), 500'000'000);
  EXPECT_THAT(ErrorJson(status), ::testing::HasSubstr(R"("alternatives":[{"kind":"OTHER_QUEUE",)"));
}

TEST(GatewayProtocol, LongMessagesAreCutBetweenCharacters) {
  std::string text(999, 'x');
  text += "\xC3\xA9 and more";
  EXPECT_EQ(ShortMessage(absl::InternalError(text)), std::string(999, 'x') + "...");
}

}  // namespace
}  // namespace wissel::gateway
