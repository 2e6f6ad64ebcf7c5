// The parts of `wissel feed` that need no server: arrival files, the plan, the books, the report.
#include <cmath>

#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/feed/arrivals.h"
#include "server/feed/book.h"
#include "server/feed/cast.h"
#include "server/feed/plan.h"
#include "server/feed/report.h"

namespace wissel::feed {
namespace {

using ::testing::HasSubstr;

constexpr const char* kDay =
    "timestamp,count\n"
    "2021-03-01T08:00:00,3\n"
    "2021-03-01T08:30:00,0\n"
    "2021-03-01T10:00:00,50\n"
    "2021-03-02T08:00:00,7\n";

ArrivalFile Day() { return *ParseArrivals("day.csv", kDay); }

std::string Refusal(const char* text) {
  auto file = ParseArrivals("day.csv", text);
  EXPECT_FALSE(file.ok()) << text;
  return std::string(file.status().message());
}

TEST(Arrivals, TheIntervalIsTheLeastGap) {
  const ArrivalFile file = Day();
  EXPECT_EQ(file.interval_s, 1800);
  EXPECT_EQ(file.total(), 60);
  EXPECT_EQ(FormatStamp(file.begin()), "2021-03-01 08:00");
  EXPECT_EQ(FormatStamp(file.end()), "2021-03-02 08:30");
}

TEST(Arrivals, WhatIsWrongIsToldWithItsLine) {
  EXPECT_THAT(Refusal("when,count\n"), HasSubstr("day.csv:1: the header lacks a column"));
  EXPECT_THAT(Refusal("timestamp,count\n2021-02-30T08:00:00,1\n"), HasSubstr("day.csv:2: "));
  EXPECT_THAT(Refusal("timestamp,count\n2021-03-01T08:00:00,-1\n"),
              HasSubstr("day.csv:2: `-1` is no count"));
  EXPECT_THAT(Refusal("timestamp,count\n2021-03-01T08:00,1\n2021-03-01T08:00,1\n"),
              HasSubstr("day.csv:3: is not after the line before"));
  EXPECT_THAT(Refusal("timestamp,count\n2021-03-01T08:00,1\n2021-03-01T08:06,1\n"
                      "2021-03-01T08:13,1\n"),
              HasSubstr("day.csv:4: is not a whole number of intervals"));
  EXPECT_THAT(Refusal("timestamp,count\n2021-03-01T08:00,1\n"), HasSubstr("fewer than two"));
  EXPECT_THAT(Refusal("timestamp,count\n2021-03-01T08:00\n"), HasSubstr("too few columns"));
}

TEST(Arrivals, AMeanIsThatManyOnAverage) {
  const IntervalCount interval{0, 2.25};
  size_t arrivals = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    Random random({seed});
    const size_t drawn = SpreadOver(interval, 1800, random).size();
    EXPECT_TRUE(drawn == 2 || drawn == 3) << drawn;
    arrivals += drawn;
  }
  // Five standard deviations of the mean of 4,000 draws.
  EXPECT_NEAR(static_cast<double>(arrivals) / 4000, 2.25, 5 * 0.433 / 63.2);
  for (const char* count : {"-0.5", "nan", "inf", "1e9", "2x"}) {
    const std::string text = std::string("timestamp,count\n2021-03-01T08:00,") + count + "\n";
    EXPECT_THAT(Refusal(text.c_str()), HasSubstr("is no count")) << count;
  }
}

TEST(Arrivals, ADateIsPicked) {
  auto day = OnDate(Day(), "2021-03-02");
  ASSERT_TRUE(day.ok());
  EXPECT_EQ(day->total(), 7);
  EXPECT_THAT(std::string(OnDate(Day(), "2021-03-03").status().message()),
              HasSubstr("it runs from 2021-03-01 08:00 to 2021-03-02 08:30"));
  EXPECT_EQ(OnDate(Day(), "Monday").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Arrivals, ADateRoundTripsOverLeapYears) {
  for (const char* stamp : {"1999-12-31 23:54", "2000-02-29 00:00", "1970-01-01 00:00",
                            "2026-11-21 22:15", "1969-12-31 12:30"}) {
    ASSERT_TRUE(ParseStamp(stamp).has_value()) << stamp;
    EXPECT_EQ(FormatStamp(*ParseStamp(stamp)), stamp);
  }
  EXPECT_EQ(ParseStamp("2021-03-01T08:30:00"), 1614587400);
}

TEST(Plan, EveryIntervalGetsItsCountWithinItsBounds) {
  Plan plan({Day()}, {.seed = 7});
  std::map<FileTime, int> counts;
  double last = 0;
  while (const PlannedContact* contact = plan.Next()) {
    EXPECT_GE(contact->at, last);
    last = contact->at;
    ++counts[static_cast<FileTime>(std::floor(contact->at / 1800)) * 1800];
    plan.Pop();
  }
  const FileTime first = *ParseStamp("2021-03-01T08:00:00");
  EXPECT_EQ(counts, (std::map<FileTime, int>{{first, 3}, {first + 7200, 50}, {first + 86'400, 7}}));
}

TEST(Plan, TheSameSeedGivesTheSameDayAndAnotherAnotherOne) {
  const auto arrivals = [](uint64_t seed) {
    Plan plan({Day()}, {.seed = seed});
    std::vector<double> times;
    for (; plan.Next() != nullptr; plan.Pop()) {
      times.push_back(plan.Next()->at);
      times.push_back(plan.Next()->handle_s);
    }
    return times;
  };
  EXPECT_EQ(arrivals(1), arrivals(1));
  EXPECT_NE(arrivals(1), arrivals(2));
}

TEST(Plan, ALoopBeginsAgainWithNewDraws) {
  Plan plan({*OnDate(Day(), "2021-03-01")}, {.seed = 1, .start_of_day_s = 9 * 3600, .loop = true});
  std::vector<double> times;
  for (int i = 0; i < 50 + 53; ++i, plan.Pop()) times.push_back(plan.Next()->at);
  EXPECT_GE(times.front(), plan.begin());
  EXPECT_GT(times.back(), plan.end());
  EXPECT_EQ(FormatStamp(DayOf(plan.OnCalendar(times.back()))), "2021-03-01 00:00");
}

TEST(Random, DrawsHaveTheirStatedMeans) {
  Random random({42});
  double exponential = 0, log_normal = 0, uniform = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    exponential += random.Exponential(180) / kDraws;
    log_normal += random.LogNormal(180, 0.7) / kDraws;
    uniform += random.Uniform(1, 5) / kDraws;
  }
  // Three standard errors: 1.2, 0.96, 0.008.
  EXPECT_NEAR(exponential, 180, 1.3);
  EXPECT_NEAR(log_normal, 180, 1.3);
  EXPECT_NEAR(uniform, 3, 0.01);
}

class BookTest : public ::testing::Test {
 protected:
  BookTest() : book_({PhoneQueue()}, 10) {}

  static wissel::v1::Queue PhoneQueue() {
    wissel::v1::Queue queue;
    queue.set_name("queues/phone");
    queue.mutable_answer_within()->set_seconds(20);
    queue.mutable_short_abandon()->set_seconds(5);
    return queue;
  }
  static wissel::v1::WorkItem Item(const std::string& name) {
    wissel::v1::WorkItem item;
    item.set_name(name);
    item.mutable_enter_time()->set_seconds(1000);
    return item;
  }
  void AnswerAfter(const std::string& name, int real_seconds) {
    google::protobuf::Timestamp time;
    time.set_seconds(1000 + real_seconds);
    book_.Answer(name, time);
  }
  void AbandonAfter(const std::string& name, int32_t real_millis) {
    wissel::v1::WorkItem item = Item(name);
    item.set_state(wissel::v1::WorkItem::ABANDONED);
    item.mutable_end_time()->set_seconds(1000);
    item.mutable_end_time()->set_nanos(real_millis * 1'000'000);
    book_.Observe(item);
  }

  Book book_;
};

TEST_F(BookTest, WaitsAreInTheFilesTimeAndTheBooksClose) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) book_.Enter({}, Item(name));
  AnswerAfter("a", 2);     // 20 s: in time
  AnswerAfter("b", 3);     // 30 s: late
  AbandonAfter("c", 400);  // 4 s: short
  AbandonAfter("d", 900);
  wissel::v1::WorkItem withdrawn = Item("e");
  withdrawn.set_state(wissel::v1::WorkItem::CANCELLED);
  book_.Observe(withdrawn);
  AnswerAfter("a", 9);  // told again: counts once
  const Tally total = book_.Total();
  EXPECT_EQ(total.offered, 6);
  EXPECT_EQ(total.answered, 2);
  EXPECT_EQ(total.answered_in_time, 1);
  EXPECT_EQ(total.abandoned, 2);
  EXPECT_EQ(total.short_abandoned, 1);
  EXPECT_EQ(total.ended_otherwise, 1);
  EXPECT_EQ(total.waiting(), 1);
  EXPECT_DOUBLE_EQ(*ServiceLevel(total), 1.0 / 3);
  EXPECT_EQ(book_.SomeWaiting(9), std::vector<std::string>{"f"});
}

TEST_F(BookTest, WhatTheServerForgotIsUnaccountedFor) {
  book_.Enter({}, Item("a"));
  book_.Miss("a");
  EXPECT_EQ(book_.Total().unaccounted, 1);
  EXPECT_EQ(book_.Total().waiting(), 0);
}

TEST(Report, PercentilesAreByNearestRank) {
  EXPECT_DOUBLE_EQ(Percentile({5, 1, 4, 2, 3}, 0.8), 4);
  EXPECT_DOUBLE_EQ(Percentile({7}, 0.8), 7);
  EXPECT_DOUBLE_EQ(Percentile({}, 0.8), 0);
  EXPECT_EQ(ServiceLevel(Tally{}), std::nullopt);
}

TEST(Cast, AnAgentMeetsTheQueuesTheyServe) {
  wissel::v1::Queue queue;
  queue.set_channel(wissel::v1::VOICE);
  auto* step = queue.mutable_requirement()->add_steps();
  step->add_skills()->set_skill("skills/language-nl");
  step->mutable_skills(0)->set_min_level(7);
  auto* all = step->mutable_constraint()->mutable_all();
  auto* site = all->add_constraints()->mutable_test();
  site->set_attribute("site");
  site->add_texts("ghent");
  auto* team = all->add_constraints()->mutable_test();
  team->set_attribute("team");
  team->add_texts("teams/a");
  const wissel::v1::Agent agent = SimulatedAgent(7, {queue});
  EXPECT_EQ(agent.name(), "agents/sim-007");
  EXPECT_EQ(agent.skills(0).level(), 7);
  EXPECT_EQ(agent.attributes(0).text(), "ghent");
  EXPECT_EQ(agent.team(), "teams/a");
}

TEST(Cast, NoQueueIsLeftWithoutAnAgent) {
  EXPECT_EQ(QueuesPerAgent(1, 50), 1);
  EXPECT_EQ(QueuesPerAgent(6, 50), 2);
  EXPECT_EQ(QueuesPerAgent(6, 2), 3);
}

}  // namespace
}  // namespace wissel::feed
