// A small center behind its method table, for the tests of the router's services: calls go through
// the table as a door would make them, roles checked first.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/service/people.h"
#include "base/rpc/method_table.h"
#include "base/status.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/json_util.h"
#include "router/service/services.h"
#include "tests/unit/immediate_shard.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::testing {

// Monday 2 March 2026, 09:00 UTC.
inline constexpr Instant kStart = Instant::FromMillis(1'772'442'000'000);

inline rpc::Caller Admin() { return {"users/root", "", {rpc::Role::kAdmin}}; }
inline rpc::Caller Desk(const std::string& name) {
  return {"users/" + name, "agents/" + name, {rpc::Role::kAgent}};
}
inline rpc::Caller With(rpc::Role role) { return {"users/someone", "", {role}}; }

template <class Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << json;
  return message;
}

// As a door calls, and waits for the answer: "ChatService.SendMessage" with a request in JSON.
template <class Response>
absl::StatusOr<Response> CallOn(const rpc::MethodTable& table, const std::string& name,
                                const std::string& json, const rpc::Caller& caller) {
  const rpc::Method* method = table.Find("wissel.v1." + name);
  EXPECT_NE(method, nullptr) << name;
  if (auto status = rpc::MethodTable::Authorize(*method, caller); !status.ok()) return status;
  std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
  EXPECT_TRUE(parsed.ok()) << parsed.ToString() << json;
  std::promise<absl::StatusOr<Response>> promise;
  method->unary({caller, "test"}, *request,
                [&](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
                  if (!status.ok()) return promise.set_value(std::move(status));
                  promise.set_value(static_cast<Response&>(*response));
                });
  request->Clear();
  return promise.get_future().get();
}

class TestCenter {
 public:
  explicit TestCenter(ServiceOptions options = {}, EngineOptions engine = {})
      : people_(*People::Open(":memory:")),
        shard_(kStart, engine),
        services_(shard_, *people_, waits_, std::move(options)) {
    services_.Register(table_);
  }

  // Skills french and dutch, a profile with two chats, the queue "tax" and the agents anna (french)
  // and bert (dutch).
  void SetUp() {
    ASSERT_TRUE(shard_.Read([](const Engine&) {}));
    Command center = {ConfigureCenter{{"Test", "Europe/Brussels", {"break", "meeting"}}}, {}};
    shard_.Submit(center, [](const absl::StatusOr<Outcome>& outcome, const Engine&) {
      ASSERT_TRUE(outcome.ok());
    });
    Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": "french"})");
    Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": "dutch"})");
    Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                             R"({"routingProfileId": "chat", "routingProfile": {"channels": [
                                 {"channel": "CHAT", "limit": 2, "cost": 50}]}})");
    Must<v1::Queue>("ConfigService.CreateQueue",
                    R"({"queueId": "tax", "queue": {"channel": "CHAT", "answerWithin": "60s",
                        "reasonCodes": ["solved", "sent on"], "wrapUp": {"mode": "MANDATORY"}}})");
    AddAgent("anna", "french");
    AddAgent("bert", "dutch");
  }

  void AddAgent(const std::string& name, const std::string& skill) {
    Must<v1::Agent>("ConfigService.CreateAgent", R"({"agentId": ")" + name +
                                                     R"(", "agent": {"routingProfile":
                        "routingProfiles/chat", "displayName": "The )" +
                                                     name + R"(", "skills": [{"skill": "skills/)" +
                                                     skill + R"(", "level": 5}]}})");
  }

  // As a door calls: "ConfigService.CreateSkill" with a request in JSON; answered later.
  template <class Response>
  std::future<absl::StatusOr<Response>> Begin(const std::string& name, const std::string& json,
                                              const rpc::Caller& caller = Admin()) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Response>>>();
    std::future<absl::StatusOr<Response>> answer = promise->get_future();
    const rpc::Method* method = table_.Find("wissel.v1." + name);
    EXPECT_NE(method, nullptr) << name;
    if (auto status = rpc::MethodTable::Authorize(*method, caller); !status.ok()) {
      promise->set_value(std::move(status));
      return answer;
    }
    // The request is the door's; nobody may look at it after the call.
    std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
    const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
    EXPECT_TRUE(parsed.ok()) << parsed.ToString() << json;
    method->unary(
        {caller, "test"}, *request,
        [promise](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
          if (!status.ok()) return promise->set_value(std::move(status));
          promise->set_value(static_cast<Response&>(*response));
        });
    return answer;
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller = Admin()) {
    return Begin<Response>(name, json, caller).get();
  }

  template <class Response>
  Response Must(const std::string& name, const std::string& json,
                const rpc::Caller& caller = Admin()) {
    auto response = Call<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << " " << json << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }

  // The call is refused so, at this field, and the engine is as before.
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field, const rpc::Caller& caller = Admin()) {
    const uint64_t before = shard_.engine().Digest();
    const size_t events = shard_.events().size();
    const auto response = Call<Response>(name, json, caller);
    EXPECT_EQ(absl::StatusCodeToString(response.status().code()), absl::StatusCodeToString(code))
        << name << " " << json << ": " << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << json << response.status();
    EXPECT_FALSE(response.status().message().empty());
    EXPECT_EQ(shard_.engine().Digest(), before) << json;
    EXPECT_EQ(shard_.events().size(), events) << json;
  }

  v1::AgentState Available(const std::string& agent) {
    Must<v1::AgentState>("AgentService.SignIn", R"({})", Desk(agent));
    return Must<v1::AgentState>("AgentService.SetPresence", R"({"presence": "AVAILABLE"})",
                                Desk(agent));
  }
  v1::AgentState StateOf(const std::string& agent) {
    return Must<v1::AgentState>("AgentService.GetAgentState", "{}", Desk(agent));
  }
  v1::WorkItem Enter(const std::string& queue = "tax") {
    return Must<v1::WorkItem>("WorkService.CreateWorkItem",
                              R"({"workItem": {"queue": "queues/)" + queue + R"("}})");
  }

  ImmediateShard& shard() { return shard_; }
  People& people() { return *people_; }
  Services& services() { return services_; }
  const Waits& waits() const { return waits_; }
  rpc::MethodTable& table() { return table_; }

 private:
  std::unique_ptr<People> people_;
  ImmediateShard shard_;
  Waits waits_{shard_, Pace()};
  Services services_;
  rpc::MethodTable table_;
};

// A stream whose reader the test plays: `room` is how many messages it takes before it stalls.
class TestStream : public rpc::AnyServerStream {
 public:
  bool writable() const override { return !finished && room > 0; }
  bool Write(const google::protobuf::Message& message) override {
    EXPECT_TRUE(writable());
    --room;
    sent.push_back(static_cast<const v1::AgentState&>(message));
    return true;
  }
  void Finish(absl::Status status) override {
    EXPECT_FALSE(finished);
    finished = true;
    finish = std::move(status);
  }
  void SetCallbacks(std::function<void()> writable, std::function<void()> closed) override {
    on_writable = std::move(writable);
    on_closed = std::move(closed);
  }

  int room = 1000;
  bool finished = false;
  absl::Status finish;
  std::vector<v1::AgentState> sent;
  std::function<void()> on_writable;
  std::function<void()> on_closed;
};

}  // namespace wissel::testing
