#include "forecasting/core/staffing/fewest.h"

#include "gtest/gtest.h"
#include "tests/staffing/tables.h"

namespace wissel::staffing {
namespace {

TEST(FewestAgents, AgreesWithTheReferenceTable) {
  const auto rows = ReadTable("erlang_staffing_reference.csv");
  if (!rows) {
    GTEST_SKIP() << "SKIPPED: ../shared/data/queueing/erlang_staffing_reference.csv is not there";
  }
  EXPECT_GT(rows->size(), 90u);
  for (const Row& row : *rows) {
    const double aht = row.Number("aht_s");
    const double load = row.Number("calls_per_30min") * aht / 1800;
    const Targets targets{.service_level = row.Number("target_SL"),
                          .threshold_s = row.Number("T_s")};
    Demand demand{.model = Model::kErlangC, .load = {{load, 1}}, .aht_s = aht};
    EXPECT_EQ(*FewestAgents(demand, targets), row.Number("n_erlangC")) << load;
    EXPECT_NEAR(OutlookWith(demand, row.Number("n_erlangC"), targets)->service_level,
                row.Number("SL_erlangC"), 1e-10);
    demand.model = Model::kErlangA;
    demand.patience_s = row.Number("patience_s");
    EXPECT_EQ(*FewestAgents(demand, targets), row.Number("n_erlangA")) << load;
    const Outlook outlook = *OutlookWith(demand, row.Number("n_erlangA"), targets);
    EXPECT_NEAR(outlook.service_level, row.Number("SL_erlangA"), 1e-10);
    EXPECT_NEAR(outlook.figures.abandoned, row.Number("Pab_erlangA"), 1e-10);
  }
}

Demand OneRate(double load) { return {.load = {{load, 1}}}; }

// With so many it is kept, with one fewer it is not, whatever is asked for.
TEST(FewestAgents, AreEnoughAndNoMore) {
  const Targets all[] = {{.service_level = 0.8},
                         {.service_level = 0.9, .variant = ServiceLevel::kLessShort, .short_s = 5},
                         {.service_level = 0.95, .variant = ServiceLevel::kGoneIsGood},
                         {.service_level = 0.8, .variant = ServiceLevel::kOfAnswered},
                         {.answer_s = 10},
                         {.abandoned = 0.03},
                         {.waits = 0.2},
                         {.occupancy = 0.85},
                         {.service_level = 0.8, .occupancy = 0.8}};
  for (const Targets& targets : all) {
    for (double load : {0.01, 0.7, 3.0, 42.5, 700.0, 12'000.0}) {
      const int fewest = *FewestAgents(OneRate(load), targets);
      EXPECT_GE(fewest, 1);
      EXPECT_TRUE(Keeps(*OutlookWith(OneRate(load), fewest, targets), targets));
      if (fewest > 1) {
        EXPECT_FALSE(Keeps(*OutlookWith(OneRate(load), fewest - 1, targets), targets)) << load;
      }
      const double fractional = *FewestFractional(OneRate(load), targets);
      EXPECT_LE(fractional, fewest);
      EXPECT_GT(fractional, fewest - 1.001);
    }
  }
}

TEST(FewestAgents, NobodyForNothing) { EXPECT_EQ(*FewestAgents(OneRate(0), {.waits = 0.2}), 0); }

TEST(FewestAgents, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(FewestAgents(OneRate(5), {}).ok());
  EXPECT_FALSE(FewestAgents(OneRate(5), {.service_level = 1}).ok());
  EXPECT_FALSE(FewestAgents(OneRate(5), {.waits = 0}).ok());
  EXPECT_FALSE(FewestAgents(OneRate(-1), {.waits = 0.2}).ok());
  EXPECT_FALSE(FewestAgents(OneRate(1e12), {.waits = 0.2}).ok());
  EXPECT_FALSE(FewestLines(1e12, 0.01).ok());
  EXPECT_FALSE(FewestAgents({.load = {}}, {.waits = 0.2}).ok());
}

TEST(FewestLines, BlockNoMore) {
  for (double load : {0.0, 0.3, 10.0, 950.0}) {
    const int lines = *FewestLines(load, 0.01);
    EXPECT_LE(ErlangB(load, lines)->blocked, 0.01);
    if (lines > 0) EXPECT_GT(ErlangB(load, lines - 1)->blocked, 0.01);
  }
}

TEST(RateSpread, HasTheMomentsOfItsGamma) {
  for (double cv : {1e-4, 0.05, 0.3, 1.0, 2.0}) {
    const RateSpread spread = *GammaSpread(40, cv);
    double weight = 0, mean = 0, square = 0;
    for (const RatePoint& p : spread) {
      weight += p.weight;
      mean += p.weight * p.rate;
      square += p.weight * p.rate * p.rate;
    }
    EXPECT_NEAR(weight, 1, 1e-10);
    EXPECT_NEAR(mean, 40, 1e-8);
    EXPECT_NEAR(square, 1600 * (1 + cv * cv), 1e-6);
  }
}

TEST(RateSpread, GoesThroughItsQuantiles) {
  const RateSpread spread = *QuantileSpread({{0.1, 80}, {0.5, 100}, {0.9, 130}});
  double below = 0;
  for (const RatePoint& p : spread) below += p.rate < 130 ? p.weight : 0;
  EXPECT_NEAR(below, 0.9, 0.011);
  EXPECT_FALSE(QuantileSpread({{0.5, 1}}).ok());
  EXPECT_FALSE(QuantileSpread({{0.5, 1}, {0.9, 0.5}}).ok());
}

// A rate that is not known needs more, and the more the less it is known.
TEST(FewestAgents, AnUncertainRateNeedsMore) {
  const Targets targets{.service_level = 0.9};
  int before = *FewestAgents(OneRate(50), targets);
  for (double cv : {0.1, 0.2, 0.4}) {
    const int more = *FewestAgents({.load = *GammaSpread(50, cv)}, targets);
    EXPECT_GT(more, before);
    before = more;
  }
}

}  // namespace
}  // namespace wissel::staffing
