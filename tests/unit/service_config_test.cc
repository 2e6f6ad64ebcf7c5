// ConfigService through its method table: standard methods, etags, masks, pages, what is refused,
// display names apart from the engine, and openings as soon as there are hours.
#include <gmock/gmock.h>

#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using rpc::Role;
using ::testing::ElementsAre;

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override { center_.SetUp(); }

  template <class Resource>
  void Refused(const std::string& method, const std::string& json, StatusCode code,
               const std::string& field, const rpc::Caller& caller = Admin()) {
    center_.Refused<Resource>("ConfigService." + method, json, code, field, caller);
  }
  template <class Resource>
  Resource Must(const std::string& method, const std::string& json) {
    return center_.Must<Resource>("ConfigService." + method, json);
  }
  void Delete(const std::string& kind, const std::string& name) {
    Must<google::protobuf::Empty>("Delete" + kind, R"({"name": ")" + name + "\"}");
  }
  // A queue "x" with this beside what it must have.
  void RefusedQueue(const std::string& more, const std::string& field,
                    StatusCode code = StatusCode::kInvalidArgument) {
    Refused<v1::Queue>(
        "CreateQueue",
        R"({"queueId": "x", "queue": {"channel": "CHAT", "answerWithin": "60s", )" + more + "}}",
        code, "queue." + field);
  }
  void RefusedProfile(const std::string& profile, const std::string& field) {
    Refused<v1::RoutingProfile>("CreateRoutingProfile",
                                R"({"routingProfileId": "x", "routingProfile": {)" + profile + "}}",
                                StatusCode::kInvalidArgument, "routingProfile." + field);
  }
  void RefusedAgent(const std::string& more, const std::string& field,
                    StatusCode code = StatusCode::kInvalidArgument) {
    Refused<v1::Agent>(
        "CreateAgent",
        R"({"agentId": "x", "agent": {"routingProfile": "routingProfiles/chat", )" + more + "}}",
        code, "agent." + field);
  }

  TestCenter center_;
};

TEST_F(ConfigTest, TheCenterIsShown) {
  const auto center = center_.Must<v1::Center>("ConfigService.GetCenter", "{}", Desk("anna"));
  EXPECT_EQ(center.time_zone(), "Europe/Brussels");
  EXPECT_EQ(center.display_name(), "Test");
  EXPECT_THAT(center.away_reasons(), ElementsAre("break", "meeting"));
  EXPECT_EQ(center.config_revision(), 7);
}

TEST_F(ConfigTest, EachKindGoesThroughItsWholeLife) {
  const auto life = [&]<class Resource>(Resource, const std::string& kind, const std::string& field,
                                        const std::string& name, const std::string& rest) {
    const std::string id = name.substr(name.find('/') + 1);
    const auto created =
        Must<Resource>("Create" + kind,
                       "{\"" + field + "Id\": \"" + id + "\", \"" + field + "\": {" + rest + "}}");
    EXPECT_EQ(created.name(), name);
    EXPECT_NE(created.etag(), "");
    const auto got = Must<Resource>("Get" + kind, R"({"name": ")" + name + "\"}");
    EXPECT_EQ(got.SerializeAsString(), created.SerializeAsString());
    const auto updated = Must<Resource>(
        "Update" + kind, "{\"" + field + R"(": {"name": ")" + name +
                             R"(", "displayName": "New"}, "updateMask": "displayName"})");
    EXPECT_EQ(updated.display_name(), "New");
    EXPECT_NE(updated.etag(), created.etag());
    Delete(kind, name);
    Refused<Resource>("Get" + kind, R"({"name": ")" + name + "\"}", StatusCode::kNotFound, "name");
    Refused<google::protobuf::Empty>("Delete" + kind, R"({"name": ")" + name + "\"}",
                                     StatusCode::kNotFound, "name");
  };
  life(v1::Skill(), "Skill", "skill", "skills/greek", R"("displayName": "Greek")");
  life(v1::Team(), "Team", "team", "teams/brussels", "");
  life(v1::Partner(), "Partner", "partner", "partners/helpers", "");
  life(v1::RoutingProfile(), "RoutingProfile", "routingProfile", "routingProfiles/mail",
       R"("channels": [{"channel": "EMAIL"}])");
  life(v1::Queue(), "Queue", "queue", "queues/family",
       R"("channel": "CHAT", "answerWithin": "60s")");
  life(v1::Agent(), "Agent", "agent", "agents/carl",
       R"("routingProfile": "routingProfiles/chat", "displayName": "Carl")");
}

TEST_F(ConfigTest, WhatIsLeftOutHasItsStatedValue) {
  const auto queue = Must<v1::Queue>(
      "CreateQueue", R"({"queueId": "x", "queue": {"channel": "VOICE", "answerWithin": "20s"}})");
  EXPECT_EQ(queue.service_level_target(), 0.8);
  EXPECT_EQ(queue.short_abandon().seconds(), 5);
  EXPECT_EQ(queue.default_band(), 5);
  EXPECT_EQ(queue.max_declines(), 3);
  EXPECT_EQ(queue.decline_gap().seconds(), 30);
  EXPECT_EQ(queue.wrap_up().mode(), v1::WrapUp::NO_WRAP_UP);
  EXPECT_TRUE(queue.wrap_up().blocks_capacity());
  EXPECT_FALSE(queue.has_hours());
  EXPECT_FALSE(queue.has_requirement());
  EXPECT_THAT(queue.selection(),
              ElementsAre(v1::RING, v1::MATCH_SCORE, v1::LOAD_RATIO, v1::IDLE_SINCE));
  const auto profile = Must<v1::RoutingProfile>(
      "CreateRoutingProfile", R"({"routingProfileId": "x", "routingProfile": {"units": 60,
                                  "channels": [{"channel": "VOICE"}]}})");
  EXPECT_EQ(profile.channels(0).limit(), 1);
  EXPECT_EQ(profile.channels(0).cost(), 60);
  EXPECT_EQ(profile.channels(0).offer_timeout().seconds(), 20);
}

TEST_F(ConfigTest, WhatIsGivenIsShownAgain) {
  Must<v1::Team>("CreateTeam", R"({"teamId": "brussels"})");
  Must<v1::Partner>("CreatePartner", R"({"partnerId": "helpers"})");
  const auto again = [&]<class Resource>(Resource, const std::string& kind, const std::string& json,
                                         const std::string& wanted) {
    auto shown = Must<Resource>("Create" + kind, json);
    shown.clear_etag();
    EXPECT_EQ(shown.DebugString(), FromJson<Resource>(wanted).DebugString());
  };
  std::string agent = R"("displayName": "Carl", "skills": [{"skill": "skills/french", "level": 3},
      {"skill": "skills/dutch", "level": 10}], "attributes": [{"key": "car", "number": "2"},
      {"key": "site", "text": "Gent"}], "team": "teams/brussels", "partner": "partners/helpers",
      "routingProfile": "routingProfiles/chat", "order": 7})";
  again(v1::Agent(), "Agent", R"({"agentId": "carl", "agent": {)" + agent + "}",
        R"({"name": "agents/carl", )" + agent);
  const std::string queue = R"("displayName": "Y", "channel": "EMAIL", "answerWithin": "14400s",
      "serviceLevelTarget": 0.9, "shortAbandon": "3s", "defaultBand": 4, "maxDeclines": 2,
      "declineGap": "10s", "wrapUp": {"mode": "TIMED", "limit": "30s", "blocksCapacity": false},
      "reasonCodes": ["a", "b"], "hours": {"timeZone": "Europe/Brussels",
          "weekly": [{"days": ["monday"], "ranges": [{"from": "08:30", "to": "24:00"}]}],
          "specialDays": [{"date": "2026-12-25"}],
          "closedAction": {"kind": "REDIRECT", "queue": "queues/tax"}},
      "selection": ["FEWEST_SKILLS", "FIXED_ORDER"], "wakeHold": "10s",
      "conversationExpires": "3600s", "requirement": {"steps": [{"skills": [{"skill": "skills/dutch", "minLevel": 4}],
          "expiresAfter": "60s"}, {}]}})";
  again(v1::Queue(), "Queue", R"({"queueId": "y", "queue": {)" + queue + "}",
        R"({"name": "queues/y", )" + queue);
  const std::string profile = R"("displayName": "Z", "units": 200, "channels": [
      {"channel": "VOICE", "limit": 1, "cost": 200, "autoAccept": true, "offerTimeout": "9s"},
      {"channel": "EMAIL", "limit": 3, "cost": 50, "interruptedBy": ["VOICE", "CHAT"],
       "offerTimeout": "60s"}]})";
  again(v1::RoutingProfile(), "RoutingProfile",
        R"({"routingProfileId": "z", "routingProfile": {)" + profile + "}",
        R"({"name": "routingProfiles/z", )" + profile);
}

TEST_F(ConfigTest, IdsAreOfTheirForm) {
  for (const std::string id : {"", "1st", "-a", "Tax", "a b", "a_b", "é"}) {
    Refused<v1::Skill>("CreateSkill", R"({"skillId": ")" + id + "\"}", StatusCode::kInvalidArgument,
                       "skillId");
  }
  Refused<v1::Skill>("CreateSkill", R"({"skillId": ")" + std::string(64, 'a') + "\"}",
                     StatusCode::kInvalidArgument, "skillId");
  Must<v1::Skill>("CreateSkill", R"({"skillId": ")" + std::string(63, 'a') + "\"}");
  Refused<v1::Skill>("CreateSkill", R"({"skillId": "french"})", StatusCode::kAlreadyExists,
                     "skillId");
}

TEST_F(ConfigTest, RefusesQueuesThatCannotWork) {
  Refused<v1::Queue>("CreateQueue", R"({"queueId": "x", "queue": {"answerWithin": "60s"}})",
                     StatusCode::kInvalidArgument, "queue.channel");
  Refused<v1::Queue>("CreateQueue", R"({"queueId": "x", "queue": {"channel": "CHAT"}})",
                     StatusCode::kInvalidArgument, "queue.answerWithin");
  RefusedQueue(R"("answerWithin": "0s")", "answerWithin");
  RefusedQueue(R"("serviceLevelTarget": 1.01)", "serviceLevelTarget");
  RefusedQueue(R"("serviceLevelTarget": "NaN")", "serviceLevelTarget");
  RefusedQueue(R"("serviceLevelTarget": 0.12345)", "serviceLevelTarget");
  RefusedQueue(R"("shortAbandon": "3601s")", "shortAbandon");
  RefusedQueue(R"("defaultBand": 10)", "defaultBand");
  RefusedQueue(R"("maxDeclines": 0)", "maxDeclines");
  RefusedQueue(R"("declineGap": "-1s")", "declineGap");
  RefusedQueue(R"("wakeHold": "-1s")", "wakeHold");
  RefusedQueue(R"("conversationExpires": "30s")", "conversationExpires");
  RefusedQueue(R"("wrapUp": {"mode": 9})", "wrapUp.mode");
  RefusedQueue(R"("wrapUp": {"mode": "TIMED"})", "wrapUp.limit");
  RefusedQueue(R"("wrapUp": {"mode": "TIMED", "limit": "3601s"})", "wrapUp.limit");
  RefusedQueue(R"("wrapUp": {"mode": "OPTIONAL", "limit": "30s"})", "wrapUp.limit");
  RefusedQueue(R"("wrapUp": {"mode": "MANDATORY"})", "reasonCodes");
  RefusedQueue(R"("reasonCodes": [""])", "reasonCodes[0]");
  RefusedQueue(R"("reasonCodes": ["a", "a"])", "reasonCodes[1]");
  RefusedQueue(R"("reasonCodes": [")" + std::string(41, 'x') + "\"]", "reasonCodes[0]");
  RefusedQueue(R"("displayName": "two\nlines")", "displayName");
  RefusedQueue(R"("selection": ["RING", "RING"])", "selection[1]");
  RefusedQueue(R"("selection": [99])", "selection[0]");
  RefusedQueue(R"("requirement": {})", "requirement.steps");
  RefusedQueue(R"("requirement": {"steps": [{"skills": [{"skill": "skills/greek"}]}]})",
               "requirement.steps[0].skills[0].skill", StatusCode::kNotFound);
  RefusedQueue(R"("hours": {"timeZone": "Mars/Olympus"})", "hours.timeZone");
  RefusedQueue(R"("hours": {"closedAction": {"kind": 7}})", "hours.closedAction.kind");
  RefusedQueue(R"("hours": {"closedAction": {"kind": "REDIRECT"}})", "hours.closedAction.queue");
  RefusedQueue(R"("hours": {"closedAction": {"kind": "REDIRECT", "queue": "queues/unknown"}})",
               "hours.closedAction.queue", StatusCode::kNotFound);
  RefusedQueue(R"("hours": {"closedAction": {"kind": "HOLD", "message": "Sorry"}})",
               "hours.closedAction.message");
  Refused<v1::Queue>("UpdateQueue", R"({"queue": {"name": "queues/tax", "hours": {"closedAction":
                         {"kind": "REDIRECT", "queue": "queues/tax"}}}, "updateMask": "hours"})",
                     StatusCode::kInvalidArgument, "queue.hours.closedAction.queue");
}

TEST_F(ConfigTest, RefusesProfilesAndAgentsThatCannotWork) {
  RefusedProfile(R"("units": 0)", "units");
  RefusedProfile(R"("units": 10001)", "units");
  RefusedProfile(R"("channels": [{}])", "channels[0].channel");
  RefusedProfile(R"("channels": [{"channel": "CHAT"}, {"channel": "CHAT"}])",
                 "channels[1].channel");
  RefusedProfile(R"("channels": [{"channel": "CHAT", "limit": 0}])", "channels[0].limit");
  RefusedProfile(R"("channels": [{"channel": "CHAT", "cost": 101}])", "channels[0].cost");
  RefusedProfile(R"("channels": [{"channel": "CHAT", "interruptedBy": ["CHAT"]}])",
                 "channels[0].interruptedBy[0]");
  RefusedProfile(R"("channels": [{"channel": "CHAT", "offerTimeout": "0.5s"}])",
                 "channels[0].offerTimeout");
  Refused<v1::Agent>("CreateAgent", R"({"agentId": "x"})", StatusCode::kInvalidArgument,
                     "agent.routingProfile");
  RefusedAgent(R"("skills": [{"skill": "skills/french", "level": 11}])", "skills[0].level");
  RefusedAgent(R"("skills": [{"skill": "skills/french"}])", "skills[0].level");
  RefusedAgent(R"("skills": [{"skill": "skills/greek", "level": 1}])", "skills[0].skill",
               StatusCode::kNotFound);
  RefusedAgent(R"("skills": [{"skill": "skills/french", "level": 1},
                             {"skill": "skills/french", "level": 2}])",
               "skills[1].skill");
  RefusedAgent(R"("attributes": [{"key": "team", "text": "x"}])", "attributes[0].key");
  RefusedAgent(R"("attributes": [{"key": "a"}])", "attributes[0]");
  RefusedAgent(R"("attributes": [{"key": "a", "number": 1}, {"key": "a", "number": 2}])",
               "attributes[1].key");
  RefusedAgent(R"("team": "teams/unknown")", "team", StatusCode::kNotFound);
  RefusedAgent(R"("partner": "brussels")", "partner");
  RefusedAgent(R"("displayName": ")" + std::string(101, 'x') + "\"", "displayName");
}

TEST_F(ConfigTest, AnEtagOfBeforeAnotherChangeIsRefused) {
  const std::string get = R"({"name": "queues/tax"})";
  const std::string before = Must<v1::Queue>("GetQueue", get).etag();
  const auto update = [](const std::string& etag, const std::string& answer_within) {
    return R"({"queue": {"name": "queues/tax", "etag": ")" + etag + R"(", "answerWithin": ")" +
           answer_within + R"("}, "updateMask": "answer_within"})";
  };
  const auto updated = Must<v1::Queue>("UpdateQueue", update(before, "30s"));
  EXPECT_EQ(updated.answer_within().seconds(), 30);
  EXPECT_EQ(updated.reason_codes_size(), 2);  // what the mask does not name stays
  Refused<v1::Queue>("UpdateQueue", update(before, "40s"), StatusCode::kAborted, "queue.etag");
  Refused<v1::Queue>("UpdateQueue", update("nonsense", "40s"), StatusCode::kAborted, "queue.etag");
  Refused<google::protobuf::Empty>("DeleteQueue",
                                   R"({"name": "queues/tax", "etag": ")" + before + "\"}",
                                   StatusCode::kAborted, "etag");
  // A requirement is part of it, though the config only has its number.
  const auto skilled = Must<v1::Queue>("UpdateQueue", R"({"queue": {"name": "queues/tax",
      "requirement": {"steps": [{"skills": [{"skill": "skills/french"}]}]}},
      "updateMask": "requirement"})");
  EXPECT_NE(skilled.etag(), updated.etag());
  Must<google::protobuf::Empty>("DeleteQueue",
                                R"({"name": "queues/tax", "etag": ")" + skilled.etag() + "\"}");
}

// Two callers at once: what the second reads has changed by the time its command is decided.
TEST_F(ConfigTest, AnUpdateIsMadeOnWhatIsThereWhenItIsMade) {
  const std::string etag = Must<v1::Queue>("GetQueue", R"({"name": "queues/tax"})").etag();
  const auto race = [&](const std::string& with) {
    std::future<absl::StatusOr<v1::Queue>> late;
    center_.shard().Read([&](const Engine& engine) {
      late = center_.Begin<v1::Queue>("ConfigService.UpdateQueue",
                                      R"({"queue": {"name": "queues/tax", "displayName": "Tax")" +
                                          with + R"(}, "updateMask": "displayName"})");
      QueueConfig config = engine.directory().queues.Get(QueueId(1));
      config.default_band = 7;
      center_.shard().Submit(
          {ConfigureQueue{QueueId(1), config, Requirement{{RequirementStep()}}, {}}, {}},
          [](const absl::StatusOr<Outcome>& o, const Engine&) { EXPECT_TRUE(o.ok()); });
    });
    return late.get();
  };
  EXPECT_EQ(race(R"(, "etag": ")" + etag + "\"").status().code(), StatusCode::kAborted);
  const auto queue = race("");
  ASSERT_TRUE(queue.ok()) << queue.status();
  EXPECT_EQ(queue->display_name(), "Tax");
  EXPECT_EQ(queue->default_band(), 7);
}

TEST_F(ConfigTest, ADisplayNameIsPartOfAnAgentsEtag) {
  const std::string before = Must<v1::Agent>("GetAgent", R"({"name": "agents/anna"})").etag();
  const auto update = [&](const std::string& name) {
    return R"({"agent": {"name": "agents/anna", "displayName": ")" + name + R"(", "etag": ")" +
           before + R"("}, "updateMask": "displayName"})";
  };
  const auto updated = Must<v1::Agent>("UpdateAgent", update("Anna Claes"));
  EXPECT_EQ(updated.etag(), Must<v1::Agent>("GetAgent", R"({"name": "agents/anna"})").etag());
  Refused<v1::Agent>("UpdateAgent", update("Anna Maes"), StatusCode::kAborted, "agent.etag");
  EXPECT_EQ(center_.people().Find("anna"), "Anna Claes");
}

TEST_F(ConfigTest, AMaskNamesFieldsThatCanBeChanged) {
  const auto refused = [&](const std::string& mask) {
    Refused<v1::Skill>("UpdateSkill",
                       R"({"skill": {"name": "skills/french"}, "updateMask": ")" + mask + "\"}",
                       StatusCode::kInvalidArgument, "updateMask");
  };
  refused("color"), refused("name"), refused("etag"), refused("displayName.first");
  Refused<v1::Skill>("UpdateSkill", R"({"skill": {"name": "skills/greek"}})", StatusCode::kNotFound,
                     "skill.name");
  Refused<v1::Skill>("UpdateSkill", "{}", StatusCode::kInvalidArgument, "skill.name");
  // Without a mask all is replaced.
  const auto agent = Must<v1::Agent>("UpdateAgent", R"({"agent": {"name": "agents/anna",
      "routingProfile": "routingProfiles/chat"}})");
  EXPECT_EQ(agent.skills_size(), 0);
  EXPECT_EQ(agent.display_name(), "");
  Refused<v1::Agent>("UpdateAgent", R"({"agent": {"name": "agents/anna"}})",
                     StatusCode::kInvalidArgument, "agent.routingProfile");
}

TEST_F(ConfigTest, WhatIsUsedIsNotDeleted) {
  Refused<google::protobuf::Empty>("DeleteSkill", R"({"name": "skills/french"})",
                                   StatusCode::kFailedPrecondition, "name");
  Refused<google::protobuf::Empty>("DeleteRoutingProfile", R"({"name": "routingProfiles/chat"})",
                                   StatusCode::kFailedPrecondition, "name");
  center_.Enter();
  Refused<google::protobuf::Empty>("DeleteQueue", R"({"name": "queues/tax"})",
                                   StatusCode::kFailedPrecondition, "name");
  center_.Available("anna");
  Refused<google::protobuf::Empty>("DeleteAgent", R"({"name": "agents/anna"})",
                                   StatusCode::kFailedPrecondition, "name");
}

TEST_F(ConfigTest, RepeatedChangesAreAnsweredOnce) {
  const std::string create = R"({"requestId": "c", "skillId": "greek"})";
  Must<v1::Skill>("CreateSkill", create);
  const std::string update = R"({"requestId": "u", "skill": {"name": "skills/greek",
      "displayName": "Greek", "etag": ")" +
                             Must<v1::Skill>("GetSkill", R"({"name": "skills/greek"})").etag() +
                             "\"}}";
  Must<v1::Skill>("UpdateSkill", update);
  const uint64_t digest = center_.shard().engine().Digest();
  EXPECT_EQ(Must<v1::Skill>("CreateSkill", create).display_name(), "Greek");
  EXPECT_EQ(Must<v1::Skill>("UpdateSkill", update).display_name(), "Greek");
  EXPECT_EQ(center_.shard().engine().Digest(), digest);
  const std::string remove = R"({"requestId": "d", "name": "skills/greek"})";
  Must<google::protobuf::Empty>("DeleteSkill", remove);
  Must<google::protobuf::Empty>("DeleteSkill", remove);
  Refused<v1::Skill>("UpdateSkill", update, StatusCode::kNotFound, "");
  Refused<google::protobuf::Empty>("DeleteSkill", R"({"requestId": "d2", "name": "skills/greek"})",
                                   StatusCode::kNotFound, "name");
  Refused<v1::Skill>("CreateSkill", R"({"requestId": "c", "skillId": "latin"})",
                     StatusCode::kInvalidArgument, "requestId");
}

TEST_F(ConfigTest, DisplayNamesStandApart) {
  EXPECT_EQ(center_.people().Find("anna"), "The anna");
  const std::string create = R"({"requestId": "c", "agentId": "carl", "agent": {"displayName":
      "Carl", "routingProfile": "routingProfiles/chat"}})";
  Must<v1::Agent>("CreateAgent", create);
  Must<v1::Agent>("UpdateAgent", R"({"agent": {"name": "agents/carl", "displayName": "Carl Maes"},
      "updateMask": "displayName"})");
  // A late repetition does not bring the old name back.
  EXPECT_EQ(Must<v1::Agent>("CreateAgent", create).display_name(), "Carl Maes");
  Delete("Agent", "agents/carl");
  EXPECT_EQ(center_.people().Find("carl"), "");
  const auto list = Must<v1::ListAgentsResponse>("ListAgents", "{}");
  ASSERT_EQ(list.agents_size(), 2);
  EXPECT_EQ(list.agents(1).display_name(), "The bert");
}

TEST_F(ConfigTest, ListsComeInPages) {
  for (const char* id : {"a", "b", "c"}) {
    Must<v1::Skill>("CreateSkill", R"({"skillId": ")" + std::string(id) + "\"}");
  }
  Delete("Skill", "skills/a");
  const auto page = [&](const std::string& json) {
    const auto listed = Must<v1::ListSkillsResponse>("ListSkills", json);
    std::string names;
    for (const auto& skill : listed.skills()) names += skill.name() + " ";
    return std::pair(names, listed.next_page_token());
  };
  const auto [first, token] = page(R"({"pageSize": 3})");
  EXPECT_EQ(first, "skills/french skills/dutch skills/b ");
  EXPECT_EQ(page(R"({"pageSize": 3, "pageToken": ")" + token + "\"}"),
            std::pair(std::string("skills/c "), std::string()));
  EXPECT_EQ(page(R"({"pageSize": 4})").second, "");
  Refused<v1::ListTeamsResponse>("ListTeams", R"({"pageToken": ")" + token + "\"}",
                                 StatusCode::kInvalidArgument, "pageToken");
}

TEST_F(ConfigTest, OnlyManagersAndAdminsChange) {
  for (const Role role : {Role::kAgent, Role::kPlanner, Role::kIntegration}) {
    Refused<v1::Skill>("CreateSkill", R"({"skillId": "greek"})", StatusCode::kPermissionDenied, "",
                       With(role));
    center_.Must<v1::Skill>("ConfigService.GetSkill", R"({"name": "skills/french"})", With(role));
  }
  center_.Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": "greek"})",
                          With(Role::kManager));
}

TEST_F(ConfigTest, EveryMethodOfTheContractIsServed) {
  for (const char* name : {"WorkService", "AgentService", "ConfigService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        std::string("wissel.v1.") + name);
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_NE(center_.table().Find(service->method(i)->full_name()), nullptr)
          << service->method(i)->full_name();
    }
  }
}

// --- Openings

TEST_F(ConfigTest, AQueueIsOpenByItsHoursAtOnce) {
  // It is Monday, 10:00 in Brussels.
  const auto create = [&](const std::string& id, const std::string& from) {
    Must<v1::Queue>("CreateQueue", R"({"queueId": ")" + id + R"(", "queue": {"channel": "CHAT",
        "answerWithin": "60s", "hours": {"weekly": [{"days": ["monday"], "ranges": [{"from": ")" +
                                       from + R"(", "to": "17:00"}]}],
        "closedAction": {"kind": "REFUSE", "message": "Call again on Monday"}}}})");
  };
  create("open", "09:00");
  create("later", "11:00");
  EXPECT_EQ(center_.Enter("open").state(), v1::WorkItem::WAITING);
  center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                R"({"workItem": {"queue": "queues/later"}})",
                                StatusCode::kFailedPrecondition, "workItem.queue");
  center_.shard().Advance(Duration::Hours(1));
  center_.Enter("later");
  center_.shard().Advance(Duration::Hours(6));
  center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                R"({"workItem": {"queue": "queues/open"}})",
                                StatusCode::kFailedPrecondition, "workItem.queue");
}

TEST_F(ConfigTest, AQueueThatLosesItsHoursIsAlwaysOpen) {
  Must<v1::Queue>("CreateQueue", R"({"queueId": "never", "queue": {"channel": "CHAT",
      "answerWithin": "60s", "hours": {"closedAction": {"kind": "HOLD"}}}})");
  EXPECT_EQ(center_.Enter("never").state(), v1::WorkItem::WAITING_FOR_HOURS);
  Must<v1::Queue>("UpdateQueue", R"({"queue": {"name": "queues/never"}, "updateMask": "hours"})");
  EXPECT_EQ(center_.Enter("never").state(), v1::WorkItem::WAITING);
  EXPECT_EQ(
      center_.Must<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": "workItems/1"})").state(),
      v1::WorkItem::WAITING);
}

TEST_F(ConfigTest, OpeningsReachAheadForEver) {
  Must<v1::Queue>("CreateQueue", R"({"queueId": "mondays", "queue": {"channel": "CHAT",
      "answerWithin": "60s", "hours": {"weekly": [{"days": ["monday"],
      "ranges": [{"from": "09:00", "to": "17:00"}]}], "closedAction": {"kind": "REFUSE"}}}})");
  for (int day = 0; day < 35; ++day) {
    center_.services().Tick();
    center_.shard().Advance(Duration::Days(1));
  }
  // Monday again, five weeks on and in summer time.
  EXPECT_EQ(center_.Enter("mondays").state(), v1::WorkItem::WAITING);
}

TEST_F(ConfigTest, QueuesFollowTheCentersZone) {
  Must<v1::Queue>("CreateQueue", R"({"queueId": "early", "queue": {"channel": "CHAT",
      "answerWithin": "60s", "hours": {"weekly": [{"days": ["monday"],
      "ranges": [{"from": "09:30", "to": "17:00"}]}], "closedAction": {"kind": "HOLD"}}}})");
  EXPECT_EQ(center_.Enter("early").state(), v1::WorkItem::WAITING);  // 10:00 in Brussels
  center_.shard().Submit(
      {ConfigureCenter{{"Test", "Europe/Lisbon", {}}}, {}},
      [](const absl::StatusOr<Outcome>& o, const Engine&) { EXPECT_TRUE(o.ok()); });
  center_.services().Tick();
  EXPECT_EQ(center_.Enter("early").state(), v1::WorkItem::WAITING_FOR_HOURS);  // 09:00 in Lisbon
}

}  // namespace
}  // namespace wissel::testing
