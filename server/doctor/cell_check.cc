#include "server/doctor/cell_check.h"

#include <chrono>
#include <set>

#include "base/sql/postgres.h"
#include "cluster/registry.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace wissel::doctor {
namespace {

constexpr int64_t kOldestVersion = 150'000;  // server_version_num of PostgreSQL 15
constexpr int64_t kConnectionsOfACenter = 18;
constexpr int64_t kMostDrift = 2'000;  // ms

int64_t UnixMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Database {
 public:
  Database(PostgresConnection& connection, Findings* findings)
      : connection_(connection), findings_(findings) {}

  void Look(size_t centers) {
    Version();
    MustBeOn("fsync", "a power cut loses what was acknowledged");
    MustBeOn("full_page_writes", "a power cut may tear pages");
    Commit();
    Connections(centers);
  }

 private:
  std::string Setting(const char* name) {
    const auto rows = connection_.Ask("SELECT current_setting($1)", std::string(name));
    return rows.ok() && rows->size() == 1 ? std::string(rows->Bytes(0, 0)) : "";
  }
  int64_t Number(const char* name) {
    const std::string text = Setting(name);
    return text.empty() ? 0 : std::stoll(text);
  }

  void Version() {
    const std::string is = fmt::format("PostgreSQL {}", Setting("server_version"));
    if (Number("server_version_num") < kOldestVersion) {
      findings_->Wrong("database", is, "PostgreSQL 15 or newer");
    } else {
      findings_->Good("database", is);
    }
  }

  void MustBeOn(const char* name, const char* otherwise) {
    if (Setting(name) == "on") return;
    findings_->Wrong("database", fmt::format("{} is off: {}", name, otherwise),
                     fmt::format("{} = on", name));
  }

  void Commit() {
    const std::string commit = Setting("synchronous_commit");
    if (commit == "off" || commit == "local") {
      findings_->Wrong("database", fmt::format("synchronous_commit is {}", commit),
                       "on: what is acknowledged is then on the standby, too");
    }
    if (Setting("synchronous_standby_names").empty()) {
      findings_->Warn("database", "commits wait for no standby",
                      "synchronous_standby_names, so that no acknowledged item is lost with the "
                      "database's machine");
    } else {
      findings_->Good("database", "commits wait for a standby");
    }
  }

  void Connections(size_t centers) {
    const int64_t most = Number("max_connections");
    const int64_t wanted = kConnectionsOfACenter * static_cast<int64_t>(centers) + 20;
    if (most >= wanted) {
      return findings_->Good("database", fmt::format("{} connections, room for {} centers", most,
                                                     (most - 20) / kConnectionsOfACenter));
    }
    findings_->Wrong("database", fmt::format("{} connections for {} centers", most, centers),
                     fmt::format("max_connections = {}", wanted));
  }

  PostgresConnection& connection_;
  Findings* const findings_;
};

void LookAtServers(const cluster::Table& table, const std::string& version, Findings* findings) {
  std::set<std::string> alive;
  for (const auto& node : table.nodes) {
    if (!node.alive) {
      findings->Warn("cell", fmt::format("the server {} is gone", node.name),
                     "its service, or its machine");
      continue;
    }
    alive.insert(node.name);
    if (node.version != version) {
      findings->Warn("cell", fmt::format("the server {} is of version {}", node.name, node.version),
                     fmt::format("{}, as this program", version));
    }
  }
  if (alive.size() == 1) {
    findings->Warn("cell", fmt::format("{} is alone", *alive.begin()),
                   "a second server, to take over");
  } else if (!alive.empty()) {
    findings->Good("cell", fmt::format("servers: {}", fmt::join(alive, ", ")));
  }
}

void LookAtCenters(const cluster::Table& table, Findings* findings) {
  size_t served = 0;
  for (const auto& shard : table.shards) {
    if (shard.ends_ms > table.now.millis()) {
      ++served;
    } else {
      findings->Wrong("cell", fmt::format("nobody serves the center {}", shard.tenant),
                      "a server that runs; its log says why it does not serve it");
    }
  }
  for (const auto& tenant : table.tenants) {
    if (tenant.problem.empty()) continue;
    findings->Warn(
        "cell", fmt::format("the configuration of {} was refused: {}", tenant.name, tenant.problem),
        fmt::format("wissel tenants set {} --config FILE", tenant.name));
  }
  if (served > 0) findings->Good("cell", fmt::format("centers served: {}", served));
}

}  // namespace

void LookAtCell(const std::string& url, const std::string& version, Findings* findings) {
  auto connection = PostgresConnection::Open({.url = url, .schema = ""});
  if (!connection.ok()) {
    return findings->Wrong("database", std::string(connection.status().message()),
                           "a PostgreSQL that can be reached and written to");
  }
  auto registry = cluster::Registry::Open({.url = url, .schema = ""});
  const auto table = registry.ok() ? registry->Read() : registry.status();
  if (!table.ok()) {
    return findings->Wrong("cell", std::string(table.status().message()),
                           "a role that may create schemas");
  }
  Database(*connection, findings).Look(table->tenants.size());
  const int64_t drift = std::abs(table->now.millis() - UnixMillis());
  if (drift > kMostDrift) {
    findings->Warn("clock", fmt::format("this machine and the database differ by {} ms", drift),
                   "both kept right; the servers go by the database's");
  }
  LookAtServers(*table, version, findings);
  LookAtCenters(*table, findings);
}

}  // namespace wissel::doctor
