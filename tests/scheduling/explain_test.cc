// What contradicts what: sentences of a planner's case, and that each reason is needed.
#include "forecasting/core/scheduling/explain.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wissel::scheduling {
namespace {

RosterProblem Week() {
  RosterProblem problem;
  problem.days = 7;
  problem.queues = {"phone"};
  problem.interval_min = 60;
  problem.shifts = {{"day", "day", 480, 1020, 540, {}, {}},
                    {"short", "short", 480, 720, 240, {}, {}}};
  problem.demand.assign(problem.slots(), {0, 10.0, 0});
  Person anna;
  anna.id = "Anna";
  anna.queues = 1;
  anna.shifts = {0, 1};
  anna.min_week_min = 38 * 60;
  anna.max_week_min = 40 * 60;
  anna.max_day_min = 9 * 60;
  anna.max_consecutive = 6;
  anna.min_rest_min = 11 * 60;
  anna.absent = {0, 1, 2, 3};
  problem.people = {anna};
  return problem;
}

// Four days of 9 h would not do, so Monday need not be named.
TEST(ExplainPeople, NamesHoursAndAbsence) {
  const auto conflicts = ExplainPeople(Week());
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].Sentence(), "Anna: at least 38 h a week; absent on Tue 1 to Thu 1");
}

TEST(ExplainPeople, LeavesOutWhatIsNotNeeded) {
  RosterProblem problem = Week();
  problem.people[0].absent = {2};
  EXPECT_TRUE(ExplainPeople(problem).empty());
  problem.people[0].pins = {{2, 0, {}}};
  const auto conflicts = ExplainPeople(problem);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].Sentence(), "Anna: day pinned on Wed 1; absent on Wed 1");
}

TEST(ExplainPeople, SaysWhenThereIsNoShift) {
  RosterProblem problem = Week();
  problem.people[0].absent.clear();
  problem.people[0].shifts.clear();
  const auto conflicts = ExplainPeople(problem);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].Sentence(), "Anna: at least 38 h a week");
}

TEST(ExplainFloors, CountsWhoCouldBeThere) {
  RosterProblem problem = Week();
  problem.demand[4 * 24 + 9] = {2, std::nullopt, 0};
  const auto conflicts = ExplainFloors(problem);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].Sentence(), "Fri 1 09:00: phone must have 2; 1 could be there");
  problem.demand[4 * 24 + 9].required = 1;
  EXPECT_TRUE(ExplainFloors(problem).empty());
}

}  // namespace
}  // namespace wissel::scheduling
