#include "tests/postgres/places.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>

#include "base/invariant.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/postgres/cluster.h"

namespace wissel::testing {
namespace {

std::string SchemaFor(const std::string& path) {
  static std::map<std::string, std::string> schemas;
  static int made = 0;
  if (path == ":memory:") return fmt::format("memory_{}", ++made);
  // What another test left under the same name is not this one's.
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string& schema = schemas[test == nullptr ? path
                                                : fmt::format("{}.{} {}", test->test_suite_name(),
                                                              test->name(), path)];
  if (schema.empty()) schema = fmt::format("file_{}", ++made);
  return schema;
}

}  // namespace

bool StoresAreShared() {
  const char* stores = std::getenv("WISSEL_TEST_STORES");
  return stores != nullptr && std::string_view(stores) == "postgres";
}

sql::Place At(const std::string& path) {
  if (!StoresAreShared()) return path;
  INVARIANT(SharedPostgres() != nullptr);
  return {SharedPostgres()->Options(SchemaFor(path)), std::nullopt};
}

sql::Stores StoresIn(const std::string& folder) {
  if (!StoresAreShared()) return folder;
  INVARIANT(SharedPostgres() != nullptr);
  return {SharedPostgres()->Options(""), SchemaFor(folder), std::nullopt, folder};
}

}  // namespace wissel::testing
