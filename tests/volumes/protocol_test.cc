// Rolling origins on recorded series beside the project: the naive figures come again, and the
// method keeps the accuracy that it had. Skipped where the recordings are not there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "forecasting/core/volumes/methods.h"
#include "server/forecast/inputs.h"

namespace wissel::forecast {
namespace {

using volumes::Evaluation;
using volumes::Score;

std::string Data() {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/../shared/data";
}

struct Recorded {
  std::string name;
  std::string dataset;
  std::string file;
  int interval_min;
  int train_days;
  int horizon_days;
};
const Recorded kBank30 = {"bank2003_30", "bank2003", "bank2003_5min.csv", 30, 60, 10};
const Recorded kBank5 = {"bank2003_5", "bank2003", "bank2003_5min.csv", 5, 60, 10};
const Recorded kRound30 = {"anonbank1999_30", "anonbank1999", "anonbank1999_6min.csv", 30, 112, 14};

class OnRecordings : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Data() + "/forecasting/PROTOCOL.md")) {
      GTEST_SKIP() << "NOT TESTED: there are no recordings in " << Data();
    }
  }

  static std::map<std::string, Score> Run(const Recorded& recorded, std::string_view method,
                                          std::optional<int> intraday = std::nullopt) {
    InputOptions inputs;
    inputs.series = Data() + "/arrivals/" + recorded.file;
    inputs.interval_min = recorded.interval_min;
    inputs.special_days = Data() + "/arrivals/holidays.csv";
    inputs.dataset = recorded.dataset;
    ProtocolOptions options;
    options.train_days = recorded.train_days;
    options.horizon_days = recorded.horizon_days;
    options.origins = Data() + "/forecasting/origins_" + recorded.name + ".csv";
    const auto protocol = ReadProtocol(options);
    const auto series = ReadSeries(inputs);
    EXPECT_TRUE(protocol.ok()) << protocol.status();
    EXPECT_TRUE(series.ok()) << series.status();
    const auto origins = OriginsOf(*series, *protocol);
    EXPECT_TRUE(origins.ok()) << origins.status();
    Evaluation evaluation(*series, *protocol, *origins, intraday);
    for (const int origin : *origins) {
      EXPECT_TRUE(evaluation.Run(**volumes::MakeMethod(method), origin).ok());
    }
    std::map<std::string, Score> scores;
    for (const Score& score : evaluation.Scores()) scores[score.horizon] = score;
    return scores;
  }
};

// Equal in the five digits that the baselines have.
void ExpectFiveDigits(double value, double digits, const std::string& what) {
  EXPECT_NEAR(value, digits, std::max(5.1e-5 * std::abs(digits), 5e-6)) << what;
}

TEST_F(OnRecordings, TheNaiveFiguresComeAgain) {
  std::map<std::string, std::map<std::string, Score>> scores;
  for (const Recorded& recorded : {kBank30, kBank5, kRound30}) {
    for (const char* method : {"snaive", "avg4w", "avg8w"}) {
      scores[recorded.name + method] = Run(recorded, method);
    }
  }
  std::ifstream file(Data() + "/forecasting/baselines.csv");
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    if (row.size() < 12 || !scores.contains(row[0] + row[1]) || row[3] == "6") continue;
    const Score& score = scores[row[0] + row[1]].at(row[2]);
    const std::string what = row[0] + " " + row[1] + " " + row[2];
    ExpectFiveDigits(score.wape, std::stod(row[4]), what + " WAPE");
    ExpectFiveDigits(score.mase, std::stod(row[5]), what + " MASE");
    ExpectFiveDigits(score.rmse, std::stod(row[6]), what + " RMSE");
    ExpectFiveDigits(score.bias, std::stod(row[7]), what + " bias");
    ExpectFiveDigits(score.day_wape.value(), std::stod(row[8]), what + " dayWAPE");
    ExpectFiveDigits(score.pinball.value(), std::stod(row[9]), what + " pinball");
    ExpectFiveDigits(score.cov80.value(), std::stod(row[10]), what + " cov80");
    ExpectFiveDigits(score.cov95.value(), std::stod(row[11]), what + " cov95");
    ++compared;
  }
  EXPECT_EQ(compared, 24);
}

TEST_F(OnRecordings, ABanksHalfHours) {
  auto scores = Run(kBank30, "calendar", 12);
  EXPECT_LT(scores["1day"].wape, 4.1);
  EXPECT_LT(scores["10days"].wape, 5.3);
  EXPECT_LT(scores["rest_after_12_updated"].wape, 4.4);
  EXPECT_LT(scores["rest_after_12_updated"].wape, scores["rest_after_12"].wape);
  for (const char* horizon : {"1day", "10days"}) {
    EXPECT_GT(*scores[horizon].cov80, 76) << horizon;
    EXPECT_LT(*scores[horizon].cov80, 85) << horizon;
  }
  auto chosen = Run(kBank30, "auto");
  EXPECT_LT(chosen["1day"].wape, 4.1);
  EXPECT_LT(chosen["10days"].wape, 5.3);
}

TEST_F(OnRecordings, ABanksFiveMinutes) {
  auto scores = Run(kBank5, "calendar");
  EXPECT_LT(scores["1day"].wape, 6.7);
  EXPECT_LT(scores["10days"].wape, 7.7);
}

TEST_F(OnRecordings, ABankAroundTheClock) {
  auto scores = Run(kRound30, "calendar");
  EXPECT_LT(scores["1day"].wape, 24.5);
  EXPECT_LT(scores["14days"].wape, 23);
  EXPECT_LT(scores["14days_special"].wape, 72);
  EXPECT_GT(*scores["14days"].cov80, 76);
  EXPECT_LT(*scores["14days"].cov80, 84);
}

}  // namespace
}  // namespace wissel::forecast
