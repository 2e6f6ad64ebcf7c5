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

}  // namespace
}  // namespace wissel::staffing
