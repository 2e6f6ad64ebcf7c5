// Reads a file, or standard input, and says what kind of problem it is.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wissel::schedule {

enum class ProblemKind { kCovering, kCurtois, kOurs };

struct ProblemText {
  std::string name;  // for errors and results: the file's name without its folder
  std::string text;
  ProblemKind kind = ProblemKind::kCovering;
};

// "-": standard input. NOT_FOUND when there is none.
absl::StatusOr<std::string> ReadText(const std::string& path);
absl::StatusOr<ProblemText> ReadProblem(const std::string& path);

// The file of shifts or tours that belongs to "..._req.csv": "..._shifts.csv" or "..._tours.csv".
absl::StatusOr<std::string> PatternsBeside(const std::string& path);

}  // namespace wissel::schedule
