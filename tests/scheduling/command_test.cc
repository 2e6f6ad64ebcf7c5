// `wissel schedule` as a user has it: files in, lines out, exit codes, refusals with their place.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "forecasting/core/scheduling/verifier.h"
#include "forecasting/scheduling/files/our_problem.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "server/schedule/schedule.h"
#include "tests/scheduling/made_center.h"

namespace wissel::schedule {
namespace {

constexpr const char* kProblem = R"({
  "name": "two", "start": "2026-11-30", "weeks": 1, "intervalMinutes": 60,
  "queues": [{"name": "phone", "underPrice": 10, "overPrice": 1}],
  "shiftKinds": [{"name": "day", "starts": ["08:00", "10:00"], "lengthMinutes": 540,
                  "breaks": [{"name": "lunch", "earliestMinutes": 180, "latestMinutes": 300,
                              "minutes": 60}]}],
  "contracts": [{"name": "full", "rules": {"minWeekHours": 32, "maxWeekHours": 40,
                                           "minRestHours": 11, "maxWeekDays": 5}}],
  "people": [{"name": "Anna", "contract": "full", "queues": ["phone"],
              "absent": ["2026-12-01"], "absentDayHours": 8},
             {"name": "Ben", "contract": "full", "queues": ["phone"],
              "pinned": [{"date": "2026-11-30", "shift": "day 10:00", "breaks": ["14:00"]}],
              "wishes": [{"date": "2026-12-04", "off": true, "price": 5}]}],
  "required": [{"queue": "phone", "weekday": "Mon", "from": "08:00",
                "people": [1, 1, 2, 2, 1, 1, 2, 2, 2, 1, 1]}]
})";

class Command : public testing::Test {
 protected:
  Command() : folder_(std::filesystem::path(testing::TempDir()) / "wissel_schedule_command") {
    std::filesystem::create_directories(folder_);
  }
  ~Command() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  struct Ran {
    int code = 0;
    std::string out;
    std::string error;
  };
  template <class Function>
  Ran Run(const Function& function, const ScheduleOptions& options) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Ran ran;
    ran.code = function(options);
    std::fflush(stdout);
    ran.out = testing::internal::GetCapturedStdout();
    ran.error = testing::internal::GetCapturedStderr();
    return ran;
  }
  static Schedule LastLine(const std::string& out) {
    Schedule schedule;
    const size_t end = out.rfind('\n', out.size() - 2);
    const std::string line = end == std::string::npos ? out : out.substr(end + 1);
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &schedule).ok()) << line;
    return schedule;
  }

  std::filesystem::path folder_;
};

TEST_F(Command, SolvesWritesAndVerifies) {
  ScheduleOptions options;
  options.problem = Write("problem.json", kProblem);
  options.out = Path("schedule.json");
  options.json = true;
  options.rounds = 20;
  const Ran solved = Run(RunScheduleSolve, options);
  EXPECT_EQ(solved.code, 0) << solved.error;
  const Schedule schedule = LastLine(solved.out);
  EXPECT_EQ(schedule.kind(), "roster");
  EXPECT_EQ(schedule.broken_rules_size(), 0);
  EXPECT_TRUE(schedule.has_bound());
  ASSERT_EQ(schedule.people_size(), 2);
  EXPECT_EQ(schedule.people(1).work(0).shift(), "day 10:00");
  EXPECT_EQ(schedule.people(1).work(0).breaks(0), "14:00");

  options.schedule = options.out;
  const Ran verified = Run(RunScheduleVerify, options);
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_EQ(LastLine(verified.out).objective(), schedule.objective());

  // One day's work less, and she has too few hours.
  Schedule less = schedule;
  less.mutable_people(0)->mutable_work()->DeleteSubrange(0, 1);
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(less, &json).ok());
  options.schedule = Write("less.json", json);
  const Ran broken = Run(RunScheduleVerify, options);
  EXPECT_EQ(broken.code, 1);
  EXPECT_NE(broken.out.find("Anna works"), std::string::npos) << broken.out;
}

TEST_F(Command, WritesTables) {
  ScheduleOptions options;
  options.problem = Write("problem.json", kProblem);
  options.out = Path("schedule.csv");
  options.rounds = 1;
  EXPECT_EQ(Run(RunScheduleSolve, options).code, 0);
  std::ifstream file(options.out);
  std::string header;
  std::getline(file, header);
  EXPECT_EQ(header, "person,day,date,shift,start,end,breaks");
}

TEST_F(Command, FindsTheShiftsBesideTheRequired) {
  ScheduleOptions options;
  options.problem = Write("x_req.csv", "interval,required\n0,1\n1,2\n");
  EXPECT_EQ(Run(RunScheduleSolve, options).code, 1);
  Write("x_shifts.csv",
        "id,start_interval,length,lunch_offset,paid_intervals\na,0,2,,2\nb,1,1,,1\n");
  options.json = true;
  const Ran solved = Run(RunScheduleSolve, options);
  EXPECT_EQ(solved.code, 0);
  const Schedule schedule = LastLine(solved.out);
  EXPECT_EQ(schedule.objective(), 3);
  EXPECT_EQ(schedule.status(), "proven");
}

TEST_F(Command, SaysWhyThereIsNone) {
  std::string problem = kProblem;
  const std::string old = "\"absent\": [\"2026-12-01\"], \"absentDayHours\": 8";
  problem.replace(problem.find(old), old.size(),
                  R"("absent": ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"])");
  ScheduleOptions options;
  options.problem = Write("problem.json", problem);
  const Ran solved = Run(RunScheduleSolve, options);
  EXPECT_EQ(solved.code, 1);
  EXPECT_NE(solved.error.find("Anna: at least 32 h a week; absent on Tue 1 to Fri 1"),
            std::string::npos)
      << solved.error;
}

TEST(OurProblems, RefuseWithTheField) {
  const auto refusal = [](const std::string& from, const std::string& to) {
    std::string problem = kProblem;
    problem.replace(problem.find(from), from.size(), to);
    const auto named = ParseOurProblem("p.json", problem);
    return named.ok() ? "none" : std::string(named.status().message());
  };
  EXPECT_EQ(refusal("2026-11-30", "2026-12-01"), "start: \"2026-12-01\" is not right");
  EXPECT_EQ(refusal("\"contract\": \"full\"", "\"contract\": \"half\""),
            "people[0].contract: \"half\" is not right");
  EXPECT_EQ(refusal("2026-12-04", "2027-12-04"),
            "people[1].wishes.date: \"2027-12-04\" is not right");
  EXPECT_EQ(refusal("\"weekday\": \"Mon\"", "\"weekday\": \"Moon\""),
            "required[0].weekday: \"Moon\" is not right");
  EXPECT_EQ(refusal("day 10:00", "day 11:00"),
            "people[1].pinned.shift: \"day 11:00\" is not right");
  EXPECT_NE(refusal("\"overPrice\"", "\"overprize\"").find("overprize"), std::string::npos);
}

}  // namespace
}  // namespace wissel::schedule
