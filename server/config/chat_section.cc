#include "server/config/chat_section.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "fmt/format.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

// They stand in a header of every chat page.
constexpr int kMostOrigins = 50;
// As chat::kLargestFile; each is held in memory while it comes.
constexpr int32_t kMostMib = 20;
constexpr size_t kLongestOrigin = 253 + 16;

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

// As a browser writes it: in lower case, without a path. RFC 6454, section 6.2. No wildcard and no
// IPv6 address, which a Content-Security-Policy cannot name.
bool IsOrigin(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (text.size() > kLongestOrigin || (!secure && !text.starts_with("http://"))) return false;
  text.remove_prefix(text.find("//") + 2);
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, colon);
  if (colon < text.size() && !IsPort(text.substr(colon + 1))) return false;
  const bool clean = std::ranges::all_of(host, [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-' || c == '.';
  });
  const bool local = host == "localhost" || host == "127.0.0.1";
  return clean && !host.empty() && host.front() != '.' && (secure || local);
}

void CheckChat(LoadedConfig& config) {
  const int32_t mib = config.file.chat().largest_file_mib();
  if (mib < 0 || mib > kMostMib) {
    config.problems.push_back({config.lines.LineOf("chat.largestFileMib"),
                               fmt::format("chat.largest_file_mib is {}", mib),
                               fmt::format("0 to {}", kMostMib)});
  }
  const auto& origins = config.file.chat().embed_origins();
  for (int i = 0; i < origins.size(); ++i) {
    if (IsOrigin(origins[i])) continue;
    config.problems.push_back(
        {config.lines.LineOf(fmt::format("chat.embedOrigins[{}]", i)),
         fmt::format("chat.embed_origins[{}] is not the origin of a site: `{}`", i, origins[i]),
         "write for example https://www.example.org, in lower case, without a path; http only for "
         "localhost"});
  }
  if (origins.size() <= kMostOrigins) return;
  config.problems.push_back({config.lines.LineOf("chat.embedOrigins"),
                             fmt::format("chat.embed_origins has {} sites", origins.size()),
                             fmt::format("at most {}", kMostOrigins)});
}

}  // namespace wissel::config
