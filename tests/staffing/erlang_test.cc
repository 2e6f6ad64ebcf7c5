#include "forecasting/core/staffing/erlang.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/staffing/tables.h"

namespace wissel::staffing {
namespace {

// The tables have 15 digits.
void ExpectNear(double value, double right, const std::string& what) {
  EXPECT_NEAR(value, right, 1e-10 * std::abs(right)) << what;
}

TEST(Erlang, AgreesWithTheReferenceTable) {
  const auto rows = ReadTable("erlang_reference.csv");
  if (!rows) GTEST_SKIP() << "SKIPPED: ../shared/data/queueing/erlang_reference.csv is not there";
  EXPECT_GT(rows->size(), 200u);
  for (const Row& row : *rows) {
    const Station station{row.Number("a"), row.Number("n"), row.Number("aht_s")};
    const std::string what = row.Text("model") + " a=" + row.Text("a") + " n=" + row.Text("n");
    if (row.Text("model") == "B") {
      ExpectNear(ErlangB(station.load, station.agents)->blocked, row.Number("Pblock"), what);
      continue;
    }
    const auto figures = row.Text("model") == "C"
                             ? ErlangC(station, row.Number("T_s"))
                             : ErlangA(station, row.Number("patience_s"), row.Number("T_s"));
    ASSERT_TRUE(figures.ok()) << figures.status();
    const std::pair<const char*, double> columns[] = {{"Pwait", figures->waits},
                                                      {"EW", figures->mean_wait_s},
                                                      {"EQ", figures->mean_queue},
                                                      {"Pab", figures->abandoned},
                                                      {"PabWithinT", figures->abandoned_within},
                                                      {"PWgtT", figures->waits_beyond},
                                                      {"PVgtT", figures->offered_wait_beyond},
                                                      {"SL", figures->served_within},
                                                      {"occ", figures->occupancy}};
    for (const auto& [column, value] : columns) {
      if (row.Has(column)) ExpectNear(value, row.Number(column), what + " " + column);
    }
  }
}

constexpr double kForEver = std::numeric_limits<double>::infinity();

// Beyond what the tables hold, worked out with 120 digits: load, agents, handle time, patience,
// threshold; then waits, mean wait, abandoned within, offered wait beyond, served within.
TEST(Erlang, HoldsFarFromTheTables) {
  struct Case {
    double load, agents, aht, patience, threshold;
    double waits, wait, abandoned_within, beyond, served;
  };
  const Case cases[] = {
      {10000, 10050, 300, 120, 20, 0.24324300486930026, 0.3185599364908381, 0.0026546661374236508,
       1.2456857121799176e-26, 0.99734533386257635},
      {10000, 9500, 300, 240, 20, 0.99999679278093918, 12.000001437954072, 0.049991184261257558,
       0.0027641976669488937, 0.94746563111433471},
      {12345, 12400, 180, 36000, 10, 0.50446741587637935, 1.5894786154398965, 4.2467105250560329e-5,
       0.020376053154635173, 0.97958713896883906},
      {0.02, 1, 240, 3600, 20, 0.019974612555021457, 4.5697400961377455, 1.0626253553793016e-4,
       0.01840615630291914, 0.98158955406510673},
      {3000, 2400, 600, 86400, 30, 1.0, 17280.0, 3.4716194756285533e-4, 1.0, 0},
      {100, 40, 180, 60, 5, 0.99997061497538279, 36.000028351296416, 0.079949604236567091,
       0.99984772664984796, 1.4607937941393983e-4},
      {50, 80, 180, 90, 20, 5.4521146297735286e-5, 2.6590920128699464e-4, 2.9241617106562704e-6,
       8.5869105752339987e-7, 0.99999638825224203},
      {7, 7.5, 200, 150, 20, 0.44761637490493305, 19.119548053883791, 0.049223170117703778,
       0.34035187701122596, 0.65290994803588455},
      {1, 1, 180, 0.001, 20, 0.50000138888117289, 4.9999861111882712e-4, 0.49999861111882711,
       0.44742090124647396, 0.50000138888117289},
      {500, 500, 180, 180, 0.001, 0.50594714617076036, 3.2108882165121202, 2.8106720304687496e-6,
       0.50589759542680583, 0.49410240443555347},
      {8637.25, 157, 133, 3000000.0, 20, 1.0, 2.9454687545225622e+6, 6.6666444444938271e-6, 1.0, 0},
  };
  for (const Case& c : cases) {
    const auto f = ErlangA({c.load, c.agents, c.aht}, c.patience, c.threshold);
    const std::string what = std::to_string(c.load) + " of " + std::to_string(c.agents);
    ExpectNear(f->waits, c.waits, what);
    ExpectNear(f->mean_wait_s, c.wait, what);
    ExpectNear(f->abandoned_within, c.abandoned_within, what);
    ExpectNear(f->offered_wait_beyond, c.beyond, what);
    ExpectNear(f->served_within, c.served, what);
  }
}

// Who comes is answered, has left, or still waits, within every threshold; Little's law holds; and
// nothing but finite shares comes out, however wild the station.
TEST(ErlangA, KeepsItsBooks) {
  for (double load : {0.0, 1e-6, 0.3, 5.0, 97.0, 3000.0, 2e5}) {
    for (double agents : {0.0, 1.0, 4.0, 5.0, 100.0, 2999.5, 10'000.0, 210'000.0}) {
      for (double patience : {0.0, 1e-9, 0.1, 60.0, 1e4, 1e9}) {
        for (double threshold : {0.0, 1e-3, 20.0, 1e5}) {
          const WaitFigures f = *ErlangA({load, agents, 180}, patience, threshold);
          EXPECT_NEAR(f.served_within + f.abandoned_within + f.waits_beyond, 1, 1e-9)
              << load << " " << agents << " " << patience << " " << threshold;
          EXPECT_NEAR(f.mean_queue, f.mean_wait_s * load / 180, 1e-9 * (1 + f.mean_queue));
          EXPECT_NEAR(f.abandoned * patience, f.mean_wait_s, 1e-9 * (1 + f.mean_wait_s));
          for (double share : {f.waits, f.abandoned, f.abandoned_within, f.waits_beyond,
                               f.offered_wait_beyond, f.served_within, f.occupancy}) {
            EXPECT_GE(share, -1e-12);
            EXPECT_LE(share, 1 + 1e-9);
          }
        }
      }
    }
  }
}

TEST(ErlangA, LiesBetweenBAndC) {
  for (double n : {1.0, 7.0, 110.0, 1024.0}) {
    const double load = 0.93 * n;
    EXPECT_NEAR(ErlangA({load, n, 180}, 1e-12, 20)->waits, ErlangB(load, n)->blocked, 1e-12);
    EXPECT_NEAR(ErlangA({load, n, 180}, 1e12, 20)->waits, ErlangC({load, n, 180}, 20)->waits, 1e-8);
    EXPECT_EQ(ErlangA({load, n, 180}, kForEver, 20)->waits, ErlangC({load, n, 180}, 20)->waits);
  }
}

// One agent more, or a little less load, never serves worse.
TEST(ErlangA, IsMonotone) {
  for (double patience : {5.0, 180.0, 1e5}) {
    for (double load : {0.5, 12.0, 150.0, 6000.0}) {
      WaitFigures before = *ErlangA({load, 0, 240}, patience, 20);
      for (double n = 1; n < 1.3 * load + 12; n = std::ceil(n * 1.03 + 0.3)) {
        const WaitFigures more = *ErlangA({load, n, 240}, patience, 20);
        EXPECT_GE(more.served_within, before.served_within * (1 - 1e-12));
        EXPECT_LE(more.waits, before.waits * (1 + 1e-12));
        EXPECT_LE(more.abandoned, before.abandoned * (1 + 1e-12));
        EXPECT_LE(more.occupancy, before.occupancy * (1 + 1e-10));
        const WaitFigures less = *ErlangA({load * 0.99, n, 240}, patience, 20);
        EXPECT_GE(less.served_within, more.served_within * (1 - 1e-12));
        before = more;
      }
    }
  }
}

// B(n, a) = a B(n - 1, a) / (n + a B(n - 1, a)), between whole numbers too.
TEST(ErlangB, FollowsItsRecursionForRealNumbers) {
  for (double load : {0.01, 1.2, 30.0, 900.0, 40'000.0}) {
    for (double n : {0.4, 1.5, 28.25, 299.5, 301.75, 905.5, 40'100.5}) {
      const double before = ErlangB(load, n)->blocked;
      const double after = ErlangB(load, n + 1)->blocked;
      if (before < 1e-280) continue;
      ExpectNear(after, load * before / (n + 1 + load * before), std::to_string(n));
    }
  }
}

// The mean wait of the answered from its definition: P(answered, but not within t) over t.
TEST(ErlangA, SpeedOfAnswerIsThatOfTheAnswered) {
  for (double n : {3.0, 21.0}) {
    const Station station{20, n, 180};
    const double answered = 1 - ErlangA(station, 120, 0)->abandoned;
    double mean = 0;
    for (double t = 0.25; t < 4000; t += 0.5) {
      mean += 0.5 * (1 - ErlangA(station, 120, t)->served_within / answered);
    }
    EXPECT_NEAR(*SpeedOfAnswer(station, 120), mean, 1e-4 * mean);
  }
}

TEST(Erlang, RefusesWhatHasNoAnswer) {
  EXPECT_EQ(ErlangC({10, 10, 180}, 20).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErlangC({10, 9, 180}, 20).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErlangA({10, 9, 180}, kForEver, 20).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(ErlangA({10, 9, 180}, 1e9, 20).ok());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(ErlangB(-1, 3).ok());
  EXPECT_FALSE(ErlangB(3, -1).ok());
  EXPECT_FALSE(ErlangB(nan, 3).ok());
  EXPECT_FALSE(ErlangA({1, 2, 0}, 60, 20).ok());
  EXPECT_FALSE(ErlangA({1, 2, 180}, -1, 20).ok());
  EXPECT_FALSE(ErlangA({1, 2, 180}, 60, -1).ok());
  EXPECT_FALSE(ErlangA({1, 2, 180}, nan, 20).ok());
  EXPECT_EQ(ErlangC({0, 5, 180}, 20)->waits, 0);
  EXPECT_EQ(ErlangA({0, 0, 180}, 60, 20)->served_within, 1);
  EXPECT_EQ(ErlangB(5, 0)->blocked, 1);
}

}  // namespace
}  // namespace wissel::staffing
