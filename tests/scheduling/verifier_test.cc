// The verifier finds what is planted, and says it in a sentence.
#include "forecasting/core/scheduling/verifier.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wissel::scheduling {
namespace {

// Two weeks; early and late shifts with a lunch, by the hour, for one queue.
RosterProblem Center() {
  RosterProblem problem;
  problem.days = 14;
  problem.queues = {"phone"};
  problem.interval_min = 60;
  problem.shifts = {{"early", "early", 420, 960, 480, {{"lunch", 180, 300, 60}}, {}},
                    {"late", "late", 780, 1320, 480, {{"lunch", 180, 300, 60}}, {}}};
  problem.demand.assign(problem.slots(), {0, 10.0, 0});
  Person anna;
  anna.id = "Anna";
  anna.queues = 1;
  anna.shifts = {0, 1};
  problem.people = {anna};
  return problem;
}

class Planted : public testing::Test {
 protected:
  Planted() : problem_(Center()) {
    roster_.duties.assign(1, std::vector<std::optional<Duty>>(14));
    for (const int day : {0, 1, 2, 3, 4}) Work(day, 0);
  }
  Person& anna() { return problem_.people[0]; }
  void Work(int day, int shift) {
    roster_.duties[0][day] = Duty{shift, {problem_.shifts[shift].start_min + 240}};
  }
  void Rest(int day) { roster_.duties[0][day].reset(); }
  std::vector<std::string> Breaches() const { return SentencesOf(Verify(problem_, roster_)); }
  void Expect(const std::string& sentence) {
    EXPECT_EQ(Breaches(), std::vector<std::string>{sentence});
  }

  RosterProblem problem_;
  Roster roster_;
};

TEST_F(Planted, NothingWhenNothingIs) { EXPECT_EQ(Breaches(), std::vector<std::string>()); }

TEST_F(Planted, AShiftThatTheyMayNotWork) {
  anna().shifts = {0};
  Work(4, 1);
  Expect("Anna may not work late (on Fri 1)");
}

TEST_F(Planted, Absence) {
  anna().absent = {2};
  Expect("Anna works early on Wed 1, and is absent");
}

TEST_F(Planted, HoursOfADay) {
  anna().max_day_min = 420;
  for (const int day : {1, 2, 3, 4}) Rest(day);
  Expect("Anna works 8 h on Mon 1, and 7 h a day are the most");
}

TEST_F(Planted, Availability) {
  anna().availabilities = {{3, 480, 1440}};
  Expect("Anna works early on Thu 1, and is available from 08:00 to 24:00");
}

TEST_F(Planted, BreaksOutsideTheirWindow) {
  roster_.duties[0][1]->break_starts_min = {420};
  Expect("Anna has lunch at 07:00 on Tue 1, and it begins from 10:00 to 12:00");
  roster_.duties[0][1]->break_starts_min = {630};
  Expect("Anna has lunch at 10:30 on Tue 1, within an interval");
  roster_.duties[0][1]->break_starts_min = {};
  Expect("Anna has 0 breaks on Tue 1, and early has 1");
}

TEST_F(Planted, Pins) {
  anna().pins = {{0, 1, {}}};
  Expect("Anna has early on Mon 1, and late is pinned");
  anna().pins = {{0, std::nullopt, {}}};
  Expect("Anna has early on Mon 1, and no shift is pinned");
  anna().pins = {{0, 0, {600}}};
  Expect("Anna has other breaks on Mon 1 than are pinned");
}

TEST_F(Planted, Rest) {
  anna().min_rest_min = 660;
  Work(0, 1);
  Expect("Anna rests 9 h between Mon 1 and Tue 1, and 11 h are the least");
}

TEST_F(Planted, ShiftsThatMayNotFollow) {
  problem_.shifts[1].not_followed_by = {0};
  Work(0, 1);
  Expect("Anna works early on Tue 1 after late on Mon 1, which it may not follow");
}

TEST_F(Planted, StretchesOfWork) {
  anna().max_consecutive = 4;
  Expect("Anna works 5 days in a row from Mon 1, and 4 are the most");
  anna().max_consecutive.reset();
  anna().min_consecutive = 2;
  Work(8, 0);
  Expect("Anna works 1 days in a row from Tue 2, and 2 are the least");
  // At the end of the horizon it may go on.
  Rest(8);
  Work(13, 0);
  EXPECT_EQ(Breaches(), std::vector<std::string>());
}

TEST_F(Planted, StretchesOfRest) {
  anna().min_consecutive_off = 2;
  Work(6, 0);
  Expect("Anna is off 1 days in a row from Sat 1, and 2 are the least");
}

TEST_F(Planted, HoursOfAWeekAndInAll) {
  anna().max_week_min = 39 * 60;
  Expect("Anna works 40 h in week 1, and 39 h are the most");
  anna().max_week_min.reset();
  anna().max_total_min = 39 * 60;
  Expect("Anna works 40 h in all, and 39 h are the most");
  anna().max_total_min.reset();
  anna().min_total_min = 41 * 60;
  Expect("Anna works 40 h in all, and 41 h are the least");
  anna().min_total_min.reset();
  anna().min_week_min = 8 * 60;
  Expect("Anna works 0 h in week 2, and 8 h are the least");
  // Leave counts as hours.
  anna().absent = {9};
  anna().absent_credit_min = 8 * 60;
  EXPECT_EQ(Breaches(), std::vector<std::string>());
}

TEST_F(Planted, DaysOfAWeek) {
  anna().max_week_days = 4;
  Expect("Anna works 5 days in week 1, and 4 are the most");
}

TEST_F(Planted, LimitsAndWeekends) {
  anna().limits = {{"early shifts", {0}, false, 4, {}}};
  Expect("Anna works 5 early shifts, and 4 are the most");
  Work(5, 0);
  Work(6, 0);
  anna().limits = {{"weekends", {}, true, 0, {}}};
  Expect("Anna works 1 weekends, and 0 are the most");
  anna().limits[0].price = 7;
  EXPECT_EQ(Breaches(), std::vector<std::string>());
  EXPECT_EQ(Verify(problem_, roster_).cost.limits, 7);
}

TEST_F(Planted, FloorsAndPrices) {
  problem_.demand[8] = {2, std::nullopt, 0};
  Expect("Mon 1 08:00 has 1 of 2 that phone must have");
  problem_.demand[8] = {2, 10.0, 0};
  problem_.demand[9] = {0, 10.0, 3};
  const Verdict verdict = Verify(problem_, roster_);
  EXPECT_EQ(SentencesOf(verdict), std::vector<std::string>());
  EXPECT_EQ(verdict.cost.under, 10);
  EXPECT_EQ(verdict.cost.over, 3);
}

TEST_F(Planted, RequestsAndHours) {
  anna().requests = {{0, {0}, false, 4}, {1, {1}, true, 5}, {2, {}, true, 6}, {7, {}, false, 7}};
  anna().hour_price = 2;
  const Verdict verdict = Verify(problem_, roster_);
  EXPECT_EQ(verdict.cost.requests, 9);
  EXPECT_EQ(verdict.cost.hours, 80);
}

TEST_F(Planted, AnotherShape) {
  roster_.duties[0].pop_back();
  Expect("the roster is of other people, days or shifts than the problem");
}

}  // namespace
}  // namespace wissel::scheduling
