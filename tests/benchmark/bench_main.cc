// wissel_bench [--json FILE] [--only SUITE] [--surge-seconds N]: what is fast and what it is fast
// beside.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "tests/benchmark/suites.h"

namespace {

using wissel::benchmark::Figure;

int Usage() {
  fmt::print(stderr,
             "usage: wissel_bench [--json FILE] [--only "
             "engine|full|whatif|history|forecast|planning|journal|contacts|events|grpc|surge|live|"
             "overload|cluster] "
             "[--surge-seconds N]\n");
  return 2;
}

// A folder that goes when the run ends. On a real disk: TMPDIR chooses another.
class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / "wissel-bench-XXXXXX") {
    std::string pattern = path_.string();
    path_ = mkdtemp(pattern.data()) == nullptr ? "" : pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string json, only;
  int surge_seconds = 15;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--serve-echo") return wissel::benchmark::ServeEcho();
    if (i + 1 == argc) return Usage();
    if (flag == "--json") {
      json = argv[++i];
    } else if (flag == "--only") {
      only = argv[++i];
    } else if (flag == "--surge-seconds") {
      surge_seconds = std::atoi(argv[++i]);
      if (surge_seconds < 1) return Usage();
    } else {
      return Usage();
    }
  }
  const Scratch scratch;
  const std::pair<const char*, std::function<absl::StatusOr<std::vector<Figure>>()>> suites[] = {
      {"engine", [] { return wissel::benchmark::BenchmarkEngine(); }},
      {"full", [] { return wissel::benchmark::BenchmarkFullRules(); }},
      {"whatif", [] { return wissel::benchmark::BenchmarkWhatIf(); }},
      {"history", [&] { return wissel::benchmark::BenchmarkHistory(scratch.path()); }},
      {"forecast", [] { return wissel::benchmark::BenchmarkForecast(); }},
      {"planning", [] { return wissel::benchmark::BenchmarkPlanning(); }},
      {"journal", [&] { return wissel::benchmark::BenchmarkJournal(scratch.path()); }},
      {"events", [&] { return wissel::benchmark::BenchmarkEvents(scratch.path()); }},
      {"contacts", [&] { return wissel::benchmark::BenchmarkContacts(scratch.path()); }},
      {"grpc", [&] { return wissel::benchmark::BenchmarkGrpc(scratch.path(), "/proc/self/exe"); }},
      {"surge",
       [&] {
         return wissel::benchmark::BenchmarkSurge(scratch.path(),
                                                  std::chrono::seconds(surge_seconds));
       }},
      {"overload", [&] { return wissel::benchmark::BenchmarkOverload(scratch.path()); }},
      {"cluster", [&] { return wissel::benchmark::BenchmarkCluster(scratch.path()); }},
      {"live", [&] { return wissel::benchmark::BenchmarkLive(scratch.path()); }},
  };
  std::vector<Figure> figures;
  for (const auto& [name, run] : suites) {
    if (!only.empty() && only != name) continue;
    fmt::print(stderr, "{} ...\n", name);
    auto found = run();
    if (!found.ok()) {
      fmt::print(stderr, "{}: {}\n", name, found.status().ToString());
      return 1;
    }
    figures.insert(figures.end(), found->begin(), found->end());
  }
  if (figures.empty()) return Usage();
  PrintTable(figures);
  if (json.empty()) return 0;
  const absl::Status written = WriteJsonLines(figures, json);
  if (written.ok()) return 0;
  fmt::print(stderr, "{}\n", std::string(written.message()));
  return 1;
}
