#include "forecasting/scheduling/files/problem_input.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/curtois.h"

namespace wissel::schedule {
namespace {

constexpr const char* kRequiredEnding = "_req.csv";

ProblemKind KindOf(const std::string& text) {
  if (scheduling::LooksLikeCurtois(text)) return ProblemKind::kCurtois;
  const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string::npos && text[first] == '{' ? ProblemKind::kOurs
                                                          : ProblemKind::kCovering;
}

}  // namespace

absl::StatusOr<std::string> ReadText(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(fmt::format("{} cannot be read", path));
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<ProblemText> ReadProblem(const std::string& path) {
  ProblemText problem;
  problem.name = path == "-" ? "standard input" : std::filesystem::path(path).filename().string();
  WISSEL_ASSIGN_OR_RETURN(problem.text, ReadText(path));
  problem.kind = KindOf(problem.text);
  return problem;
}

absl::StatusOr<std::string> PatternsBeside(const std::string& path) {
  if (absl::EndsWith(path, kRequiredEnding)) {
    const std::string stem(absl::StripSuffix(path, kRequiredEnding));
    for (const char* ending : {"_shifts.csv", "_tours.csv"}) {
      if (std::filesystem::exists(stem + ending)) return stem + ending;
    }
  }
  return RefuseField("shifts", fmt::format("no file of shifts or tours belongs to {}", path),
                     "name it with --shifts");
}

}  // namespace wissel::schedule
