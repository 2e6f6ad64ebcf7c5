// The configuration file: what is read, and how what is wrong is told.
#include "server/config/config_file.h"

#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/suggest.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::string Problems(const std::string& text) { return ParseConfig("c.yaml", text).ProblemText(); }

TEST(ConfigFile, BecomesTheMessagesOfTheContract) {
  LoadedConfig config = ParseConfig("c.yaml", R"(
server:
  http: 127.0.0.1:0
  lease: 45s
center:
  display_name: Desk
  lost_work: complete
  queues:
    - name: queues/phone
      channel: voice
      answer_within: 1m30s
      service_level_target: 0.9
      requirement:
        steps:
          - skills: [{skill: skills/language-nl, min_level: 3}]
            expires_after: 20s
          - constraint: {test: {attribute: team, operator: in, texts: [teams/a, teams/b]}}
      selection: [RING, idle_since]
)");
  ASSERT_EQ(config.ProblemText(), "");
  EXPECT_EQ(config.file.server().lease().seconds(), 45);
  EXPECT_EQ(config.file.center().lost_work(), CenterSection::COMPLETE);
  const wissel::v1::Queue& queue = config.file.center().queues(0);
  EXPECT_EQ(queue.channel(), wissel::v1::VOICE);
  EXPECT_EQ(queue.answer_within().seconds(), 90);
  EXPECT_DOUBLE_EQ(queue.service_level_target(), 0.9);
  EXPECT_EQ(queue.requirement().steps(0).skills(0).min_level(), 3);
  EXPECT_EQ(queue.requirement().steps(1).constraint().test().texts_size(), 2);
  EXPECT_EQ(queue.selection(1), wissel::v1::IDLE_SINCE);
}

TEST(ConfigFile, AnUnknownKeyNamesTheLineAndTheOneThatWasMeant) {
  EXPECT_EQ(Problems("center:\n  queues:\n    - name: queues/a\n      answer_withn: 20s\n"),
            "c.yaml:4: center.queues[0].answer_withn is an unknown key; did you mean "
            "`answer_within`?\n");
  EXPECT_THAT(Problems("centre:\n  display_name: x\n"), HasSubstr("did you mean `center`?"));
  EXPECT_THAT(Problems("demo:\n  zzzzzzzz: x\n"), HasSubstr("known here are users"));
}

TEST(ConfigFile, EachWrongValueIsToldWithWhatWouldBeRight) {
  EXPECT_THAT(Problems("server:\n  lease: soon\n"),
              HasSubstr("c.yaml:2: server.lease is not a duration"));
  EXPECT_THAT(Problems("server:\n  lease: 2s\n"),
              HasSubstr("c.yaml:2: server.lease is out of range; from 5 s"));
  EXPECT_THAT(Problems("center:\n  queues: 7\n"),
              HasSubstr("c.yaml:2: center.queues is not a list"));
  EXPECT_THAT(Problems("center:\n  queues:\n    - name: queues/a\n      channel: vioce\n"),
              HasSubstr("c.yaml:4: center.queues[0].channel is none of its values: vioce; did you "
                        "mean `voice`?"));
  EXPECT_THAT(Problems("center:\n  agents:\n    - name: agents/a\n      order: first\n"),
              HasSubstr("c.yaml:4: center.agents[0].order is no whole number: first"));
  EXPECT_THAT(
      Problems("center:\n  queues:\n    - name: queues/a\n      service_level_target: 80%\n"),
      HasSubstr("is no number: 80%"));
  EXPECT_THAT(Problems("center:\n  time_zone:\n"),
              HasSubstr("c.yaml:2: center.time_zone has no value"));
  EXPECT_THAT(Problems("center:\n  time_zone: UTC\n  time_zone: UTC\n"),
              HasSubstr("c.yaml:3: center.time_zone stands twice"));
}

TEST(ConfigFile, EventsAndWebhooksAreChecked) {
  EXPECT_EQ(Problems("events:\n  source: https://center.example\n"
                     "webhooks:\n  allow_private_addresses: true\n  retry_delays: [5s, 5m, 1h]\n"),
            "");
  EXPECT_THAT(Problems("events:\n  source: two words\n"),
              HasSubstr("c.yaml:2: events.source is no URI"));
  EXPECT_THAT(Problems("webhooks:\n  retry_delays: [5s, 0s]\n"),
              HasSubstr("c.yaml:2: webhooks.retry_delays[1] is out of range; from 1 s"));
  EXPECT_THAT(Problems("webhooks:\n  retry_delays: ["
                       "1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, "
                       "1s, 1s, 1s]\n"),
              HasSubstr("webhooks.retry_delays has 21 delays; at most 20"));
  EXPECT_THAT(Problems("webhooks:\n  allow_private_address: true\n"),
              HasSubstr("did you mean `allow_private_addresses`"));
}

TEST(ConfigFile, CallsAndTheirDestinationsAreChecked) {
  const LoadedConfig config = ParseConfig("center.yaml", R"(
server: {sip: "127.0.0.1:5060"}
voice:
  trunks:
    - {name: one, addresses: [10.0.0.5, 10.0.0.0/33], target: "sip:10.0.0.5:5060"}
    - {name: two, target: "tel:+32"}
  numbers:
    - {number: "100", queue: queues/a}
    - {number: "100", queue: a}
  phone_networks: [office]
  ring_time: 3m
  most_calls: 0
  destinations: {countries: [Belgium], most_per_number: 101}
  sips: "127.0.0.1:5061"
tracking: {follow_up_queue: complaints, low_score: 5}
)");
  std::vector<std::string> found;
  for (const Problem& problem : config.problems) {
    found.push_back(problem.message.substr(0, problem.message.find(' ')));
  }
  EXPECT_THAT(found, UnorderedElementsAre("voice.trunks[0].addresses[1]", "voice.trunks[1]",
                                          "voice.trunks[1].target", "voice.trunks[1].target",
                                          "voice.numbers[1].number", "voice.numbers[1].queue",
                                          "voice.phone_networks[0]", "voice.ring_time",
                                          "voice.most_calls", "voice.destinations.countries[0]",
                                          "voice.destinations.most_per_number", "voice",
                                          "tracking.follow_up_queue", "tracking.low_score"));
}

TEST(ConfigFile, AChatIsEmbeddedByOriginsAlone) {
  const LoadedConfig config = ParseConfig("center.yaml", R"(chat:
  embed_origins:
    - https://www.example.org
    - https://www.example.org:8443
    - http://localhost:8000
    - http://www.example.org
    - https://www.example.org/
    - https://*.example.org
    - https://Example.org
    - "https://a.example; script-src *"
    - "https://a.example:port"
    - "*"
    - ""
)");
  ASSERT_EQ(config.problems.size(), 8u) << config.ProblemText();
  EXPECT_EQ(config.problems[0].line, 6);
  EXPECT_THAT(config.problems[0].message, HasSubstr("chat.embed_origins[3]"));
  EXPECT_THAT(config.problems[0].right, HasSubstr("https://www.example.org"));
}

TEST(ConfigFile, AChatTakesFilesUpToALimit) {
  EXPECT_TRUE(ParseConfig("center.yaml", "chat: {largest_file_mib: 0}\n").problems.empty());
  EXPECT_TRUE(ParseConfig("center.yaml", "chat: {largest_file_mib: 20}\n").problems.empty());
  const LoadedConfig config = ParseConfig("center.yaml", "chat:\n  largest_file_mib: 21\n");
  ASSERT_EQ(config.problems.size(), 1u);
  EXPECT_EQ(config.problems[0].line, 2);
  EXPECT_THAT(config.problems[0].right, HasSubstr("0 to 20"));
}

TEST(ConfigFile, FactSheetsAreThoseOfItsQueues) {
  const LoadedConfig config = ParseConfig("center.yaml", R"(center:
  queues: [{name: queues/tax}]
fact_sheets:
  - {name: queues/tax/factSheets/refunds, texts: [{language: nl, title: T, text: x}]}
  - {name: queues/tax/factSheets/refunds, texts: [{language: nl, title: T, text: x}]}
  - {name: queues/taxes/factSheets/refunds, texts: [{language: nl, title: T, text: x}]}
  - {name: queues/tax, texts: [{language: nl, title: T, text: x}]}
  - {name: queues/tax/factSheets/a, texts: [{language: nl, title: T}]}
  - {name: queues/tax/factSheets/b, texts: [{language: nl, title: T, text: x}], updater: users/maya}
)");
  std::vector<int> lines;
  for (const Problem& problem : config.problems) lines.push_back(problem.line);
  EXPECT_THAT(lines, ElementsAre(5, 6, 7, 8, 9)) << config.ProblemText();
}

TEST(ConfigFile, WhoTakesCallsSaysFromWhom) {
  const LoadedConfig config = ParseConfig("center.yaml", "server: {sip: \"127.0.0.1:5060\"}\n");
  ASSERT_EQ(config.problems.size(), 1u);
  EXPECT_THAT(config.problems[0].right, HasSubstr("voice.trunks"));
}

TEST(ConfigFile, OneConditionHasOneKind) {
  EXPECT_THAT(
      Problems(R"(
center:
  queues:
    - name: queues/a
      requirement:
        steps:
          - constraint:
              test: {attribute: site, operator: equals, texts: [gent]}
              not: {test: {attribute: site, operator: equals, texts: [gent]}}
)"),
      HasSubstr(
          "c.yaml:9: center.queues[0].requirement.steps[0].constraint.not stands beside `test`"));
}

TEST(ConfigFile, ResourcesAreNamedAndNamedOnce) {
  EXPECT_THAT(
      Problems("center:\n  teams:\n    - name: gent\n"),
      HasSubstr("c.yaml:3: center.teams[0].name is not the name of one of the teams: `gent`; "
                "write for example `name: teams/first`"));
  EXPECT_THAT(Problems("center:\n  teams:\n    - name: teams/a\n    - name: teams/a\n"),
              HasSubstr("c.yaml:4: teams/a stands twice, first in line 3"));
}

TEST(ConfigFile, WhatIsNotYamlIsToldWithItsLine) {
  EXPECT_THAT(Problems("center:\n\tdisplay_name: x\n"), HasSubstr("is not YAML"));
  EXPECT_THAT(Problems("center: [a\n"), HasSubstr("c.yaml:2: is not YAML"));
  EXPECT_THAT(Problems(""), HasSubstr("c.yaml:1: the file is empty"));
  EXPECT_THAT(Problems("- a\n"), HasSubstr("c.yaml:1: the file is not a map"));
}

TEST(ConfigFile, TheSampleCenterIsRight) {
  const std::string path =
      std::string(std::getenv("WISSEL_SOURCE_DIR")) + "/deploy/sample/center.yaml";
  auto config = LoadConfigFile(path);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ProblemText(), "");
  EXPECT_EQ(config->file.center().queues_size(), 6);
}

TEST(Durations, AreWrittenWithTheirUnits) {
  EXPECT_EQ(ParseDurationMillis("20s"), 20'000);
  EXPECT_EQ(ParseDurationMillis("1h30m"), 5'400'000);
  EXPECT_EQ(ParseDurationMillis("250ms"), 250);
  EXPECT_EQ(ParseDurationMillis("30d"), int64_t{30} * 86'400'000);
  for (const char* wrong : {"", "20", "s", "-5s", "1.5h", "20 s", "99999999999d", "5x", "1h30"}) {
    EXPECT_EQ(ParseDurationMillis(wrong), std::nullopt) << wrong;
  }
}

TEST(Suggestion, IsNearOrNothing) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("vioce", "voice"), 1);
  EXPECT_EQ(Suggest("chanel", {"channel", "queue"}), "channel");
  EXPECT_EQ(Suggest("weather", {"channel", "queue"}), std::nullopt);
}

TEST(ConfigFile, SaysWhatIsWrongWithSecurity) {
  const auto problems = [](const std::string& text) {
    std::string all;
    for (const Problem& problem : ParseConfig("center.yaml", text).problems) {
      all += problem.message + "\n";
    }
    return all;
  };
  EXPECT_EQ(problems(R"(security:
  public_url: https://contact.example.org
  trusted_proxies: [10.0.0.7, "2001:db8::1"]
  grpc_tls: {certificate: a.pem, key: a.key}
  rate_limits: {per_caller: 500, per_address: 0, burst: 600}
oidc:
  issuer: https://id.example.org
  client_id: wissel
  client_secret_file: client.secret
  agent_claim: employee
  groups: [{name: agents, roles: [agent]}]
)"),
            "");
  const std::string wrong = problems(R"(security:
  public_url: http://contact.example.org
  trusted_proxies: [proxy.example.org]
  grpc_tls: {certificate: a.pem}
  rate_limits: {per_caller: -1, per_address: 1000001, burst: 0}
)");
  EXPECT_THAT(wrong, HasSubstr("security.public_url is not the address of a site"));
  EXPECT_THAT(wrong, HasSubstr("security.trusted_proxies[0] is no IP address"));
  EXPECT_THAT(wrong, HasSubstr("security.grpc_tls lacks its certificate or key"));
  EXPECT_THAT(wrong, HasSubstr("security.rate_limits.per_caller is out of range"));
  EXPECT_THAT(wrong, HasSubstr("security.rate_limits.per_address is out of range"));
  EXPECT_THAT(wrong, HasSubstr("security.rate_limits.burst is out of range"));
  EXPECT_THAT(problems("security:\n  rate_limits: {per_user: 3}\n"), HasSubstr("per_user"));
  const std::string nobody = problems(R"(oidc:
  issuer: http://id.example.org
  groups: [{name: agents, roles: [agent]}, {name: managers}]
)");
  EXPECT_THAT(nobody, HasSubstr("oidc.issuer is no address of a provider"));
  EXPECT_THAT(nobody, HasSubstr("oidc.client_id is missing"));
  EXPECT_THAT(nobody, HasSubstr("oidc.client_secret_file is missing"));
  EXPECT_THAT(nobody, HasSubstr("oidc wants security.public_url"));
  EXPECT_THAT(nobody, HasSubstr("oidc.groups[0] has the role AGENT"));
  EXPECT_THAT(nobody, HasSubstr("oidc.groups[1] lacks its name or roles"));
}

}  // namespace
}  // namespace wissel::config
