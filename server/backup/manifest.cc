#include "server/backup/manifest.h"

#include <charconv>
#include <set>
#include <vector>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace wissel::backup {
namespace {

constexpr std::string_view kFirstLine = "wissel-backup 1";

template <class Number>
bool Read(const std::string& text, int base, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsSha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool IsPlainName(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos &&
         name != kManifestName;
}

// `heads` has what is still missing of what is said once.
bool ReadLine(const std::vector<std::string>& words, std::set<std::string>* heads,
              Manifest* manifest) {
  if (words.size() == 3 && words[0] == "sha256") {
    return IsSha256(words[1]) && IsPlainName(words[2]) &&
           manifest->sha256.emplace(words[2], words[1]).second;
  }
  if (words.size() != 2 || heads->erase(words[0]) == 0) return false;
  if (words[0] == "made") return !(manifest->made = words[1]).empty();
  if (words[0] == "by") return !(manifest->by = words[1]).empty();
  if (words[0] == "sequence") return Read(words[1], 10, &manifest->sequence);
  if (words[0] == "digest") return Read(words[1], 16, &manifest->digest);
  return false;
}

}  // namespace

std::string Text(const Manifest& manifest) {
  std::string text = fmt::format("{}\nmade {}\nby {}\nsequence {}\ndigest {:016x}\n", kFirstLine,
                                 manifest.made, manifest.by, manifest.sequence, manifest.digest);
  for (const auto& [name, sha256] : manifest.sha256) {
    text += fmt::format("sha256 {} {}\n", sha256, name);
  }
  return text;
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(std::string(text), '\n');
  if (lines.front() != kFirstLine) {
    return absl::DataLossError(fmt::format(
        "it is no backup that this version can read: it does not begin with \"{}\"", kFirstLine));
  }
  if (!lines.back().empty()) return absl::DataLossError("the manifest is cut off");
  lines.pop_back();
  Manifest manifest;
  std::set<std::string> heads = {"made", "by", "sequence", "digest"};
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> words = absl::StrSplit(lines[i], absl::MaxSplits(' ', 2));
    if (!ReadLine(words, &heads, &manifest)) {
      return absl::DataLossError(fmt::format("line {} of the manifest is none", i + 1));
    }
  }
  if (!heads.empty()) {
    return absl::DataLossError(fmt::format("the manifest has no line \"{}\"", *heads.begin()));
  }
  if (!manifest.sha256.contains("journal.sqlite")) {
    return absl::DataLossError("the manifest names no journal.sqlite");
  }
  return manifest;
}

}  // namespace wissel::backup
