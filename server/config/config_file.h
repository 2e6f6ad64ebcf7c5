// A configuration file: read, and checked as far as it can be without a center. What only the
// center can tell (a skill that nobody knows) is told by applying it (apply.h), with the same
// lines.
//
// A LoadedConfig is a value; reading it from several threads is fine.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/config/config_file.pb.h"
#include "server/config/source.h"

namespace wissel::config {

struct LoadedConfig {
  std::string path;
  ConfigFile file;
  LineMap lines;
  std::string text;
  std::string sha256;  // of the text, in hexadecimal
  std::vector<Problem> problems;

  // One line for each problem, by line.
  std::string ProblemText() const;
};

// NOT_FOUND when it cannot be read; what is wrong with its content stands in `problems`.
absl::StatusOr<LoadedConfig> LoadConfigFile(const std::string& path);

// The same from a text at hand.
LoadedConfig ParseConfig(const std::string& path, const std::string& text);

// "queues/nl-general" without "queues/"; the whole when it has no slash.
std::string LastPart(const std::string& name);

}  // namespace wissel::config
