// What a backup says of itself, as text that `sha256sum` users can read:
//
//   wissel-backup 1
//   made 2026-11-27T02:00:00Z
//   by 0.1.0
//   sequence 1200
//   digest 00ab34cd56ef7890
//   sha256 <64 hexadecimal digits> journal.sqlite
//   ...
//
// `sequence` is where its journal ends, `digest` the engine's there. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::backup {

inline constexpr std::string_view kManifestName = "manifest";

struct Manifest {
  std::string made;
  std::string by;  // the version of wissel
  uint64_t sequence = 0;
  uint64_t digest = 0;
  std::map<std::string, std::string> sha256;  // by file name; hexadecimal
};

std::string Text(const Manifest& manifest);
// DATA_LOSS naming the line. A name is a plain file name: no path, none that begins with a dot.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);

}  // namespace wissel::backup
