// Where the stores of a test are: in a file, as the test says, or, when the program is run with
// WISSEL_TEST_STORES=postgres, in a schema that stands for that file. So one suite is for both.
#pragma once

#include <string>

#include "base/sql/stores.h"

namespace wissel::testing {

bool StoresAreShared();

// The same place for the same path; for ":memory:" a new one each time.
sql::Place At(const std::string& path);
sql::Stores StoresIn(const std::string& folder);

}  // namespace wissel::testing
