#include "server/config/config_file.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/time/time.h"
#include "base/status.h"
#include "channels/forms/form_rules.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "router/journal/chain.h"
#include "server/config/chat_section.h"
#include "server/config/facts_section.h"
#include "server/config/mail_section.h"
#include "server/config/security_section.h"
#include "server/config/voice_section.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

constexpr size_t kLongestSource = 200;
constexpr int kMostRetryDelays = 20;

// Every resource has a name of its own kind, and has it alone.
class NameCheck {
 public:
  explicit NameCheck(LoadedConfig& config) : config_(config) {}

  template <class Resource>
  void Check(const google::protobuf::RepeatedPtrField<Resource>& resources,
             const std::string& section, const std::string& collection) {
    std::map<std::string, int> line_of;
    for (int i = 0; i < resources.size(); ++i) {
      const std::string& name = resources[i].name();
      const std::string path = fmt::format("center.{}[{}]", section, i);
      const int line = config_.lines.LineOf(path + ".name");
      if (name.rfind(collection + "/", 0) != 0 || name.size() == collection.size() + 1) {
        config_.problems.push_back({line,
                                    fmt::format("{}.name is not the name of one of the {}: `{}`",
                                                InFileWords(path), collection, name),
                                    fmt::format("write for example `name: {}/first`", collection)});
        continue;
      }
      auto [it, first] = line_of.emplace(name, line);
      if (first) continue;
      config_.problems.push_back(
          {line, fmt::format("{} stands twice, first in line {}", name, it->second),
           "give each a name of its own"});
    }
  }

 private:
  LoadedConfig& config_;
};

void CheckRange(LoadedConfig& config, bool given, const google::protobuf::Duration& duration,
                const std::string& path, int64_t least_s, int64_t most_s) {
  if (!given) return;
  const int64_t s = duration.seconds();
  const bool above = s > most_s || (s == most_s && duration.nanos() > 0);
  if (s >= least_s && !above) return;
  config.problems.push_back({config.lines.LineOf(path),
                             fmt::format("{} is out of range", InFileWords(path)),
                             fmt::format("from {} s to {} s", least_s, most_s)});
}

void CheckServer(LoadedConfig& config) {
  const ServerSection& server = config.file.server();
  CheckRange(config, server.has_lease(), server.lease(), "server.lease", 5, 3600);
  CheckRange(config, server.has_chat_grace(), server.chat_grace(), "server.chatGrace", 1, 3600);
}

void CheckCenter(LoadedConfig& config) {
  const CenterSection& center = config.file.center();
  CheckRange(config, center.has_reconnect_grace(), center.reconnect_grace(),
             "center.reconnectGrace", 0, 3600);
  absl::TimeZone zone;
  if (!center.time_zone().empty() && !absl::LoadTimeZone(center.time_zone(), &zone)) {
    config.problems.push_back(
        {config.lines.LineOf("center.timeZone"),
         fmt::format("center.time_zone names no time zone: {}", center.time_zone()),
         "write a name of the IANA database, for example Europe/Brussels"});
  }
  NameCheck names(config);
  names.Check(center.skills(), "skills", "skills");
  names.Check(center.teams(), "teams", "teams");
  names.Check(center.partners(), "partners", "partners");
  names.Check(center.routing_profiles(), "routingProfiles", "routingProfiles");
  names.Check(center.queues(), "queues", "queues");
  names.Check(center.agents(), "agents", "agents");
}

// What stands in every event, and between attempts to send one.
void CheckIntegration(LoadedConfig& config) {
  const std::string& source = config.file.events().source();
  const bool printable = std::ranges::all_of(source, [](char c) { return c > ' ' && c < 0x7f; });
  if (source.size() > kLongestSource || !printable) {
    config.problems.push_back({config.lines.LineOf("events.source"),
                               "events.source is no URI of at most 200 characters",
                               "write for example https://contact.example.org"});
  }
  const auto& delays = config.file.webhooks().retry_delays();
  for (int i = 0; i < delays.size(); ++i) {
    CheckRange(config, true, delays[i], fmt::format("webhooks.retryDelays[{}]", i), 1, 7 * 86'400);
  }
  if (delays.size() <= kMostRetryDelays) return;
  config.problems.push_back({config.lines.LineOf("webhooks.retryDelays"),
                             fmt::format("webhooks.retry_delays has {} delays", delays.size()),
                             fmt::format("at most {}", kMostRetryDelays)});
}

void CheckForms(LoadedConfig& config) {
  for (int i = 0; i < config.file.forms_size(); ++i) {
    const absl::Status status = forms::CheckForm(config.file.forms(i));
    if (status.ok()) continue;
    const std::string field = fmt::format("forms[{}].{}", i, FieldAtFault(status));
    config.problems.push_back({config.lines.LineOf(field),
                               fmt::format("{}: {}", field, std::string(status.message())),
                               WhatWouldBeRight(status)});
  }
}

void CheckTracking(LoadedConfig& config) {
  const TrackingSection& tracking = config.file.tracking();
  if (!tracking.follow_up_queue().empty() && !tracking.follow_up_queue().starts_with("queues/")) {
    config.problems.push_back({config.lines.LineOf("tracking.followUpQueue"),
                               "tracking.follow_up_queue names no queue",
                               "write for example queues/complaints"});
  }
  if (tracking.has_low_score() && (tracking.low_score() < 1 || tracking.low_score() > 4)) {
    config.problems.push_back({config.lines.LineOf("tracking.lowScore"),
                               "tracking.low_score is out of range", "from 1 to 4"});
  }
  CheckRange(config, tracking.has_notice_delay(), tracking.notice_delay(), "tracking.noticeDelay",
             1, 3'600);
}

void CheckDemo(LoadedConfig& config) {
  const auto& users = config.file.demo().users();
  for (int i = 0; i < users.size(); ++i) {
    const std::string path = fmt::format("demo.users[{}]", i);
    if (users[i].user().empty() || users[i].password().empty() || users[i].roles().empty()) {
      config.problems.push_back({config.lines.LineOf(path),
                                 path + " lacks its user, password or roles", "give all three"});
    }
  }
}

}  // namespace

std::string LoadedConfig::ProblemText() const {
  std::vector<Problem> sorted = problems;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::string text;
  for (const Problem& problem : sorted) text += problem.Text(path) + "\n";
  return text;
}

LoadedConfig ParseConfig(const std::string& path, const std::string& text) {
  LoadedConfig config;
  config.path = path;
  config.text = text;
  config.sha256 = Hex(Sha256(text));
  ReadYaml(text, config.file, config.lines, config.problems);
  if (!config.problems.empty()) return config;
  CheckServer(config);
  CheckCenter(config);
  CheckForms(config);
  CheckFactSheets(config);
  CheckTracking(config);
  CheckDemo(config);
  CheckChat(config);
  CheckMail(config);
  CheckVoice(config);
  CheckIntegration(config);
  CheckSecurity(config);
  return config;
}

absl::StatusOr<LoadedConfig> LoadConfigFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Refuse(absl::StatusCode::kNotFound, "", fmt::format("cannot read {}", path),
                  "the path of a configuration file");
  }
  return ParseConfig(path, text.str());
}

std::string LastPart(const std::string& name) {
  const size_t slash = name.rfind('/');
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

}  // namespace wissel::config
