// The wired center, without doors: what a configuration file makes of it, and that a day goes on
// after a restart.
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <future>
#include <memory>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/applied_config.h"
#include "server/center/address.h"
#include "server/center/center.h"
#include "server/config/apply.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/live.pb.h"
#include "wissel/v1/schedule.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::server {
namespace {

using ::testing::HasSubstr;

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wissel-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::unique_ptr<Center> OpenCenter(std::optional<std::string> data = std::nullopt) {
  CenterOptions options;
  options.stores = std::move(data);
  options.version = "test";
  auto center = Center::Open(options);
  EXPECT_TRUE(center.ok()) << center.status();
  (*center)->Start();
  return *std::move(center);
}

// Calls as an admin, and waits.
template <class Response, class Request>
absl::StatusOr<Response> Call(Center& center, const std::string& method, const Request& request) {
  const rpc::Method* found = center.methods().Find("wissel.v1." + method);
  EXPECT_NE(found, nullptr) << method;
  rpc::Context context;
  context.caller.user = "users/test";
  context.caller.roles.Add(rpc::Role::kAdmin);
  std::promise<absl::StatusOr<Response>> answer;
  found->unary(context, request,
               [&](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
                 if (!status.ok()) return answer.set_value(status);
                 answer.set_value(static_cast<const Response&>(*response));
               });
  return answer.get_future().get();
}

std::string ApplyText(Center& center, const std::string& text) {
  config::LoadedConfig config = config::ParseConfig("c.yaml", text);
  if (config.problems.empty()) config::Apply(config, center.methods(), center.shard());
  return config.ProblemText();
}

constexpr const char* kCenter = R"(
center:
  display_name: Desk
  time_zone: Europe/Brussels
  away_reasons: [break]
  skills:
    - {name: skills/dutch, display_name: Dutch}
  routing_profiles:
    - name: routingProfiles/all
      channels: [{channel: voice}]
  queues:
    - name: queues/day
      channel: voice
      answer_within: 20s
      requirement: {steps: [{skills: [{skill: skills/dutch, min_level: 3}]}]}
      hours:
        weekly: [{days: [monday], ranges: [{from: "09:00", to: "17:00"}]}]
        closed_action: {kind: redirect, queue: queues/night}
    - name: queues/night
      channel: voice
      answer_within: 60s
  agents:
    - name: agents/an
      display_name: An
      routing_profile: routingProfiles/all
      skills: [{skill: skills/dutch, level: 5}]
)";

TEST(ApplyConfig, MakesTheCenterThatTheFileNames) {
  auto center = OpenCenter();
  ASSERT_EQ(ApplyText(*center, kCenter), "");
  const auto directory = center->shard().directory();
  EXPECT_EQ(directory->center.time_zone, "Europe/Brussels");
  EXPECT_EQ(directory->queues.size(), 2u);
  const auto day = directory->queues.FindId("day");
  ASSERT_TRUE(day.has_value());
  EXPECT_EQ(directory->queues.Get(*day).closed_action, ClosedActionKind::kRedirect);
  wissel::v1::GetAgentRequest request;
  request.set_name("agents/an");
  auto agent = Call<wissel::v1::Agent>(*center, "ConfigService.GetAgent", request);
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->display_name(), "An");
}

TEST(ApplyConfig, UpdatesWhatIsThereAndDeletesNothing) {
  auto center = OpenCenter();
  ASSERT_EQ(ApplyText(*center, kCenter), "");
  ASSERT_EQ(ApplyText(*center, R"(
center:
  display_name: Desk
  queues:
    - {name: queues/night, channel: voice, answer_within: 90s}
)"),
            "");
  const auto directory = center->shard().directory();
  EXPECT_EQ(directory->queues.size(), 2u);
  EXPECT_EQ(directory->agents.size(), 1u);
  const auto night = directory->queues.FindId("night");
  EXPECT_EQ(directory->queues.Get(*night).answer_within, Duration::Seconds(90));
}

TEST(ApplyConfig, ARefusalOfTheCenterNamesTheLineAndWhatWouldBeRight) {
  std::string text = kCenter;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    auto center = OpenCenter();
    return ApplyText(*center, changed);
  };
  EXPECT_THAT(with("Europe/Brussels", "Europe/Brussel"),
              HasSubstr("c.yaml:4: center.time_zone names no time zone"));
  const std::string level = with("min_level: 3", "min_level: 13");
  EXPECT_THAT(level,
              HasSubstr("c.yaml:15: center.queues[0].requirement.steps[0].skills[0].min_level"));
  EXPECT_THAT(level, HasSubstr("1 to 10"));
  EXPECT_THAT(with("level: 5", "level: 0"),
              HasSubstr("c.yaml:26: center.agents[0].skills[0].level"));
  EXPECT_THAT(with("routing_profile: routingProfiles/all", "routing_profile: routingProfiles/al"),
              HasSubstr("c.yaml:25: center.agents[0].routing_profile"));
}

TEST(CenterTest, TheDaysCountersGoOnAfterARestart) {
  Folder folder;
  const auto offered = [](Center& center) -> int64_t {
    auto live =
        Call<wissel::v1::LiveUpdate>(center, "LiveService.GetLive", wissel::v1::GetLiveRequest());
    EXPECT_TRUE(live.ok()) << live.status();
    for (const auto& queue : live->queues()) {
      if (queue.name() == "queues/night") return queue.offered();
    }
    return -1;
  };
  {
    auto center = OpenCenter(folder.path());
    ASSERT_EQ(ApplyText(*center, kCenter), "");
    wissel::v1::CreateWorkItemRequest create;
    create.mutable_work_item()->set_queue("queues/night");
    for (int i = 0; i < 3; ++i) {
      auto item = Call<wissel::v1::WorkItem>(*center, "WorkService.CreateWorkItem", create);
      ASSERT_TRUE(item.ok()) << item.status();
      wissel::v1::CancelWorkItemRequest cancel;
      cancel.set_name(item->name());
      cancel.set_cause(wissel::v1::CancelWorkItemRequest::CUSTOMER_LEFT);
      ASSERT_TRUE(Call<wissel::v1::WorkItem>(*center, "WorkService.CancelWorkItem", cancel).ok());
    }
    center->Stop();
  }
  auto center = OpenCenter(folder.path());
  EXPECT_EQ(offered(*center), 3);
  // And so does the history: each is counted once, in the quarter in which it came.
  wissel::v1::ListIntervalsRequest quarters;
  quarters.set_queue("queues/night");
  quarters.mutable_start_time()->set_seconds(std::time(nullptr) - 3'600);
  quarters.mutable_end_time()->set_seconds(std::time(nullptr) + 60);
  auto listed =
      Call<wissel::v1::ListIntervalsResponse>(*center, "LiveService.ListIntervals", quarters);
  ASSERT_TRUE(listed.ok()) << listed.status();
  int64_t arrivals = 0;
  int64_t abandoned = 0;
  for (const auto& quarter : listed->intervals()) {
    arrivals += quarter.arrivals();
    abandoned += quarter.abandoned();
  }
  EXPECT_EQ(arrivals, 3);
  EXPECT_EQ(abandoned, 3);
  EXPECT_TRUE(center->Ready().ok());
  EXPECT_THAT(center->MetricsText(), HasSubstr("# TYPE wissel_"));
}

// What an agent did before a restart still counts for the day.
TEST(CenterTest, WhoKeepsToTheScheduleIsKnownAfterARestart) {
  Folder folder;
  const auto row = [](Center& center) {
    auto adherence = Call<wissel::v1::Adherence>(center, "ScheduleService.GetAdherence",
                                                 wissel::v1::GetAdherenceRequest());
    EXPECT_TRUE(adherence.ok()) << adherence.status();
    EXPECT_EQ(adherence->rows_size(), 1);
    return adherence->rows(0);
  };
  wissel::v1::Adherence::Row before;
  {
    auto center = OpenCenter(folder.path());
    ASSERT_EQ(ApplyText(*center, kCenter), "");
    const int64_t now_s = std::time(nullptr);
    absl::TimeZone zone;
    ASSERT_TRUE(absl::LoadTimeZone("Europe/Brussels", &zone));
    const int64_t start_s = (now_s - 1800) / 60 * 60;
    const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixSeconds(start_s), zone);
    const absl::CivilDay monday = absl::PrevWeekday(day + 1, absl::Weekday::monday);
    wissel::v1::CreateScheduleRequest create;
    create.mutable_schedule()->set_start_date(absl::FormatCivilTime(monday));
    create.mutable_schedule()->set_weeks(1);
    auto made = Call<wissel::v1::Schedule>(*center, "ScheduleService.CreateSchedule", create);
    ASSERT_TRUE(made.ok()) << made.status();
    wissel::v1::ChangeShiftsRequest change;
    change.set_schedule(made->name());
    change.set_revision(1);
    auto& shift = *change.add_put();
    shift.set_agent("agents/an");
    shift.mutable_start_time()->set_seconds(start_s);
    shift.mutable_end_time()->set_seconds(start_s + 4 * 3600);
    ASSERT_TRUE(
        Call<wissel::v1::ChangeShiftsResponse>(*center, "ScheduleService.ChangeShifts", change)
            .ok());
    wissel::v1::PublishScheduleRequest publish;
    publish.set_name(made->name());
    publish.set_revision(2);
    publish.set_despite_broken_rules(true);
    ASSERT_TRUE(
        Call<wissel::v1::Schedule>(*center, "ScheduleService.PublishSchedule", publish).ok());
    wissel::v1::SignInRequest sign_in;
    sign_in.set_agent("agents/an");
    ASSERT_TRUE(Call<wissel::v1::AgentState>(*center, "AgentService.SignIn", sign_in).ok());
    wissel::v1::SetPresenceRequest presence;
    presence.set_agent("agents/an");
    presence.set_presence(wissel::v1::AVAILABLE);
    ASSERT_TRUE(Call<wissel::v1::AgentState>(*center, "AgentService.SetPresence", presence).ok());
    before = row(*center);
    EXPECT_EQ(before.actual(), wissel::v1::Adherence::Row::WORK);
    center->Stop();
  }
  auto center = OpenCenter(folder.path());
  const auto after = row(*center);
  EXPECT_EQ(after.planned(), before.planned());
  EXPECT_EQ(after.actual(), wissel::v1::Adherence::Row::WORK);
  EXPECT_EQ(after.has_differs_since(), before.has_differs_since());
  EXPECT_EQ(after.has_adherence(), before.has_adherence());
  EXPECT_EQ(after.has_conformance(), before.has_conformance());
}

TEST(CenterTest, AFolderHasOneOwner) {
  Folder folder;
  auto first = OpenCenter(folder.path());
  CenterOptions options;
  options.stores = folder.path();
  EXPECT_EQ(Center::Open(options).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(AppliedConfigTest, IsRemembered) {
  Folder folder;
  EXPECT_EQ(AppliedConfig(folder.path()), "");
  ASSERT_TRUE(RememberAppliedConfig(folder.path(), "abc").ok());
  ASSERT_TRUE(RememberAppliedConfig(folder.path(), "def").ok());
  EXPECT_EQ(AppliedConfig(folder.path()), "def");
  EXPECT_FALSE(RememberAppliedConfig(folder.path() + "/none", "x").ok());
}

TEST(AddressTest, IsHostAndPort) {
  EXPECT_EQ(ParseAddress("127.0.0.1:8080")->Text(), "127.0.0.1:8080");
  EXPECT_EQ(ParseAddress("[::1]:0")->host, "::1");
  EXPECT_EQ(ParseAddress("[::1]:80")->Text(), "[::1]:80");
  EXPECT_TRUE(ParseAddress("localhost:1")->IsLoopback());
  EXPECT_TRUE(ParseAddress("[::1]:1")->IsLoopback());
  EXPECT_FALSE(ParseAddress("0.0.0.0:1")->IsLoopback());
  for (const char* wrong : {"", "8080", ":8080", "host:", "host:x", "host:70000", "::1:80"}) {
    EXPECT_FALSE(ParseAddress(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace wissel::server
