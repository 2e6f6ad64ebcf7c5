// A model as a file: what it becomes, and what is wrong with it, line by line.
#include "server/simulate/model_file.h"
#include "forecasting/replications/replications.h"

#include "gtest/gtest.h"
#include "server/staffing/forecast_csv.h"

namespace wissel::simulate {
namespace {

constexpr const char* kModel = R"(center:
  skills:
    - {name: skills/nl}
  routing_profiles:
    - name: routingProfiles/voice
      channels: [{channel: voice, auto_accept: true}]
  queues:
    - name: queues/phone
      channel: voice
      answer_within: 20s
      service_level_target: 0.85
      requirement: {steps: [{skills: [{skill: skills/nl, min_level: 1}]}]}
run: {interval: 30m, intervals: 4, replications: 3}
queues:
  - queue: queues/phone
    calls: [40, 60, 50, 30]
    handle_time: {kind: log_normal, mean: 4m, cv: 0.9}
    patience: {kind: weibull, mean: 2m, shape: 0.8}
    variant: less_short
groups:
  - name: desk
    skills: [{skill: skills/nl, level: 5}]
    routing_profile: routingProfiles/voice
    agents: [9]
)";

std::string With(const std::string& old, const std::string& replacement) {
  std::string text = kModel;
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), replacement);
}

TEST(ModelFile, BecomesAModelThatRuns) {
  const auto loaded = ParseModel("model.yaml", kModel);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const simulation::ModelQueue& queue = loaded->model.queues[0];
  EXPECT_EQ(queue.threshold_s, 20);
  EXPECT_EQ(queue.target, 0.85);
  EXPECT_EQ(queue.calls[1], 60);
  EXPECT_EQ(queue.variant, staffing::ServiceLevel::kLessShort);
  EXPECT_EQ(loaded->model.groups[0].agents, std::vector<int>(4, 9));
  EXPECT_EQ(loaded->replications, 3);
  simulation::RunPlan plan{.replications = 4, .precision = {}};
  const auto one = simulation::RunReplications(loaded->model, plan);
  plan.threads = 3;
  const auto three = simulation::RunReplications(loaded->model, plan);
  ASSERT_TRUE(one.ok() && three.ok());
  ASSERT_EQ(one->replications.size(), three->replications.size());
  for (size_t r = 0; r < 4; ++r) {
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(one->replications[r][i].queues[0].handled_ms,
                three->replications[r][i].queues[0].handled_ms);
    }
  }
}

TEST(ModelFile, IsRunUntilItIsPrecise) {
  const auto loaded = ParseModel("model.yaml", kModel);
  simulation::RunPlan plan{.replications = 2, .precision = 0.02, .most = 300, .threads = 2};
  const auto result = simulation::RunReplications(loaded->model, plan);
  ASSERT_TRUE(result.ok());
  EXPECT_GT(result->replications.size(), 5u);
  EXPECT_LT(result->replications.size(), 300u);
}

void ExpectProblem(const std::string& text, const std::string& problem) {
  const auto loaded = ParseModel("model.yaml", text);
  ASSERT_FALSE(loaded.ok()) << problem;
  EXPECT_NE(loaded.status().message().find(problem), absl::string_view::npos)
      << loaded.status().message();
}

TEST(ModelFile, NamesTheLineOfEachProblem) {
  ExpectProblem(With("calls: [40", "cals: [40"), "model.yaml:16:");
  ExpectProblem(With("calls: [40, 60, 50, 30]", "calls: [40, 60]"), "model.yaml:16:");
  ExpectProblem(With("calls: [40", "calls: [-40"), "model.yaml:16:");
  ExpectProblem(With("queue: queues/phone", "queue: queues/fax"), "model.yaml:15:");
  ExpectProblem(With("mean: 4m", "mean: 0s"), "model.yaml:17:");
  ExpectProblem(With("shape: 0.8", "shape: -1"), "model.yaml:18:");
  ExpectProblem(With("less_short", "all_good"), "model.yaml:19:");
  ExpectProblem(
      With("routing_profile: routingProfiles/voice", "routing_profile: routingProfiles/x"),
      "model.yaml:2");
  ExpectProblem(With("agents: [9]", "agents: [9, 8]"), "model.yaml:24:");
  ExpectProblem(With("skill: skills/nl, level: 5", "skill: skills/de, level: 5"), "model.yaml:2");
  ExpectProblem("", "model.yaml:");
}

TEST(ForecastFile, ReadsEveryUsualLayout) {
  using staffing::ParseForecast;
  const auto plain = ParseForecast("f.csv", "start,calls,aht,q10,q90\n09:00,31,240,25,38\n", 180);
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->intervals[0].aht_s, 240);
  EXPECT_EQ(plain->intervals[0].quantiles.size(), 2u);
  const auto other = ParseForecast("f.csv",
                                   "\xef\xbb\xbf"
                                   "calls;cv;work\r\n31,5;0,1;2,5\r\n\r\n",
                                   180);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->intervals[0].calls, 31.5);
  EXPECT_EQ(other->intervals[0].deferrable_s, 9000);
  EXPECT_EQ(other->intervals[0].aht_s, 180);
}

TEST(ForecastFile, NamesTheLineOfEachFault) {
  using staffing::ParseForecast;
  const auto faults = ParseForecast("f.csv", "calls,ath\n31,200\n-4,200\n7\nx,1\n", 180);
  ASSERT_FALSE(faults.ok());
  const std::string text(faults.status().message());
  for (const char* fault :
       {"f.csv:1: unknown column `ath`; did you mean `aht`", "f.csv:3:", "f.csv:4:", "f.csv:5:"}) {
    EXPECT_NE(text.find(fault), std::string::npos) << text;
  }
  EXPECT_FALSE(ParseForecast("f.csv", "calls\n", 180).ok());
  EXPECT_FALSE(ParseForecast("f.csv", "", 180).ok());
  EXPECT_FALSE(ParseForecast("f.csv", "calls,q90,q10\n5,4,9\n", 180).ok());
}

}  // namespace
}  // namespace wissel::simulate
