// Schedules: drafts that say which rules they break, publication, what agents see, and swaps.
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gmock/gmock.h"
#include "tests/unit/planning_testing.h"

namespace wissel::forecasting {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wissel::testing::Desk;
using wissel::testing::With;

class PlanningScheduleTest : public PlanningTest {
 protected:
  std::vector<v1::BrokenRule::Kind> Kinds(const v1::ChangeShiftsResponse& response,
                                          const std::string& agent) {
    std::vector<v1::BrokenRule::Kind> kinds;
    for (const auto& rule : response.broken_rules()) {
      if (rule.agent() == "agents/" + agent &&
          rule.kind() != v1::BrokenRule::WEEKLY_HOURS_TOO_FEW) {
        kinds.push_back(rule.kind());
      }
    }
    return kinds;
  }
};

TEST_F(PlanningScheduleTest, ADraftSaysAtOnceWhichRulesItBreaks) {
  const v1::Schedule draft = Draft();
  EXPECT_EQ(draft.name(), "schedules/1");
  const auto early = Change(draft, 1,
                            {DayShift("anna", "2026-03-09", 14), DayShift("anna", "2026-03-10", 7),
                             DayShift("bert", "2026-03-09", 9), DayShift("bert", "2026-03-10", 9)});
  EXPECT_EQ(early.revision(), 2);
  // From half past ten in the evening to seven: 8.5 hours.
  EXPECT_THAT(Kinds(early, "anna"), ElementsAre(v1::BrokenRule::REST));
  EXPECT_THAT(Kinds(early, "bert"), IsEmpty());
  for (const auto& rule : early.broken_rules()) {
    if (rule.kind() == v1::BrokenRule::REST) {
      EXPECT_THAT(rule.sentence(), HasSubstr("8.5 h"));
      EXPECT_EQ(rule.date(), "2026-03-10");
      EXPECT_DOUBLE_EQ(rule.is(), 8.5);
      EXPECT_DOUBLE_EQ(rule.allowed(), 11);
    }
  }
  EXPECT_DOUBLE_EQ(early.figures().paid_hours(), 4 * 8);
  EXPECT_EQ(early.figures().agents(), 2);
  // The same shift moved to nine breaks nothing.
  v1::Shift late;
  for (const auto& shift : early.shifts()) {
    if (shift.agent() == "agents/anna") late = shift;
  }
  std::string moved = DayShift("anna", "2026-03-10", 10);
  moved.insert(1, R"("name": ")" + late.name() + R"(", )");
  EXPECT_THAT(Kinds(Change(draft, 2, {moved}), "anna"), IsEmpty());
}

TEST_F(PlanningScheduleTest, ASecondShiftOnADayAndAShiftOfNoKindAreSaid) {
  const v1::Schedule draft = Draft();
  const auto twice =
      Change(draft, 1, {DayShift("anna", "2026-03-09", 7), DayShift("anna", "2026-03-09", 9)});
  EXPECT_THAT(Kinds(twice, "anna"), ElementsAre(v1::BrokenRule::OVERLAP));
  const auto own = Change(draft, 2, {R"({"agent": "agents/bert",
      "startTime": "2026-03-09T10:00:00+01:00", "endTime": "2026-03-09T13:45:00+01:00"})"});
  EXPECT_THAT(Kinds(own, "bert"), IsEmpty());
}

TEST_F(PlanningScheduleTest, WhoseChangeIsOvertakenIsToldSoAndNothingChanges) {
  const v1::Schedule draft = Draft();
  Change(draft, 1, {DayShift("anna", "2026-03-09", 9)});
  const std::string method = "ScheduleService.ChangeShifts";
  Refused<v1::ChangeShiftsResponse>(
      method, R"({"schedule": "schedules/1", "revision": 1, "delete": ["schedules/1/shifts/1"]})",
      StatusCode::kAborted, "revision");
  Refused<v1::ChangeShiftsResponse>(
      method, R"({"schedule": "schedules/1", "revision": 2, "delete": ["schedules/1/shifts/7"]})",
      StatusCode::kNotFound, "delete[0]");
  Refused<v1::ChangeShiftsResponse>(method, R"({"schedule": "schedules/1", "revision": 2,
      "delete": ["schedules/1/shifts/1"], "put": [{"agent": "agents/anna",
      "startTime": "2026-03-09T10:00:00+01:00", "endTime": "2026-03-09T10:00:00+01:00"}]})",
                                    StatusCode::kInvalidArgument, "put[0].endTime");
  Refused<v1::ChangeShiftsResponse>(method, R"({"schedule": "schedules/1", "revision": 2,
      "put": [{"agent": "agents/anna", "startTime": "2026-03-23T10:00:00+01:00",
      "endTime": "2026-03-23T18:00:00+01:00"}]})",
                                    StatusCode::kInvalidArgument, "put[0].startTime");
  Refused<v1::ChangeShiftsResponse>(method, R"({"schedule": "schedules/1", "revision": 2,
      "put": [{"agent": "agents/nobody", "startTime": "2026-03-10T10:00:00+01:00",
      "endTime": "2026-03-10T18:00:00+01:00"}]})",
                                    StatusCode::kNotFound, "put[0].agent");
  const auto now = Must<v1::Schedule>("ScheduleService.GetSchedule", R"({"name": "schedules/1"})");
  EXPECT_EQ(now.revision(), 2);
  EXPECT_THAT(now.shifts(), SizeIs(1));
  EXPECT_FALSE(now.broken_rules().empty());
}

TEST_F(PlanningScheduleTest, AgentsSeeWhatIsPublishedAndOfEachDayTheLatest) {
  const v1::Schedule first = Draft();
  Change(first, 1, {DayShift("anna", "2026-03-09", 9), DayShift("anna", "2026-03-18", 9)});
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")), IsEmpty());
  Refused<v1::Schedule>("ScheduleService.PublishSchedule",
                        R"({"name": "schedules/1", "revision": 2})",
                        StatusCode::kFailedPrecondition, "name");
  Publish(first, 2);
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")),
              ElementsAre("schedules/1/shifts/1", "schedules/1/shifts/2"));
  Refused<v1::ChangeShiftsResponse>(
      "ScheduleService.ChangeShifts",
      R"({"schedule": "schedules/1", "revision": 3, "delete": ["schedules/1/shifts/1"]})",
      StatusCode::kFailedPrecondition, "schedule");
  // The second week alone, in which she is free.
  center_.shard().Advance(Duration::Seconds(10));
  const auto second = Must<v1::Schedule>(
      "ScheduleService.CreateSchedule",
      R"({"schedule": {"startDate": "2026-03-16", "weeks": 1, "note": "as agreed"}})");
  Publish(second, 1);
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")), ElementsAre("schedules/1/shifts/1"));
  EXPECT_EQ(center_
                .Call<v1::ListShiftsResponse>(
                    "ScheduleService.ListShifts",
                    R"({"agent": "agents/anna", "startDate": "2026-03-09"})", Desk("bert"))
                .status()
                .code(),
            StatusCode::kPermissionDenied);
}

TEST_F(PlanningScheduleTest, ACopyIsADraftOfItsOwnAndDiffersByWhatWasChanged) {
  const v1::Schedule first = Draft();
  Change(first, 1, {DayShift("anna", "2026-03-09", 9), DayShift("bert", "2026-03-10", 9)});
  Publish(first, 2);
  const auto copy = Must<v1::Schedule>("ScheduleService.CreateSchedule",
                                       R"({"copyOf": "schedules/1", "schedule": {"note": "v2"}})");
  const std::string diff = R"({"from": "schedules/1", "to": "schedules/2"})";
  EXPECT_THAT(Must<v1::DiffSchedulesResponse>("ScheduleService.DiffSchedules", diff).changes(),
              IsEmpty());
  Must<v1::ChangeShiftsResponse>(
      "ScheduleService.ChangeShifts",
      fmt::format(R"({{"schedule": "{}", "revision": 1, "delete": ["{}/shifts/1"], "put": [{}]}})",
                  copy.name(), copy.name(), DayShift("bert", "2026-03-12", 9)));
  const auto changes = Must<v1::DiffSchedulesResponse>("ScheduleService.DiffSchedules", diff);
  ASSERT_THAT(changes.changes(), SizeIs(2));
  EXPECT_EQ(changes.changes(0).agent(), "agents/anna");
  EXPECT_FALSE(changes.changes(0).has_to());
  EXPECT_EQ(changes.changes(1).agent(), "agents/bert");
  EXPECT_FALSE(changes.changes(1).has_from());
}

TEST_F(PlanningScheduleTest, AShiftChangesHandsWhenAllAgree) {
  const v1::Schedule draft = Draft();
  Change(draft, 1, {DayShift("anna", "2026-03-09", 9), DayShift("bert", "2026-03-10", 9)});
  Publish(draft, 2);
  const std::string ask = R"({"shiftSwap": {"shift": {"name": "schedules/1/shifts/1"},
      "toAgent": "agents/bert", "forShift": {"name": "schedules/1/shifts/2"}}})";
  const std::string create = "ScheduleService.CreateShiftSwap";
  const auto asked = center_.Must<v1::ShiftSwap>(create, ask, Desk("anna"));
  EXPECT_EQ(asked.state(), v1::ShiftSwap::ASKED);
  center_.Refused<v1::ShiftSwap>(create, ask, StatusCode::kFailedPrecondition, "shiftSwap.shift",
                                 Desk("anna"));
  const auto decide = [&](bool approve, const rpc::Caller& who) {
    return center_.Call<v1::ShiftSwap>(
        "ScheduleService.DecideShiftSwap",
        fmt::format(R"({{"name": "shiftSwaps/1", "approve": {}}})", approve), who);
  };
  EXPECT_EQ(decide(true, With(rpc::Role::kManager)).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(decide(true, Desk("anna")).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(decide(true, Desk("bert"))->state(), v1::ShiftSwap::AGREED);
  EXPECT_EQ(decide(true, With(rpc::Role::kManager))->state(), v1::ShiftSwap::APPROVED);
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")), ElementsAre("schedules/1/shifts/2"));
  EXPECT_THAT(ShiftsOf("bert", Desk("bert")), ElementsAre("schedules/1/shifts/1"));
  EXPECT_EQ(decide(false, With(rpc::Role::kManager)).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(PlanningScheduleTest, ASwapThatBreaksARuleIsRefusedAndMovesNothing) {
  const v1::Schedule draft = Draft();
  Change(draft, 1, {DayShift("anna", "2026-03-10", 7), DayShift("bert", "2026-03-09", 14)});
  Publish(draft, 2);
  center_.Must<v1::ShiftSwap>("ScheduleService.CreateShiftSwap",
                              R"({"shiftSwap": {"shift": {"name": "schedules/1/shifts/1"},
                                  "toAgent": "agents/bert"}})",
                              Desk("anna"));
  const auto decide = [&](const rpc::Caller& who) {
    return center_.Call<v1::ShiftSwap>("ScheduleService.DecideShiftSwap",
                                       R"({"name": "shiftSwaps/1", "approve": true})", who);
  };
  ASSERT_TRUE(decide(Desk("bert")).ok());
  const auto refused = decide(With(rpc::Role::kManager));
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("rests"));
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")), ElementsAre("schedules/1/shifts/1"));
  EXPECT_THAT(ShiftsOf("bert", Desk("bert")), ElementsAre("schedules/1/shifts/2"));
  const auto open = center_.Must<v1::ListShiftSwapsResponse>("ScheduleService.ListShiftSwaps",
                                                             R"({"openOnly": true})", Desk("bert"));
  EXPECT_THAT(open.shift_swaps(), SizeIs(1));
}

TEST_F(PlanningScheduleTest, ASwapAcrossTwoSchedulesKeepsTheRulesOfBoth) {
  const auto week = [&](const std::string& monday, const std::string& shift) {
    const auto made =
        Must<v1::Schedule>("ScheduleService.CreateSchedule",
                           R"({"schedule": {"startDate": ")" + monday + R"(", "weeks": 1}})");
    Change(made, 1, {shift});
    Publish(made, 2);
  };
  week("2026-03-09", DayShift("anna", "2026-03-15", 14));  // Sunday until half past ten
  week("2026-03-16", DayShift("bert", "2026-03-16", 7));   // Monday from seven
  const std::string create = "ScheduleService.CreateShiftSwap";
  const auto decide = [&](const std::string& name, const rpc::Caller& who) {
    return center_.Call<v1::ShiftSwap>("ScheduleService.DecideShiftSwap",
                                       R"({"name": ")" + name + R"(", "approve": true})", who);
  };
  center_.Must<v1::ShiftSwap>(create,
                              R"({"shiftSwap": {"shift": {"name": "schedules/1/shifts/1"},
                                  "toAgent": "agents/bert"}})",
                              Desk("anna"));
  ASSERT_TRUE(decide("shiftSwaps/1", Desk("bert")).ok());
  const auto refused = decide("shiftSwaps/1", With(rpc::Role::kManager));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("rests"));
  center_.Must<v1::ShiftSwap>("ScheduleService.DecideShiftSwap",
                              R"({"name": "shiftSwaps/1", "approve": false})", Desk("anna"));
  // One for the other.
  center_.Must<v1::ShiftSwap>(create,
                              R"({"shiftSwap": {"shift": {"name": "schedules/1/shifts/1"},
                                  "toAgent": "agents/bert",
                                  "forShift": {"name": "schedules/2/shifts/1"}}})",
                              Desk("anna"));
  ASSERT_TRUE(decide("shiftSwaps/2", Desk("bert")).ok());
  ASSERT_TRUE(decide("shiftSwaps/2", With(rpc::Role::kManager)).ok());
  EXPECT_THAT(ShiftsOf("anna", Desk("anna")), ElementsAre("schedules/2/shifts/1"));
  EXPECT_THAT(ShiftsOf("bert", Desk("bert")), ElementsAre("schedules/1/shifts/1"));
  const auto changes =
      Must<v1::ListScheduleChangesResponse>("DayService.ListScheduleChanges", "{}");
  ASSERT_THAT(changes.schedule_changes(), SizeIs(2));
  EXPECT_EQ(changes.schedule_changes(0).reason(), "shiftSwaps/2");
  EXPECT_EQ(changes.schedule_changes(0).from().agent(), "agents/bert");
  EXPECT_EQ(changes.schedule_changes(0).to().agent(), "agents/anna");
}

TEST_F(PlanningScheduleTest, ASwapIsAskedOfSomebodyWithTheSkills) {
  center_.Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                                   R"({"routingProfileId": "phone", "routingProfile": {
                                       "channels": [{"channel": "VOICE"}]}})");
  center_.Must<v1::Agent>("ConfigService.CreateAgent",
                          R"({"agentId": "eve", "agent": {"displayName": "Eve",
                              "routingProfile": "routingProfiles/phone"}})");
  const v1::Schedule draft = Draft();
  Change(draft, 1, {DayShift("anna", "2026-03-09", 9)});
  Publish(draft, 2);
  center_.Refused<v1::ShiftSwap>("ScheduleService.CreateShiftSwap",
                                 R"({"shiftSwap": {"shift": {"name": "schedules/1/shifts/1"},
                                     "toAgent": "agents/eve"}})",
                                 StatusCode::kFailedPrecondition, "shiftSwap.toAgent",
                                 Desk("anna"));
}

TEST_F(PlanningScheduleTest, WhoKeepsToThePublishedScheduleIsSaidAsItHappens) {
  using Row = v1::Adherence::Row;
  const auto today = Must<v1::Schedule>("ScheduleService.CreateSchedule",
                                        R"({"schedule": {"startDate": "2026-03-02", "weeks": 1}})");
  Change(today, 1, {DayShift("anna", "2026-03-02", 9), DayShift("bert", "2026-03-02", 9)});
  Publish(today, 2);
  center_.Available("anna");  // at 10, an hour late, but the record begins now
  center_.shard().Advance(Duration::Minutes(30));
  const auto rows = [&] {
    return Must<v1::Adherence>("ScheduleService.GetAdherence", "{}").rows();
  };
  ASSERT_THAT(rows(), SizeIs(2));
  const Row anna = rows()[0];
  EXPECT_EQ(anna.agent(), "agents/anna");
  EXPECT_EQ(anna.planned(), Row::WORK);
  EXPECT_EQ(anna.actual(), Row::WORK);
  EXPECT_DOUBLE_EQ(anna.adherence(), 1);
  EXPECT_EQ(anna.next(), Row::BREAK);
  const Row bert = rows()[1];
  EXPECT_EQ(bert.actual(), Row::OFF);
  EXPECT_DOUBLE_EQ(bert.adherence(), 0);
  EXPECT_TRUE(bert.has_differs_since());
  center_.Must<v1::AgentState>("AgentService.SetPresence",
                               R"({"presence": "AWAY", "awayReason": "break"})", Desk("anna"));
  center_.shard().Advance(Duration::Minutes(10));
  EXPECT_EQ(rows()[0].actual(), Row::BREAK);
  EXPECT_DOUBLE_EQ(rows()[0].adherence(), 0.75);
  EXPECT_EQ(center_.Call<v1::Adherence>("ScheduleService.GetAdherence", "{}", Desk("anna"))
                .status()
                .code(),
            StatusCode::kPermissionDenied);
}

TEST_F(PlanningScheduleTest, LabourRulesAreCheckedAndKept) {
  auto rules = Must<v1::LabourRules>("ScheduleService.GetLabourRules", "{}");
  EXPECT_EQ(rules.rest().seconds(), 11 * 3600);
  const auto update = [&](const std::string& rest) {
    return center_.Call<v1::LabourRules>(
        "ScheduleService.UpdateLabourRules",
        R"({"labourRules": {"etag": "0", "contracts": [{"id": "all", "fewestWeekly": "0s",
            "mostWeekly": "144000s", "mostDaysWeekly": 5, "longestDay": "36000s"}], )" +
            rest + "}}",
        kPlanner);
  };
  const std::string shift = R"("shiftKinds": [{"id": "early", "firstStartMinute": 420,
      "lastStartMinute": 480, "startStepMinutes": 30, "length": "28800s")";
  EXPECT_EQ(FieldAtFault(update(R"("shiftKinds": [])").status()), "labourRules.shiftKinds");
  EXPECT_EQ(FieldAtFault(update(shift + R"(, "breaks": [{"length": "900s", "earliest": "28800s",
                                        "latest": "28800s"}]}])")
                             .status()),
            "labourRules.shiftKinds[0].breaks[0].latest");
  EXPECT_EQ(FieldAtFault(update(shift + R"(}], "mostConsecutiveDays": 40)").status()),
            "labourRules.mostConsecutiveDays");
  const auto kept = update(shift + "}]");
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(update(shift + "}]").status().code(), StatusCode::kAborted);
  EXPECT_EQ(Must<v1::LabourRules>("ScheduleService.GetLabourRules", "{}").contracts(0).id(), "all");
}

TEST_F(PlanningScheduleTest, WhatAgentsMayAndWishStandsInTheirSchedule) {
  const auto all = Must<v1::ListPlannedAgentsResponse>("ScheduleService.ListPlannedAgents", "{}");
  ASSERT_THAT(all.planned_agents(), SizeIs(2));
  EXPECT_EQ(all.planned_agents(0).contract(), "full-time");
  Must<v1::PlannedAgent>("ScheduleService.UpdatePlannedAgent",
                         R"({"plannedAgent": {"agent": "agents/anna", "contract": "half-time",
                             "daysOff": [3], "absences": [{"startDate": "2026-03-09"}],
                             "wishes": [{"date": "2026-03-10", "weight": 5}]}})");
  Refused<v1::PlannedAgent>("ScheduleService.UpdatePlannedAgent",
                            R"({"plannedAgent": {"agent": "agents/anna", "contract": "none"}})",
                            StatusCode::kNotFound, "plannedAgent.contract");
  const v1::Schedule draft = Draft();
  const auto response =
      Change(draft, 1, {DayShift("anna", "2026-03-09", 9), DayShift("anna", "2026-03-11", 9)});
  EXPECT_THAT(Kinds(response, "anna"), ElementsAre(v1::BrokenRule::ABSENT, v1::BrokenRule::ABSENT));
  EXPECT_EQ(response.figures().wishes(), 1);
  EXPECT_EQ(response.figures().wishes_kept(), 1);
}

TEST_F(PlanningScheduleTest, CoverIsTheRequiredStaffBesideWhoIsThere) {
  v1::RequiredStaff staff;
  staff.set_interval_minutes(30);
  v1::RequiredSeries& series = *staff.add_series();
  series.add_queues("queues/tax");
  for (int i = 0; i < 48; ++i) {
    auto& point = *series.add_points();
    // Monday 9 March, local midnight is 23:00 UTC.
    point.mutable_start_time()->set_seconds(1'773'010'800 + i * 1800);
    point.set_required(i >= 18 && i < 36 ? 2 : 0);
  }
  ASSERT_TRUE(Put({kRequiredStaff, 1}, staff).ok());
  const v1::Schedule draft = Draft(R"(, "requiredStaff": "requiredStaff/1")");
  const auto response = Change(draft, 1, {DayShift("anna", "2026-03-09", 9)});
  ASSERT_THAT(response.cover(), SizeIs(1));
  const v1::CoverSeries& cover = response.cover(0);
  EXPECT_THAT(cover.queues(), ElementsAre("queues/tax"));
  EXPECT_EQ(cover.interval_minutes(), 15);
  EXPECT_EQ(cover.required(40), 2);
  EXPECT_EQ(cover.required(35), 0);
  EXPECT_EQ(cover.planned(36), 1);
  EXPECT_EQ(cover.planned(52), 0);  // lunch
  EXPECT_EQ(cover.planned(71), 0);
  EXPECT_GT(response.figures().short_hours(), 9);
  const auto listed = Must<v1::ListSchedulesResponse>("ScheduleService.ListSchedules", "{}");
  EXPECT_DOUBLE_EQ(listed.schedules(0).figures().short_hours(), response.figures().short_hours());
}

TEST_F(PlanningScheduleTest, ADraftKeepsTheRequiredStaffThatItWasMadeFor) {
  Refused<v1::Schedule>("ScheduleService.CreateSchedule",
                        R"({"schedule": {"startDate": "2026-03-09", "weeks": 2,
                            "requiredStaff": "requiredStaff/7"}})",
                        StatusCode::kNotFound, "schedule.requiredStaff");
  v1::RequiredStaff staff;
  staff.set_interval_minutes(30);
  ASSERT_TRUE(Put({kRequiredStaff, 1}, staff).ok());
  Draft(R"(, "requiredStaff": "requiredStaff/1")");
  const std::string remove = R"({"name": "requiredStaff/1"})";
  Refused<google::protobuf::Empty>("StaffingService.DeleteRequiredStaff", remove,
                                   StatusCode::kFailedPrecondition, "name");
  Must<google::protobuf::Empty>("ScheduleService.DeleteSchedule", R"({"name": "schedules/1"})");
  Must<google::protobuf::Empty>("StaffingService.DeleteRequiredStaff", remove);
}

}  // namespace
}  // namespace wissel::forecasting
