// Days tried on the engine before they come, and required staff by simulation of the rules: through
// the services' doors.
#include <cmath>
#include <future>
#include <numeric>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/simulation_service.h"
#include "gmock/gmock.h"
#include "tests/unit/planning_testing.h"
#include "wissel/v1/forecast.pb.h"
#include "wissel/v1/operation.pb.h"

namespace wissel::forecasting {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::Operation;
using v1::RequiredStaff;
using v1::Simulation;

constexpr int kIntervals = 8;             // from nine to one
constexpr int64_t kNine = 1'773'043'200;  // Monday 9 March 2026, 09:00 in Brussels
const std::string kDay = "2026-03-09";

// To the end of an operation.
class EndOfRun : public rpc::AnyServerStream {
 public:
  explicit EndOfRun(std::function<void(const Operation&)> seen = [](const Operation&) {})
      : seen_(std::move(seen)) {}
  bool writable() const override { return true; }
  bool Write(const google::protobuf::Message& message) override {
    last = static_cast<const Operation&>(message);
    seen_(last);
    return true;
  }
  void Finish(absl::Status status) override { end_.set_value(std::move(status)); }
  void SetCallbacks(std::function<void()>, std::function<void()>) override {}
  void Wait() { EXPECT_TRUE(end_.get_future().get().ok()); }

  Operation last;

 private:
  std::function<void(const Operation&)> seen_;
  std::promise<absl::Status> end_;
};

// Two queues on the phone, Dutch and French, six agents of each and four who speak both; a forecast
// of two days.
class PlanningSimulationTest : public PlanningTest {
 protected:
  void SetUp() override {
    PlanningTest::SetUp();
    RegisterSimulations(center_.table(), office_);
    office_.operations().Register(center_.table());
    center_.Must<v1::RoutingProfile>(
        "ConfigService.CreateRoutingProfile",
        R"({"routingProfileId": "phone", "routingProfile": {"channels": [
            {"channel": "VOICE", "autoAccept": true}]}})");
    for (const std::string language : {"dutch", "french"}) {
      center_.Must<v1::Queue>("ConfigService.CreateQueue",
                              fmt::format(R"({{"queueId": "{0}", "queue": {{"channel": "VOICE",
            "answerWithin": "20s", "serviceLevelTarget": 0.8, "requirement": {{"steps": [
            {{"skills": [{{"skill": "skills/{0}", "minLevel": 1}}]}}]}}}}}})",
                                          language));
    }
    for (int i = 1; i <= 6; ++i) {
      AddSpeaker(fmt::format("nl{}", i), {"dutch"});
      AddSpeaker(fmt::format("fr{}", i), {"french"});
      if (i <= 4) AddSpeaker(fmt::format("x{}", i), {"dutch", "french"});
    }
    PutForecast();
  }
  void TearDown() override { office_.Stop(); }

  void AddSpeaker(const std::string& name, const std::vector<std::string>& languages) {
    std::vector<std::string> skills;
    for (const std::string& one : languages) {
      skills.push_back(fmt::format(R"({{"skill": "skills/{}", "level": 5}})", one));
    }
    center_.Must<v1::Agent>("ConfigService.CreateAgent",
                            fmt::format(R"({{"agentId": "{}", "agent": {{
            "routingProfile": "routingProfiles/phone", "displayName": "{}", "skills": [{}]}}}})",
                                        name, name, fmt::join(skills, ", ")));
  }

  void PutForecast() {
    v1::Forecast forecast;
    forecast.set_name("forecasts/1");
    forecast.set_start_date(kDay);
    forecast.set_days(2);
    forecast.set_interval_minutes(30);
    for (const auto& [queue, most] : {std::pair{"queues/dutch", 40.0}, {"queues/french", 24.0}}) {
      v1::ForecastQueue& head = *forecast.add_queues();
      head.set_queue(queue);
      head.set_method("ridge");
      v1::ForecastSeries series;
      series.set_queue(queue);
      for (int day = 0; day < 2; ++day) {
        for (int i = 0; i < kIntervals; ++i) {
          v1::ForecastPoint& point = *series.add_points();
          point.mutable_start_time()->set_seconds(kNine + day * 86'400 + i * 1800);
          point.set_expected(most * (1 - 0.08 * std::abs(i - 3)));
          point.mutable_handle_time()->set_seconds(240);
          point.set_dispersion(0.0025);
          point.set_day_dispersion(0.0025);
        }
      }
      ASSERT_TRUE(Put({kForecasts, 1, queue}, series).ok());
    }
    ASSERT_TRUE(Put({kForecasts, 1}, forecast).ok());
  }

  Operation Ended(const Operation& operation) {
    const auto end = std::make_shared<EndOfRun>();
    Watch(operation.name(), end);
    end->Wait();
    return end->last;
  }
  void Watch(const std::string& name, std::shared_ptr<EndOfRun> to) {
    v1::GetOperationRequest request;
    request.set_name(name);
    center_.table()
        .Find("wissel.v1.OperationService.WatchOperation")
        ->server_streaming({kPlanner, "test"}, request, std::move(to));
  }

  Simulation Simulate(const std::string& more) {
    const Operation ended = Ended(Must<Operation>("StaffingService.SimulateDay",
                                                  R"({"date": ")" + kDay + R"(", )" + more + "}"));
    EXPECT_EQ(ended.state(), Operation::DONE) << ended.error();
    EXPECT_EQ(ended.kind(), Operation::SIMULATION);
    return Must<Simulation>("StaffingService.GetSimulation",
                            R"({"name": ")" + ended.result() + R"("})");
  }
  RequiredStaff Staff(const std::string& more) {
    const Operation ended = Ended(Must<Operation>("StaffingService.ComputeRequiredStaff",
                                                  R"({"forecast": "forecasts/1", )" + more + "}"));
    EXPECT_EQ(ended.state(), Operation::DONE) << ended.error();
    return Must<RequiredStaff>("StaffingService.GetRequiredStaff",
                               R"({"name": ")" + ended.result() + R"("})");
  }
  RequiredStaff StaffOfTheDay(const std::string& method) {
    return Staff(R"("method": ")" + method + R"(", "startDate": ")" + kDay + R"(", "endDate": ")" +
                 kDay + R"(")");
  }
  void NothingKept() {
    EXPECT_THAT(
        Must<v1::ListSimulationsResponse>("StaffingService.ListSimulations", "{}").simulations(),
        IsEmpty());
    EXPECT_THAT(
        Must<v1::ListOperationsResponse>("OperationService.ListOperations", "{}").operations(),
        IsEmpty());
  }
  // But when it was made, and its name.
  static std::string Figures(Simulation simulation) {
    simulation.clear_name();
    simulation.clear_create_time();
    simulation.mutable_request()->clear_request_id();
    return simulation.SerializeAsString();
  }

  static constexpr const char* kPeople = R"("changes": [
      {"like": "agents/nl1", "people": 6, "fromMinute": 540, "toMinute": 780},
      {"like": "agents/fr1", "people": 4, "fromMinute": 540, "toMinute": 780}])";
};

TEST_F(PlanningSimulationTest, KindsAreAgentsThatTheEngineCannotTellApart) {
  center_.Must<v1::Team>("ConfigService.CreateTeam", R"({"teamId": "north"})");
  center_.Must<v1::Agent>("ConfigService.UpdateAgent", R"({"agent": {"name": "agents/nl2",
      "routingProfile": "routingProfiles/phone", "displayName": "nl2", "team": "teams/north",
      "skills": [{"skill": "skills/dutch", "level": 5}]}})");
  center_.Must<v1::Agent>("ConfigService.UpdateAgent", R"({"agent": {"name": "agents/nl3",
      "routingProfile": "routingProfiles/phone", "displayName": "nl3",
      "skills": [{"skill": "skills/dutch", "level": 7}]}})");
  const auto groups =
      Must<v1::ListAgentGroupsResponse>("StaffingService.ListAgentGroups", "{}").groups();
  std::map<std::string, std::vector<std::string>> agents;
  for (const v1::AgentGroup& group : groups) {
    agents[group.like()] = {group.agents().begin(), group.agents().end()};
  }
  // No rule looks at teams; a level counts.
  EXPECT_THAT(agents["agents/nl1"],
              ElementsAre("agents/nl1", "agents/nl2", "agents/nl4", "agents/nl5", "agents/nl6"));
  EXPECT_THAT(agents["agents/nl3"], ElementsAre("agents/nl3"));
  EXPECT_THAT(agents["agents/x1"], SizeIs(4));
}

TEST_F(PlanningSimulationTest, ADayStaffedByItsSimulationKeepsEveryTarget) {
  const RequiredStaff staff = StaffOfTheDay("SIMULATION");
  std::map<std::string, int> hours;
  for (const v1::RequiredSeries& series : staff.series()) {
    for (const auto& point : series.points()) hours[series.like()] += point.required();
  }
  EXPECT_GT(hours["agents/nl1"], 0);
  EXPECT_GT(hours["agents/x1"], 0);
  ASSERT_THAT(staff.reached(), SizeIs(2));
  for (const v1::ReachedLevel& reached : staff.reached()) {
    EXPECT_GE(reached.service_level().value() - reached.service_level().half_width(),
              reached.target())
        << reached.queue();
  }
  // Skills are worth something: less than each queue by itself.
  EXPECT_LT(staff.agent_hours(), staff.erlang_c_agent_hours());
  const Simulation day = Simulate(R"("requiredStaff": "requiredStaff/1", "seed": "77",
                                     "replications": 60)");
  EXPECT_NEAR(day.agent_hours(), staff.agent_hours(), 1e-6);
  ASSERT_THAT(day.rows(), SizeIs(3));
  for (const Simulation::Row& row : day.rows()) {
    if (row.queue().empty()) continue;
    const v1::Figure& level = row.service_level();
    EXPECT_GE(level.value() + level.half_width(), row.target()) << row.queue();
    EXPECT_LT(level.half_width(), 0.03);
  }
  RecordProperty("simulated_agent_hours", fmt::format("{:.1f}", staff.agent_hours()));
  RecordProperty("erlang_c_agent_hours", fmt::format("{:.1f}", staff.erlang_c_agent_hours()));
}

TEST_F(PlanningSimulationTest, AScheduleCountsForAGroupWhoCanServeAllItsQueues) {
  const RequiredStaff staff = Staff(R"("method": "SIMULATION")");
  std::map<int64_t, int> by_day;
  for (const v1::RequiredSeries& series : staff.series()) {
    for (const auto& point : series.points()) {
      by_day[(point.start_time().seconds() - kNine) / 86'400] += point.required();
    }
  }
  EXPECT_THAT(by_day, SizeIs(2));
  // The same forecast, and the same customers.
  EXPECT_EQ(by_day[0], by_day[1]);
  const v1::Schedule draft = Draft(R"(, "requiredStaff": "requiredStaff/1")");
  const auto response = Change(
      draft, 1, {DayShift("nl1", kDay, 9), DayShift("x1", kDay, 9), DayShift("fr1", kDay, 9)});
  ASSERT_THAT(response.cover(), SizeIs(staff.series_size()));
  for (const v1::CoverSeries& cover : response.cover()) {
    const int quarter = 36;  // nine o'clock
    if (cover.queues_size() == 2) EXPECT_LE(cover.planned(quarter), 1);
  }
}

TEST_F(PlanningSimulationTest, TheSameSeedIsTheSameDayAndAnotherIsNot) {
  const std::string few = std::string(R"("replications": 4, )") + kPeople;
  const Simulation first = Simulate(few);
  EXPECT_EQ(Figures(first), Figures(Simulate(few)));
  const Simulation other = Simulate(few + R"(, "seed": "2")");
  EXPECT_NE(Figures(first), Figures(other));
  EXPECT_EQ(first.replications(), 4);
  EXPECT_EQ(first.request().scenario(), "scenarios/expected");
  EXPECT_EQ(first.request().forecast(), "forecasts/1");
}

TEST_F(PlanningSimulationTest, WithOtherPeopleTheCustomersAreTheSame) {
  const std::string few = R"("replications": 10, "changes": [
      {"like": "agents/nl1", "people": 6, "fromMinute": 540, "toMinute": 780},
      {"like": "agents/fr1", "people": 4, "fromMinute": 540, "toMinute": 780})";
  const Simulation as_it_is = Simulate(few + "]");
  const Simulation more = Simulate(few + R"(, {"like": "agents/x1", "people": 2}])");
  const Simulation absent = Simulate(few + R"(, {"absentShare": 0.2}])");
  ASSERT_THAT(as_it_is.rows(), SizeIs(3));
  for (int row = 0; row < 3; ++row) {
    EXPECT_EQ(more.rows(row).contacts().value(), as_it_is.rows(row).contacts().value());
    EXPECT_EQ(absent.rows(row).contacts().value(), as_it_is.rows(row).contacts().value());
    EXPECT_GT(more.rows(row).service_level().value(), as_it_is.rows(row).service_level().value());
    EXPECT_LT(absent.rows(row).service_level().value(), as_it_is.rows(row).service_level().value());
  }
  // Two of ten for four hours.
  EXPECT_NEAR(as_it_is.agent_hours() - absent.agent_hours(), 8, 1e-9);
  EXPECT_NEAR(more.agent_hours() - as_it_is.agent_hours(), 8, 1e-9);
  const Simulation busier = Simulate(few + R"(], "volume": 1.5)");
  EXPECT_GT(busier.rows(0).contacts().value(), 1.3 * as_it_is.rows(0).contacts().value());
  for (const Simulation::Point& point : as_it_is.rows(1).points()) {
    const int64_t since_nine = point.start_time().seconds() - kNine;
    EXPECT_EQ(point.has_service_level(), since_nine >= 0 && since_nine < kIntervals * 1800);
  }
}

TEST_F(PlanningSimulationTest, AScheduleIsSimulatedWithoutItsBreaks) {
  const v1::Schedule draft = Draft();
  std::vector<std::string> shifts;
  for (int i = 1; i <= 6; ++i) shifts.push_back(DayShift(fmt::format("nl{}", i), kDay, 9));
  for (int i = 1; i <= 4; ++i) shifts.push_back(DayShift(fmt::format("fr{}", i), kDay, 9));
  shifts.push_back(DayShift("anna", kDay, 9));
  Change(draft, 1, shifts);
  const Simulation day = Simulate(R"("schedule": "schedules/1", "replications": 4)");
  // Eight and a half hours, less an hour of breaks; those who chat are there too.
  EXPECT_NEAR(day.agent_hours(), 11 * 7.5, 1e-6);
  EXPECT_THAT(day.left_out_agents(), IsEmpty());
  ASSERT_THAT(day.groups(), SizeIs(3));
  for (const Simulation::Group& group : day.groups()) {
    if (group.group().like() == "agents/nl1") {
      EXPECT_GT(group.occupancy().value(), 0.2);
      // Half past twelve to one: lunch is from one o'clock on.
      EXPECT_DOUBLE_EQ(group.at_work(25), 6);
      EXPECT_DOUBLE_EQ(group.at_work(26), 0);
    }
    if (group.group().like() == "agents/anna") EXPECT_EQ(group.occupancy().value(), 0);
  }
  EXPECT_TRUE(day.rows(1).assumed().has_patience());
  EXPECT_FALSE(day.rows(1).assumed().handle_spread_known());
}

TEST_F(PlanningSimulationTest, TheRulesOfTheCenterHold) {
  const Simulation open = Simulate(std::string(R"("replications": 4, )") + kPeople);
  EXPECT_EQ(open.rows(1).refused().value(), 0);
  // From ten on: who comes before is refused.
  center_.Must<v1::Queue>("ConfigService.UpdateQueue", R"({"queue": {"name": "queues/dutch",
      "channel": "VOICE", "answerWithin": "20s", "serviceLevelTarget": 0.8,
      "requirement": {"steps": [{"skills": [{"skill": "skills/dutch", "minLevel": 1}]}]},
      "hours": {"weekly": [{"days": ["monday"], "ranges": [{"from": "10:00", "to": "20:00"}]}],
                "closedAction": {"kind": "REFUSE"}}}})");
  const Simulation shut = Simulate(std::string(R"("replications": 4, )") + kPeople);
  ASSERT_EQ(shut.rows(1).queue(), "queues/dutch");
  EXPECT_EQ(shut.rows(1).contacts().value(), open.rows(1).contacts().value());
  // Two of the eight half-hours.
  EXPECT_NEAR(shut.rows(1).refused().value(), 0.22, 0.04);
  EXPECT_EQ(shut.rows(2).refused().value(), 0);
  for (const Simulation::Point& point : shut.rows(1).points()) {
    if (point.start_time().seconds() >= kNine && point.start_time().seconds() < kNine + 3600) {
      EXPECT_EQ(point.service_level().value(), 0);
    }
  }
}

TEST_F(PlanningSimulationTest, OneThatIsCancelledLeavesNothing) {
  std::promise<void> runs;
  bool told = false;
  const auto end = std::make_shared<EndOfRun>([&](const Operation& operation) {
    if (operation.done() == 0 || std::exchange(told, true)) return;
    runs.set_value();
  });
  const Operation begun =
      Must<Operation>("StaffingService.SimulateDay",
                      R"({"date": ")" + kDay + R"(", "replications": 1000, )" + kPeople + "}");
  Watch(begun.name(), end);
  runs.get_future().get();
  Must<Operation>("OperationService.CancelOperation", R"({"name": ")" + begun.name() + R"("})");
  end->Wait();
  EXPECT_EQ(end->last.state(), Operation::CANCELLED);
  EXPECT_LT(end->last.done(), 1000);
  EXPECT_THAT(
      Must<v1::ListSimulationsResponse>("StaffingService.ListSimulations", "{}").simulations(),
      IsEmpty());
}

TEST_F(PlanningSimulationTest, WhatCannotBeSimulatedIsSaidWithItsField) {
  const auto refused = [&](const std::string& more, StatusCode code, const std::string& field) {
    Refused<Operation>("StaffingService.SimulateDay", "{" + more + "}", code, field);
  };
  const std::string day = R"("date": ")" + kDay + R"(", )";
  const StatusCode bad = StatusCode::kInvalidArgument;
  refused(kPeople, bad, "date");
  refused(std::string(R"("date": "2026-03-20", )") + kPeople, bad, "date");
  refused(day + R"("changes": [])", StatusCode::kFailedPrecondition, "staff");
  refused(day + R"("requiredStaff": "requiredStaff/9")", StatusCode::kNotFound, "requiredStaff");
  refused(day + R"("schedule": "schedules/9")", StatusCode::kNotFound, "schedule");
  refused(day + R"("scenario": "scenarios/odd", )" + kPeople, StatusCode::kNotFound, "scenario");
  refused(day + R"("volume": 0, )" + kPeople, bad, "volume");
  refused(day + R"("replications": 1, )" + kPeople, bad, "replications");
  refused(day + R"("targets": [{"queue": "queues/dutch", "serviceLevel": 2, "within": "20s"}], )" +
              kPeople,
          bad, "targets[0].serviceLevel");
  refused(day + R"("changes": [{"like": "agents/nobody", "people": 1}])", StatusCode::kNotFound,
          "changes[0].like");
  refused(day + R"("changes": [{"people": 1}])", bad, "changes[0].like");
  refused(day + R"("changes": [{"like": "agents/nl1"}])", bad, "changes[0].change");
  refused(day + R"("changes": [{"absentShare": 1.5}])", bad, "changes[0].absentShare");
  refused(day + R"("changes": [{"like": "agents/nl1", "people": 1, "fromMinute": 600,
                                "toMinute": 540}])",
          bad, "changes[0].toMinute");
  const auto not_staffed = [&](const std::string& more, StatusCode code, const std::string& field) {
    Refused<Operation>("StaffingService.ComputeRequiredStaff",
                       R"({"forecast": "forecasts/1", )" + more + "}", code, field);
  };
  not_staffed(R"("method": "SIMULATION", "mostOccupancy": 0.9)", bad, "mostOccupancy");
  not_staffed(R"("method": "SIMULATION", "costOfQueue": 2)", bad, "costOfQueue");
  not_staffed(R"("method": "ERLANG_A", "onlyPeopleThere": true)", bad, "onlyPeopleThere");
  not_staffed(R"("method": "SIMULATION", "targets": [{"queue": "queues/dutch",
                 "serviceLevel": 0.8, "within": "20s", "concurrency": 3}])",
              bad, "targets[0].concurrency");
  NothingKept();
}

TEST_F(PlanningSimulationTest, WithoutThePeopleThereIsNoStaffThatWouldDo) {
  const Operation ended = Ended(Must<Operation>(
      "StaffingService.ComputeRequiredStaff",
      R"({"forecast": "forecasts/1", "method": "SIMULATION", "onlyPeopleThere": true,
          "shrinkage": 0.7, "endDate": ")" +
          kDay + R"("})"));
  EXPECT_EQ(ended.state(), Operation::FAILED);
  EXPECT_EQ(ended.error_code(), static_cast<int>(StatusCode::kFailedPrecondition));
  EXPECT_THAT(ended.error(), HasSubstr(kDay));
  EXPECT_THAT(Must<v1::ListRequiredStaffResponse>("StaffingService.ListRequiredStaff", "{}")
                  .required_staff(),
              IsEmpty());
}

TEST_F(PlanningSimulationTest, WhatIsKeptIsListedAndDeleted) {
  const Simulation made = Simulate(std::string(R"("replications": 2, )") + kPeople);
  const auto listed = Must<v1::ListSimulationsResponse>("StaffingService.ListSimulations",
                                                        R"({"date": ")" + kDay + R"("})");
  ASSERT_THAT(listed.simulations(), SizeIs(1));
  EXPECT_EQ(listed.simulations(0).name(), made.name());
  EXPECT_THAT(listed.simulations(0).rows(0).points(), IsEmpty());
  EXPECT_FALSE(made.rows(0).points().empty());
  EXPECT_THAT(Must<v1::ListSimulationsResponse>("StaffingService.ListSimulations",
                                                R"({"date": "2026-03-10"})")
                  .simulations(),
              IsEmpty());
  const std::string name = R"({"name": ")" + made.name() + R"("})";
  Must<google::protobuf::Empty>("StaffingService.DeleteSimulation", name);
  Refused<Simulation>("StaffingService.GetSimulation", name, StatusCode::kNotFound, "name");
  Refused<google::protobuf::Empty>("StaffingService.DeleteSimulation", name, StatusCode::kNotFound,
                                   "name");
}

}  // namespace
}  // namespace wissel::forecasting
