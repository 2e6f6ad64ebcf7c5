#include "server/cell/metrics_text.h"

#include <gtest/gtest.h>

namespace wissel::server {
namespace {

TEST(MetricsText, WhatIsSaidOfAFigureIsSaidOnceAndEachSampleHasItsCenter) {
  const std::string acme =
      "# HELP calls Calls.\n# TYPE calls counter\ncalls{code=\"OK\"} 3\n"
      "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n";
  const std::string beta =
      "# HELP up Whether it is up.\n# TYPE up gauge\nup 0\n"
      "# HELP calls Calls.\n# TYPE calls counter\ncalls{code=\"OK\"} 5\ncalls{code=\"ABORTED\"} "
      "1\n";
  EXPECT_EQ(WithTenants({{"acme", acme}, {"beta", beta}}),
            "# HELP calls Calls.\n# TYPE calls counter\n"
            "calls{tenant=\"acme\",code=\"OK\"} 3\n"
            "calls{tenant=\"beta\",code=\"OK\"} 5\n"
            "calls{tenant=\"beta\",code=\"ABORTED\"} 1\n"
            "# HELP up Whether it is up.\n# TYPE up gauge\n"
            "up{tenant=\"acme\"} 1\n"
            "up{tenant=\"beta\"} 0\n");
  EXPECT_EQ(WithTenants({}), "");
}

}  // namespace
}  // namespace wissel::server
