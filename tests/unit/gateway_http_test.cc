// Calls through the HTTP door: encodings, errors, paths, methods, origins.
#include <future>
#include <string>
#include <thread>

#include "gateway/connect_protocol.h"
#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

constexpr char kGet[] = "/wissel.v1.WorkService/GetWorkItem";
constexpr char kCreate[] = "/wissel.v1.WorkService/CreateWorkItem";

class GatewayHttp : public HttpFixture {
 protected:
  void SetUp() override { Open(); }
};

TEST_F(GatewayHttp, AnswersPlainJson) {
  HttpClient client(door_->port());
  const auto reply = client.Post(kGet, kJson, R"({"name":"workItems/7"})", agent_);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), kJson);
  EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(reply.body, R"({"name":"workItems/7","queue":"queues/pensions","channel":"CHAT"})");
}

TEST_F(GatewayHttp, TellsHowAdmittedCallsEnded) {
  HttpClient client(door_->port());
  client.Post(kGet, kJson, R"({"name":"workItems/7"})", agent_);
  client.Post(kGet, kJson, R"({"nonsense":1})", agent_);
  client.Post(kGet, kJson, R"({"name":"workItems/7"})");
  EXPECT_EQ(answers_[static_cast<size_t>(absl::StatusCode::kOk)], 1);
  EXPECT_EQ(answers_[static_cast<size_t>(absl::StatusCode::kInvalidArgument)], 1);
  EXPECT_EQ(answers_[static_cast<size_t>(absl::StatusCode::kUnauthenticated)], 0);
}

TEST_F(GatewayHttp, EveryThreadGivesASignOfLife) {
  std::promise<std::thread::id> answered;
  door_->ComeRound([&] { answered.set_value(std::this_thread::get_id()); });
  EXPECT_NE(answered.get_future().get(), std::this_thread::get_id());
}

TEST_F(GatewayHttp, ToleratesCharsetAndProtocolVersion) {
  HttpClient client(door_->port());
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON;charset=UTF-8"}) {
    const auto reply = client.Post(kGet, type, R"({"name":"workItems/7"})", agent_,
                                   "Connect-Protocol-Version: 1\r\n");
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
}

TEST_F(GatewayHttp, AnswersBinary) {
  v1::GetWorkItemRequest request;
  request.set_name("workItems/7");
  HttpClient client(door_->port());
  const auto reply = client.Post(kGet, kProto, request.SerializeAsString(), agent_);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), kProto);
  v1::WorkItem item;
  ASSERT_TRUE(item.ParseFromString(reply.body));
  EXPECT_EQ(item.queue(), "queues/pensions");
}

TEST_F(GatewayHttp, AnswersGetOfMethodsWithoutSideEffects) {
  HttpClient client(door_->port());
  const std::string auth = "Authorization: Bearer " + agent_ + "\r\n";
  const std::string path = kGet;
  const auto json = client.Get(
      path + "?connect=v1&encoding=json&message=%7B%22name%22%3A%22workItems%2F7%22%7D", auth);
  EXPECT_EQ(json.status, 200);
  EXPECT_THAT(json.body, HasSubstr("workItems/7"));
  // "\n\x0bworkItems/7" in base64url, without padding.
  const auto binary =
      client.Get(path + "?encoding=proto&base64=1&message=Cgt3b3JrSXRlbXMvNw", auth);
  EXPECT_EQ(binary.status, 200);
  v1::WorkItem item;
  ASSERT_TRUE(item.ParseFromString(binary.body));
  EXPECT_EQ(item.name(), "workItems/7");
}

TEST_F(GatewayHttp, RefusesGetThatCannotBe) {
  HttpClient client(door_->port());
  const std::string auth = "Authorization: Bearer " + manager_ + "\r\n";
  const auto changes = client.Get(std::string(kCreate) + "?encoding=json&message=%7B%7D", auth);
  EXPECT_EQ(changes.status, 405);
  EXPECT_EQ(changes.headers.at("allow"), "POST");
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.CreateWorkItem"), 0);
  for (const char* query : {"", "?encoding=json", "?message=%7B%7D", "?encoding=xml&message=a",
                            "?encoding=json&message=%7", "?encoding=proto&base64=1&message=*",
                            "?encoding=json&message=%7B%7D&connect=v2"}) {
    const auto reply = client.Get(std::string(kGet) + query, auth);
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_THAT(reply.body, HasSubstr("invalid_argument")) << query;
  }
}

TEST_F(GatewayHttp, ErrorNamesFieldAndWhatWouldBeRight) {
  HttpClient client(door_->port());
  const auto reply = client.Post(kGet, kJson, R"({"name":"workItems/none"})", agent_);
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.at("content-type"), kJson);
  EXPECT_EQ(reply.body,
            "{\"code\":\"not_found\",\"message\":\"there is no workItems/none \\\"\xC3\xA9\\\"\","
            "\"details\":[{\"type\":\"wissel.v1.ErrorDetail\","
            "\"value\":\"CgRuYW1lEhd0aGUgbmFtZSBvZiBhIHdvcmsgaXRlbQ\","
            "\"debug\":{\"field\":\"name\",\"right\":\"the name of a work item\"}}]}");
}

TEST_F(GatewayHttp, OverloadSaysWhenToComeBack) {
  HttpClient client(door_->port());
  const auto reply = client.Post(kGet, kJson, R"({"name":"workItems/overload"})", agent_);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("retry-after"), "2");
  EXPECT_THAT(reply.body, HasSubstr("resource_exhausted"));
}

TEST_F(GatewayHttp, RefusesJsonThatIsNotJson) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "line 1, column 1: the text ends too early"},
      {"not json", "line 1, column 1: expected a value"},
      {"{\n \"workItem\": {,}\n}", "line 2, column 15: expected a field name in double quotes"},
      {R"({"workItem":{"queue":"a",}})", "line 1, column 26: expected a field name"},
      {R"({'workItem':{}})", "line 1, column 2: expected a field name"},
      {R"({"requestId":"a"} x)", "line 1, column 19: expected the end of the text"},
      {R"({"requestId":"a)", "this string does not end"},
  };
  HttpClient client(door_->port());
  for (const auto& [body, message] : cases) {
    const auto reply = client.Post(kCreate, kJson, body, manager_);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr("invalid_argument")) << body;
    EXPECT_THAT(reply.body, HasSubstr(message)) << body;
  }
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.CreateWorkItem"), 0);
}

TEST_F(GatewayHttp, RefusesFieldsThatDoNotFitByName) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"nope":1})", R"("field":"nope")"},
      {R"({"workItem":{"nope":1}})", R"("field":"workItem.nope")"},
      {R"({"workItem":{"requirement":{"steps":[{},{"skill":[]}]}}})",
       R"("field":"workItem.requirement.steps[1].skill")"},
      {R"({"workItem":{"requirement":{"steps":[{"skills":[{"minLevel":"high"}]}]}}})",
       R"("field":"workItem.requirement.steps[0].skills[0].minLevel","right":"a whole number")"},
      {R"({"workItem":{"channel":"SMOKE"}})",
       R"("field":"workItem.channel","right":"one of VOICE, EMAIL)"},
      {R"({"workItem":{"headStart":"soon"}})",
       R"("field":"workItem.headStart","right":"a duration in seconds)"},
      {R"({"workItem":[1]})", R"("field":"workItem","right":"an object")"},
      {R"([1])", "the body is not a CreateWorkItemRequest"},
  };
  HttpClient client(door_->port());
  for (const auto& [body, expected] : cases) {
    const auto reply = client.Post(kCreate, kJson, body, manager_);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr(expected)) << body;
  }
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.CreateWorkItem"), 0);
}

TEST_F(GatewayHttp, RefusesBinaryThatIsNoMessage) {
  HttpClient client(door_->port());
  const auto reply = client.Post(kCreate, kProto, "\xff\xff\xff", manager_);
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("is not a wissel.v1.CreateWorkItemRequest"));
}

TEST_F(GatewayHttp, RefusesWhatIsNotServed) {
  HttpClient client(door_->port());
  for (const char* path : {"/wissel.v1.WorkService/Nope", "/wissel.v1.Nope/GetWorkItem",
                           "/wissel.v1.WorkService/UpdateWorkItem", "/nope", "/",
                           "/wissel.v1.WorkService/GetWorkItem/x"}) {
    const auto reply = client.Post(path, kJson, "{}", manager_);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, HasSubstr("\"code\":\"unimplemented\"")) << path;
  }
}

TEST_F(GatewayHttp, RefusesOtherMethodsAndTypes) {
  HttpClient client(door_->port());
  client.Send("DELETE /wissel.v1.WorkService/GetWorkItem HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto deleted = client.Read();
  EXPECT_EQ(deleted.status, 405);
  EXPECT_EQ(deleted.headers.at("allow"), "GET, POST");
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "application/connect+json", "application/json; charset=latin1"}) {
    const auto reply = client.Post(kGet, type, "{}", agent_);
    EXPECT_EQ(reply.status, 415) << type;
    EXPECT_EQ(reply.headers.at("accept-post"), "application/json, application/proto");
  }
  const auto packed = client.Post(kGet, kJson, "{}", agent_, "Content-Encoding: gzip\r\n");
  EXPECT_EQ(packed.status, 501);
  const auto version = client.Post(kGet, kJson, "{}", agent_, "Connect-Protocol-Version: 2\r\n");
  EXPECT_EQ(version.status, 400);
  const auto timeout = client.Post(kGet, kJson, "{}", agent_, "Connect-Timeout-Ms: soon\r\n");
  EXPECT_EQ(timeout.status, 400);
}

TEST_F(GatewayHttp, PagesOfOtherOriginsMayNotCall) {
  HttpClient client(door_->port());
  const char* body = R"({"name":"workItems/7"})";
  for (const char* origin : {"http://evil.example", "null", "http://test.evil.example",
                             "http://test:1234", "file://test"}) {
    const auto reply =
        client.Post(kGet, kJson, body, agent_, std::string("Origin: ") + origin + "\r\n");
    EXPECT_EQ(reply.status, 403) << origin;
    EXPECT_THAT(reply.body, HasSubstr("permission_denied"));
    EXPECT_FALSE(reply.headers.contains("access-control-allow-origin"));
  }
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.GetWorkItem"), 0);
  for (const char* origin : {"http://test", "https://TEST"}) {
    const auto reply =
        client.Post(kGet, kJson, body, agent_, std::string("Origin: ") + origin + "\r\n");
    EXPECT_EQ(reply.status, 200) << origin;
  }
}

TEST_F(GatewayHttp, DeadlineOfTheCallerIsKept) {
  HttpClient client(door_->port());
  const auto reply = client.Post(kGet, kJson, R"({"name":"workItems/held"})", agent_,
                                 "Connect-Timeout-Ms: 20\r\n");
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, HasSubstr("deadline_exceeded"));
  // An answer that comes too late goes nowhere, and the connection serves on.
  (*world_.WaitForHeldReply())(v1::WorkItem());
  EXPECT_EQ(client.Post(kGet, kJson, R"({"name":"workItems/7"})", agent_).status, 200);
}

TEST_F(GatewayHttp, AnswerMayComeFromAnyThreadAndAnUnansweredCallIsAnInternalError) {
  HttpClient client(door_->port());
  client.Send(PostText(kGet, kJson, R"({"name":"workItems/held"})", agent_));
  auto reply = world_.WaitForHeldReply();
  ASSERT_TRUE(reply.has_value());
  v1::WorkItem item;
  item.set_name("workItems/9");
  (*reply)(item);
  EXPECT_THAT(client.Read().body, HasSubstr("workItems/9"));
  const auto dropped = client.Post(kGet, kJson, R"({"name":"workItems/dropped"})", agent_);
  EXPECT_EQ(dropped.status, 500);
  EXPECT_THAT(dropped.body, HasSubstr("the service gave no answer"));
}

TEST_F(GatewayHttp, PipelinedRequestsAreAnsweredInOrder) {
  HttpClient client(door_->port());
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += PostText(kGet, kJson, "{\"name\":\"workItems/" + std::to_string(i) + "\"}", agent_);
  }
  client.Send(requests);
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(client.Read().body, HasSubstr("workItems/" + std::to_string(i) + "\""));
  }
}

TEST_F(GatewayHttp, StaleTokenDoesNotHinderWhatAsksForNone) {
  HttpClient client(door_->port());
  const auto open =
      client.Post("/wissel.v1.CustomerChatService/ListChatTopics", kJson, "{}", "stale-token");
  EXPECT_EQ(open.status, 200);
  const auto closed = client.Post(kGet, kJson, "{}", "stale-token");
  EXPECT_EQ(closed.status, 401);
  EXPECT_EQ(closed.headers.at("www-authenticate"), "Bearer");
  client.Send(PostText(kGet, kJson, "{}", "", "Authorization: Basic YTpi\r\n"));
  EXPECT_EQ(client.Read().status, 401);
}

TEST_F(GatewayHttp, SaysWhetherItLivesAndIsReady) {
  HttpClient client(door_->port());
  EXPECT_EQ(client.Get("/livez").status, 200);
  EXPECT_EQ(client.Get("/readyz").status, 200);
  ready_ = absl::UnavailableError("the journal is being read");
  const auto waiting = client.Get("/readyz");
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(waiting.body, "the journal is being read\n");
  const auto metrics = client.Get("/metrics");
  EXPECT_EQ(metrics.body, "wissel_up 1\n");
  EXPECT_THAT(metrics.headers.at("content-type"), HasSubstr("version=0.0.4"));
}

}  // namespace
}  // namespace wissel::gateway
