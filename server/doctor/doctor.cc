#include "server/doctor/doctor.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_split.h"
#include "base/sql/postgres.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"
#include "server/center/address.h"
#include "server/center/center_setup.h"
#include "server/center/security_setup.h"
#include "server/config/config_file.h"
#include "server/doctor/cell_check.h"
#include "server/doctor/findings.h"
#include "server/doctor/machine.h"

namespace wissel::doctor {
namespace {

namespace fs = std::filesystem;

const char* WordFor(Grade grade) {
  switch (grade) {
    case Grade::kGood:
      return "good";
    case Grade::kWarning:
      return "warning";
    case Grade::kWrong:
      return "wrong";
  }
  return "";
}

void Print(const Finding& finding, bool json) {
  if (json) {
    std::string line = fmt::format("{{\"grade\":\"{}\",\"about\":", WordFor(finding.grade));
    gateway::AppendJsonString(finding.about, &line);
    line += ",\"what\":";
    gateway::AppendJsonString(finding.what, &line);
    line += ",\"right\":";
    gateway::AppendJsonString(finding.right, &line);
    fmt::print("{}}}\n", line);
    return;
  }
  fmt::print("{:<8} {:<9} {}\n", WordFor(finding.grade), finding.about, finding.what);
  if (!finding.right.empty()) fmt::print("{:<18} right: {}\n", "", finding.right);
}

// A door that others reach without TLS.
void LookAtDoors(const config::LoadedConfig& config, const std::string& folder,
                 Findings* findings) {
  const config::ServerSection& server = config.file.server();
  const auto grpc = server::ParseAddress(server.grpc().empty() ? "127.0.0.1:8081" : server.grpc());
  if (!grpc.ok()) {
    findings->Wrong("settings", std::string(grpc.status().message()), "server.grpc: HOST:PORT");
  } else if (!grpc->IsLoopback() && !server::ReadGrpcDoor(config.file, folder).tls) {
    findings->Warn("settings", "the gRPC door is open to others without TLS",
                   "security.grpc_tls, with a client_ca");
  }
  const auto http = server::ParseAddress(server.http().empty() ? "127.0.0.1:8080" : server.http());
  if (http.ok() && !http->IsLoopback() && config.file.security().public_url().empty() &&
      server.journal().empty()) {
    findings->Warn("settings", "the HTTP door is open to others, and says no public_url",
                   "a proxy that ends TLS, and its address in security.public_url");
  }
}

void LookAtConfig(const std::string& path, config::LoadedConfig& config, Findings* findings) {
  if (config.problems.empty()) {
    const absl::Status tried = server::TryInMemory(config);
    if (!tried.ok()) findings->Wrong("settings", std::string(tried.message()), "");
  }
  if (!config.problems.empty()) {
    for (const absl::string_view line :
         absl::StrSplit(config.ProblemText(), '\n', absl::SkipEmpty())) {
      findings->Wrong("settings", std::string(line), "`wissel check-config` until it is right");
    }
    return;
  }
  const std::string folder = fs::path(path).parent_path().string();
  const auto center = server::ReadCenterOptions(config.file, {.config_folder = folder});
  if (!center.ok()) {
    findings->Wrong("settings", std::string(center.status().message()), "a file that can be read");
  }
  LookAtDoors(config, folder, findings);
  findings->Good("settings", fmt::format("{} was understood", path));
}

}  // namespace

int RunDoctor(const DoctorOptions& options) {
  Findings findings;
  std::string data = options.data;
  std::string journal = options.journal;
  if (!options.config.empty()) {
    auto config = config::LoadConfigFile(options.config);
    if (!config.ok()) {
      findings.Wrong("settings", std::string(config.status().message()), "a file that is there");
    } else {
      LookAtConfig(options.config, *config, &findings);
      const auto beside = fs::path(options.config).parent_path() / config->file.server().data();
      if (data.empty() && !config->file.server().data().empty()) data = beside.string();
      if (journal.empty()) journal = config->file.server().journal();
    }
  }
  findings.Good("versions",
                fmt::format("wissel {}, SQLite {}", options.version, sqlite3_libversion()));
  LookAtClock(&findings);
  LookAtLimits(&findings);
  if (!data.empty()) {
    LookAtDisk(data, &findings);
    LookAtFiles(data, &findings);
  }
  if (!journal.empty()) LookAtCell(journal, options.version, &findings);
  for (const Finding& finding : findings.all()) Print(finding, options.json);
  return std::ranges::any_of(findings.all(),
                             [](const Finding& f) { return f.grade == Grade::kWrong; })
             ? 1
             : 0;
}

}  // namespace wissel::doctor
