// The rules as versions, at the door of a wired center: what is listed, what a file would change
// and does change, what is refused and then changes nothing, and the way back.
#include <functional>
#include <future>
#include <memory>

#include "base/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "server/center/center.h"
#include "server/config/apply.h"
#include "tests/unit/journal_testing.h"
#include "wissel/v1/audit.pb.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/rules.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::server {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kDesk = R"(
center:
  display_name: Desk
  time_zone: Europe/Brussels
  away_reasons: [break]
  skills:
    - {name: skills/dutch, display_name: Dutch}
  routing_profiles:
    - {name: routingProfiles/all, channels: [{channel: voice}]}
  queues:
    - name: queues/day
      channel: voice
      answer_within: 20s
      requirement: {steps: [{skills: [{skill: skills/dutch, min_level: 3}]}]}
  agents:
    - name: agents/an
      display_name: An
      routing_profile: routingProfiles/all
      skills: [{skill: skills/dutch, level: 5}]
)";
// A new queue, and one that keeps another promise.
constexpr const char* kMore = R"(
center:
  queues:
    - {name: queues/day, channel: voice, answer_within: 30s}
    - {name: queues/night, channel: voice, answer_within: 90s}
)";

// What a trial says, until it ends.
class Listener : public rpc::AnyServerStream {
 public:
  bool writable() const override { return true; }
  bool Write(const google::protobuf::Message& message) override {
    updates.push_back(static_cast<const v1::DryRunUpdate&>(message));
    return true;
  }
  void Finish(absl::Status status) override { end_.set_value(std::move(status)); }
  void SetCallbacks(std::function<void()>, std::function<void()>) override {}
  absl::Status End() { return end_.get_future().get(); }

  std::vector<v1::DryRunUpdate> updates;

 private:
  std::promise<absl::Status> end_;
};

template <class Message>
Message FromJson(const std::string& json) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << json;
  return message;
}

class RulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CenterOptions options;
    options.stores = folder_.path();
    options.version = "test";
    auto center = Center::Open(options);
    ASSERT_TRUE(center.ok()) << center.status();
    center_ = *std::move(center);
    center_->Start();
    config::LoadedConfig file = config::ParseConfig("c.yaml", kDesk);
    config::Apply(file, center_->methods(), center_->shard());
    ASSERT_EQ(file.ProblemText(), "");
    first_ = Revision();
  }
  void TearDown() override { center_->Stop(); }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const google::protobuf::Message& request,
                                rpc::Role role = rpc::Role::kManager) {
    const rpc::Method* method = center_->methods().Find("wissel.v1." + name);
    rpc::Context context;
    context.caller.user = "users/maya";
    context.caller.roles.Add(role);
    if (auto status = rpc::MethodTable::Authorize(*method, context.caller); !status.ok()) {
      return status;
    }
    std::promise<absl::StatusOr<Response>> answer;
    method->unary(context, request,
                  [&](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
                    if (!status.ok()) return answer.set_value(status);
                    answer.set_value(static_cast<const Response&>(*response));
                  });
    return answer.get_future().get();
  }
  template <class Response>
  Response Must(const std::string& name, const google::protobuf::Message& request) {
    const bool whole = name.find('.') != std::string::npos;
    auto response = Call<Response>(whole ? name : "RulesService." + name, request);
    EXPECT_TRUE(response.ok()) << name << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }

  static v1::ApplyRulesRequest Application(const std::string& yaml, int64_t expected) {
    v1::ApplyRulesRequest request;
    request.mutable_rules()->set_yaml(yaml);
    request.set_expected_version(expected);
    return request;
  }
  int64_t Revision() {
    std::promise<int64_t> revision;
    center_->shard().Read([&](const Engine& engine) {
      revision.set_value(static_cast<int64_t>(engine.directory().revision));
    });
    return revision.get_future().get();
  }
  uint64_t Digest() {
    std::promise<uint64_t> digest;
    center_->shard().Read([&](const Engine& engine) { digest.set_value(engine.Digest()); });
    return digest.get_future().get();
  }

  // Refused at this field, and everything is as before.
  template <class Response>
  std::string Refused(const std::string& name, const google::protobuf::Message& request,
                      StatusCode code, const std::string& field) {
    const uint64_t before = Digest();
    const auto response = Call<Response>("RulesService." + name, request);
    EXPECT_EQ(response.status().code(), code) << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << response.status();
    EXPECT_EQ(Digest(), before);
    return std::string(response.status().message());
  }
  v1::RuleVersion Get(const std::string& number) {
    return Must<v1::RuleVersion>(
        "GetRuleVersion",
        FromJson<v1::GetRuleVersionRequest>(R"({"name": "ruleVersions/)" + number + "\"}"));
  }
  v1::ValidateRulesResponse Validate(const std::string& yaml, bool whole = false) {
    v1::ValidateRulesRequest request;
    request.mutable_rules()->set_yaml(yaml);
    request.mutable_rules()->set_delete_unnamed(whole);
    return Must<v1::ValidateRulesResponse>("ValidateRules", request);
  }
  absl::Status Try(const std::string& json) {
    const auto listener = std::make_shared<Listener>();
    center_->methods()
        .Find("wissel.v1.RulesService.DryRunRules")
        ->server_streaming({}, FromJson<v1::DryRunRulesRequest>(json), listener);
    return listener->End();
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Center> center_;
  int64_t first_ = 0;
};

TEST_F(RulesTest, AFileIsOneVersionWithWhoAndWhy) {
  v1::ApplyRulesRequest more = Application(kMore, first_);
  more.set_note("the night is ours too");
  const auto second = Must<v1::RuleVersion>("ApplyRules", more);
  EXPECT_EQ(second.number(), first_ + 2);
  EXPECT_TRUE(second.current());
  const auto list =
      Must<v1::ListRuleVersionsResponse>("ListRuleVersions", v1::ListRuleVersionsRequest());
  // Each change by itself was a version; the two together are one.
  ASSERT_THAT(list.rule_versions(), SizeIs(first_ + 1));
  const v1::RuleVersion& newest = list.rule_versions(0);
  EXPECT_EQ(newest.number(), second.number());
  EXPECT_EQ(newest.user(), "users/maya");
  EXPECT_EQ(newest.note(), "the night is ours too");
  EXPECT_EQ(newest.changes(), 2);
  EXPECT_THAT(newest.sentence(), HasSubstr("queues/day answer_within 20 s -> 30 s"));
  EXPECT_EQ(newest.yaml(), "");
  EXPECT_FALSE(list.rule_versions(1).current());
}

TEST_F(RulesTest, AVersionAsAFileSaysWhatHolds) {
  const std::string yaml = Get("current").yaml();
  for (const bool whole : {false, true}) {
    const auto answer = Validate(yaml, whole);
    EXPECT_THAT(answer.problems(), IsEmpty()) << yaml;
    EXPECT_THAT(answer.resources(), IsEmpty()) << yaml;
    EXPECT_EQ(answer.version(), first_);
  }
  EXPECT_EQ(yaml.find("display_name: An"), std::string::npos) << "people's names are not rules";
}

TEST_F(RulesTest, WhatLiesBetweenTwoVersionsIsSaidFieldByField) {
  const int64_t second = Must<v1::RuleVersion>("ApplyRules", Application(kMore, first_)).number();
  v1::DiffRuleVersionsRequest request;
  request.set_from(first_);
  request.set_to(second);
  const auto diff = Must<v1::DiffRuleVersionsResponse>("DiffRuleVersions", request);
  ASSERT_THAT(diff.resources(), SizeIs(2));
  EXPECT_EQ(diff.resources(0).resource(), "queues/day");
  EXPECT_EQ(diff.resources(0).kind(), v1::ResourceDiff::CHANGED);
  EXPECT_EQ(diff.resources(1).resource(), "queues/night");
  EXPECT_EQ(diff.resources(1).kind(), v1::ResourceDiff::CREATED);
  request.set_to(second - 1);  // a change among others has no version of its own
  Refused<v1::DiffRuleVersionsResponse>("DiffRuleVersions", request, StatusCode::kNotFound, "to");
}

TEST_F(RulesTest, EverythingThatIsWrongHasItsLine) {
  const auto answer = Validate(
      "center:\n"
      "  queues:\n"
      "    - {name: queues/day, channel: voice, answer_within: 0s}\n"
      "    - {name: queues/a, channel: voice, closed_to: x}\n");
  ASSERT_GE(answer.problems_size(), 1);
  EXPECT_EQ(answer.problems(0).line(), 4);
  EXPECT_THAT(answer.resources(), IsEmpty());
  Refused<v1::RuleVersion>("ApplyRules",
                           Application("center:\n  queues:\n    - {name: queues/x, "
                                       "channel: smoke, answer_within: 20s}\n",
                                       first_),
                           StatusCode::kInvalidArgument, "rules");
}

TEST_F(RulesTest, WhatStandsInTheWayRefusesAllOfIt) {
  v1::CreateWorkItemRequest create;
  create.mutable_work_item()->set_queue("queues/day");
  Must<v1::WorkItem>("WorkService.CreateWorkItem", create);
  v1::ApplyRulesRequest rules = Application(
      "center:\n"
      "  routing_profiles:\n"
      "    - {name: routingProfiles/all, channels: [{channel: voice}]}\n"
      "  queues:\n"
      "    - {name: queues/night, channel: voice, answer_within: 90s}\n",
      first_);
  rules.mutable_rules()->set_delete_unnamed(true);
  const uint64_t before = Digest();
  const auto answer = Call<v1::RuleVersion>("RulesService.ApplyRules", rules);
  EXPECT_EQ(answer.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("queues/day is used by 1"));
  EXPECT_EQ(Digest(), before);
  const auto checked = Validate(rules.rules().yaml(), true);
  ASSERT_THAT(checked.problems(), SizeIs(1));
  EXPECT_THAT(checked.problems(0).message(), HasSubstr("queues/day is used by 1"));
}

TEST_F(RulesTest, NobodyWritesOverWhatTheyHaveNotSeen) {
  Must<v1::RuleVersion>("ApplyRules", Application(kMore, first_));
  Refused<v1::RuleVersion>("ApplyRules", Application(kDesk, first_), StatusCode::kAborted,
                           "expectedVersion");
  v1::ApplyRulesRequest unseen = Application(kDesk, first_);
  unseen.clear_expected_version();
  Refused<v1::RuleVersion>("ApplyRules", unseen, StatusCode::kInvalidArgument, "expectedVersion");
  Refused<v1::RuleVersion>("ApplyRules", Application(kMore, Revision()),
                           StatusCode::kFailedPrecondition, "changes");
}

TEST_F(RulesTest, ARepeatedRequestIsAnsweredAsTheFirstTime) {
  v1::ApplyRulesRequest more = Application(kMore, first_);
  more.set_request_id("once");
  const auto once = Must<v1::RuleVersion>("ApplyRules", more);
  const uint64_t after = Digest();
  const auto again = Must<v1::RuleVersion>("ApplyRules", more);
  EXPECT_EQ(again.number(), once.number());
  EXPECT_EQ(Digest(), after);
}

TEST_F(RulesTest, TheWayBackIsAVersionToo) {
  const int64_t second = Must<v1::RuleVersion>("ApplyRules", Application(kMore, first_)).number();
  v1::RollBackRulesRequest back;
  back.set_to_version(first_);
  back.set_expected_version(second);
  back.set_note("too slow");
  const auto third = Must<v1::RuleVersion>("RollBackRules", back);
  EXPECT_GT(third.number(), second);
  EXPECT_EQ(third.restored_version(), first_);
  EXPECT_EQ(third.yaml(), Get(std::to_string(first_)).yaml());
  const auto audit = Must<v1::ListAuditEntriesResponse>("AuditService.ListAuditEntries",
                                                        v1::ListAuditEntriesRequest());
  EXPECT_EQ(audit.audit_entries(0).kind(), v1::AuditEntry::RULES_ROLLED_BACK);
  EXPECT_EQ(audit.audit_entries(0).user(), "users/maya");
  // And the way back from there is the undo of it.
  back.set_to_version(second);
  back.set_expected_version(third.number());
  EXPECT_EQ(Must<v1::RuleVersion>("RollBackRules", back).restored_version(), second);
  back.set_to_version(999);
  Refused<v1::RuleVersion>("RollBackRules", back, StatusCode::kNotFound, "toVersion");
  v1::GetAgentRequest agent;
  agent.set_name("agents/an");
  EXPECT_EQ(Must<v1::Agent>("ConfigService.GetAgent", agent).display_name(), "An");
}

TEST_F(RulesTest, ATrialThatCannotBeSaysWhy) {
  const auto code = [&](const std::string& json) { return Try(json).code(); };
  EXPECT_EQ(code("{}"), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(R"({"rules": {"yaml": "center: {}"}})"), StatusCode::kNotFound)
      << "nothing happened yet";
  EXPECT_EQ(code(R"({"version": 999})"), StatusCode::kNotFound);
  EXPECT_EQ(code(R"({"rules": {"yaml": "center: {}"}, "startTime": "2026-03-02T09:00:00Z",
                     "endTime": "2026-03-04T09:00:00Z"})"),
            StatusCode::kOutOfRange);
  EXPECT_EQ(code(R"({"rules": {"yaml": "center: {}"}, "startTime": "2026-03-02T09:00:00Z",
                     "endTime": "2026-03-02T09:00:00Z"})"),
            StatusCode::kInvalidArgument);
}

TEST_F(RulesTest, PlannersLookAndManagersChange) {
  const v1::ListRuleVersionsRequest list;
  const v1::ApplyRulesRequest more = Application(kMore, first_);
  for (const rpc::Role role : {rpc::Role::kAgent, rpc::Role::kIntegration}) {
    EXPECT_EQ(Call<v1::ListRuleVersionsResponse>("RulesService.ListRuleVersions", list, role)
                  .status()
                  .code(),
              StatusCode::kPermissionDenied);
  }
  EXPECT_TRUE(
      Call<v1::ListRuleVersionsResponse>("RulesService.ListRuleVersions", list, rpc::Role::kPlanner)
          .ok());
  EXPECT_EQ(
      Call<v1::RuleVersion>("RulesService.ApplyRules", more, rpc::Role::kPlanner).status().code(),
      StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace wissel::server
