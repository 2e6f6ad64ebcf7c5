#include "server/cell/metrics_text.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace wissel::server {
namespace {

// A figure: its lines of "# HELP" and "# TYPE", and the samples of all centers.
struct Family {
  std::string head;
  std::string samples;
};

// The second word of "# HELP name ...".
std::string_view NameIn(std::string_view comment) {
  const size_t begin = comment.find(' ', 2) + 1;
  return comment.substr(begin, comment.find(' ', begin) - begin);
}

void AddSample(std::string_view line, const std::string& tenant, std::string* samples) {
  const size_t end_of_name = line.find_first_of("{ ");
  const bool labelled = line[end_of_name] == '{';
  *samples += fmt::format("{}{{tenant=\"{}\"{}{}\n", line.substr(0, end_of_name), tenant,
                          labelled ? "," : "}", line.substr(end_of_name + (labelled ? 1 : 0)));
}

}  // namespace

std::string WithTenants(const std::map<std::string, std::string>& texts) {
  std::map<std::string, Family, std::less<>> families;
  for (const auto& [tenant, text] : texts) {
    Family* family = nullptr;
    bool first = false;  // that tells what this figure is
    for (const absl::string_view each : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const std::string_view line(each.data(), each.size());
      if (line.front() != '#') {
        if (family != nullptr) AddSample(line, tenant, &family->samples);
        continue;
      }
      const auto [found, added] = families.try_emplace(std::string(NameIn(line)));
      if (family != &found->second) first = added;
      family = &found->second;
      if (first) family->head += fmt::format("{}\n", line);
    }
  }
  std::string all;
  for (const auto& [name, family] : families) all += family.head + family.samples;
  return all;
}

}  // namespace wissel::server
