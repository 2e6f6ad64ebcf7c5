// Each *.scenario file is a test: its commands, a line "----", and the sentences that are expected.
// With WISSEL_UPDATE_SCENARIOS=1 the sentences are written anew, to be read and committed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/scenarios/stage.h"

namespace wissel::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRule = "----\n";

fs::path Root() {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  return fs::path(source != nullptr ? source : ".") / "tests" / "scenarios";
}

std::vector<std::string> AllScenarios() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(Root())) {
    if (entry.path().extension() == ".scenario") {
      paths.push_back(fs::relative(entry.path(), Root()).string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, HappensAsWritten) {
  const fs::path path = Root() / GetParam();
  const std::string text = ReadFile(path);
  const size_t rule = text.find("\n" + std::string(kRule));
  const std::string commands = rule == std::string::npos ? text : text.substr(0, rule + 1);
  const auto story = PlayScenario(commands);
  ASSERT_TRUE(story.ok()) << std::string(story.status().message());
  if (std::getenv("WISSEL_UPDATE_SCENARIOS") != nullptr) {
    std::ofstream(path) << commands << kRule << *story;
    return;
  }
  ASSERT_NE(rule, std::string::npos) << "there is no line ---- in " << path;
  EXPECT_EQ(*story, text.substr(rule + 1 + kRule.size()));
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.rfind('.'));
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, testing::ValuesIn(AllScenarios()), TestName);

TEST(ScenarioLanguage, SaysWhatItDoesNotUnderstand) {
  for (const char* line : {"anna dances", "queue phone: loud", "at noon", "wait a bit",
                           "profile p: voice many", "explain c9"}) {
    EXPECT_EQ(PlayScenario(line).status().code(), absl::StatusCode::kInvalidArgument) << line;
  }
}

}  // namespace
}  // namespace wissel::scenario
