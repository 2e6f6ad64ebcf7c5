// A small center with planning, for the tests of its services.
#pragma once

#include <string>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "forecasting/service/adherence_service.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/labour_rules.h"
#include "forecasting/service/office.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_changes.h"
#include "forecasting/service/schedule_service.h"
#include "forecasting/service/shift_feed.h"
#include "forecasting/service/shift_offers.h"
#include "forecasting/service/shift_swaps.h"
#include "forecasting/service/staffing_service.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/day.pb.h"
#include "wissel/v1/schedule.pb.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

class PlanningTest : public ::testing::Test {
 protected:
  // `history`: a file; none: no past is known.
  explicit PlanningTest(const std::string& history = "")
      : office_(center_.shard(), *PlanStore::Open(":memory:"), history) {}

  void SetUp() override {
    center_.SetUp();
    RegisterLabourRules(center_.table(), office_);
    RegisterSchedules(center_.table(), office_);
    RegisterShifts(center_.table(), office_);
    RegisterStaffing(center_.table(), office_);
    RegisterShiftOffers(center_.table(), office_, intraday_);
    RegisterScheduleChanges(center_.table(), office_);
    RegisterShiftFeeds(center_.table(), office_);
    adherence_.Register(center_.table());
  }

  template <class Response>
  Response Must(const std::string& name, const std::string& json) {
    return center_.Must<Response>(name, json, kPlanner);
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field) {
    center_.Refused<Response>(name, json, code, field, kPlanner);
  }
  // Puts something into the store behind the services.
  absl::Status Put(const PlanKey& key, const google::protobuf::MessageLite& message) {
    return office_.OnStore([&](PlanStore& store) { return store.Put(key, message); });
  }

  // Two weeks from Monday 9 March 2026; the center's clock stands on 2 March, 10:00 in Brussels.
  v1::Schedule Draft(const std::string& more = "") {
    return Must<v1::Schedule>(
        "ScheduleService.CreateSchedule",
        R"({"schedule": {"startDate": "2026-03-09", "weeks": 2)" + more + "}}");
  }
  // A shift of the usual rules, with its breaks, in winter time.
  static std::string DayShift(const std::string& agent, const std::string& day, int hour) {
    const auto at = [&](int minutes) {
      return fmt::format(R"("{}T{:02}:{:02}:00+01:00")", day, hour + minutes / 60, minutes % 60);
    };
    return fmt::format(R"({{"agent": "agents/{}", "shiftKind": "day", "startTime": {},
        "endTime": {}, "breaks": [
          {{"startTime": {}, "endTime": {}, "paid": true}},
          {{"startTime": {}, "endTime": {}}},
          {{"startTime": {}, "endTime": {}, "paid": true}}]}})",
                       agent, at(0), at(510), at(120), at(135), at(240), at(270), at(375), at(390));
  }
  v1::ChangeShiftsResponse Change(const v1::Schedule& schedule, int64_t revision,
                                  const std::vector<std::string>& put) {
    return Must<v1::ChangeShiftsResponse>(
        "ScheduleService.ChangeShifts",
        fmt::format(R"({{"schedule": "{}", "revision": {}, "put": [{}]}})", schedule.name(),
                    revision, fmt::join(put, ", ")));
  }
  v1::Schedule Publish(const v1::Schedule& schedule, int64_t revision) {
    return Must<v1::Schedule>(
        "ScheduleService.PublishSchedule",
        fmt::format(R"({{"name": "{}", "revision": {}, "despiteBrokenRules": true}})",
                    schedule.name(), revision));
  }
  std::vector<std::string> ShiftsOf(const std::string& agent, const rpc::Caller& caller) {
    const auto response = center_.Must<v1::ListShiftsResponse>(
        "ScheduleService.ListShifts",
        R"({"agent": "agents/)" + agent +
            R"(", "startDate": "2026-03-01", "endDate": "2026-03-31"})",
        caller);
    std::vector<std::string> names;
    for (const v1::Shift& shift : response.shifts()) names.push_back(shift.name());
    return names;
  }

  const rpc::Caller kPlanner = wissel::testing::With(rpc::Role::kPlanner);
  wissel::testing::TestCenter center_;
  Office office_;
  Intraday intraday_{office_};
  AdherenceService adherence_{office_};
};

}  // namespace wissel::forecasting
