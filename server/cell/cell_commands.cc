#include "server/cell/cell_commands.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/sql/postgres.h"
#include "base/status.h"
#include "cluster/registry.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"
#include "server/center/center_setup.h"
#include "server/config/config_file.h"

namespace wissel::server {
namespace {

constexpr auto kLongestMove = std::chrono::seconds(60);
constexpr auto kLookEvery = std::chrono::milliseconds(200);

int Fail(const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel: {}{}{}\n", std::string(status.message()), right.empty() ? "" : "; ",
             right);
  return 1;
}

std::string Quoted(const std::string& text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

std::string QuotedAll(const std::vector<std::string>& texts) {
  return "[" +
         absl::StrJoin(texts, ",",
                       [](std::string* out, const std::string& text) { *out += Quoted(text); }) +
         "]";
}

absl::StatusOr<cluster::Registry> OpenRegistry(const CellCommandOptions& options) {
  if (!IsPostgresUrl(options.journal)) {
    return RefuseField("journal", "the address of the cell's database is missing",
                       "--journal postgres://HOST/DATABASE");
  }
  return cluster::Registry::Open({.url = options.journal, .schema = ""});
}

// Who serves the shard at the moment; empty: nobody.
std::string ServedBy(const cluster::Table& table, const cluster::ShardRow& shard) {
  return shard.ends_ms > table.now.millis() ? shard.owner : "";
}

std::vector<std::string> StandbysOf(const cluster::ShardRow& shard) {
  std::vector<std::string> nodes;
  for (const auto& [node, sequence] : shard.followers) {
    if (node != shard.owner) nodes.push_back(node);
  }
  return nodes;
}

void PrintTenant(const cluster::Table& table, const cluster::TenantRow& tenant, bool json) {
  const std::string node = ServedBy(table, *table.FindShard(tenant.name));
  if (json) {
    fmt::print("{{\"tenant\":{},\"revision\":{},\"hosts\":{},\"node\":{},\"problem\":{}}}\n",
               Quoted(tenant.name), tenant.revision, QuotedAll(tenant.hosts), Quoted(node),
               Quoted(tenant.problem));
    return;
  }
  fmt::print("{:<24} {:<16} {}\n", tenant.name, node.empty() ? "nobody" : node,
             absl::StrJoin(tenant.hosts, " "));
  if (!tenant.problem.empty()) fmt::print("  not applied: {}\n", tenant.problem);
}

void PrintShard(const cluster::Table& table, const cluster::ShardRow& shard, bool json) {
  const std::string node = ServedBy(table, shard);
  if (json) {
    fmt::print("{{\"tenant\":{},\"node\":{},\"epoch\":{},\"standbys\":{},\"wanted\":{}}}\n",
               Quoted(shard.tenant), Quoted(node), shard.epoch, QuotedAll(StandbysOf(shard)),
               Quoted(shard.wanted));
    return;
  }
  fmt::print("{:<24} {:<16} epoch {:<6} standbys: {}{}\n", shard.tenant,
             node.empty() ? "nobody" : node, shard.epoch,
             StandbysOf(shard).empty() ? "none" : absl::StrJoin(StandbysOf(shard), ", "),
             shard.wanted.empty() ? "" : fmt::format("; wanted at {}", shard.wanted));
}

template <class Print>
int PrintTable(const CellCommandOptions& options, Print print) {
  auto registry = OpenRegistry(options);
  if (!registry.ok()) return Fail(registry.status());
  const auto table = registry->Read();
  if (!table.ok()) return Fail(table.status());
  print(*table);
  return 0;
}

absl::Status ChangeTenant(const CellCommandOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry, OpenRegistry(options));
  WISSEL_RETURN_IF_ERROR(cluster::CheckTenantName(options.tenant));
  std::string text;
  if (options.config.empty()) {
    WISSEL_ASSIGN_OR_RETURN(const auto stored, registry.ConfigOf(options.tenant));
    text = stored.text;
  } else {
    WISSEL_ASSIGN_OR_RETURN(config::LoadedConfig config, config::LoadConfigFile(options.config));
    if (config.problems.empty()) WISSEL_RETURN_IF_ERROR(TryInMemory(config));
    if (!config.problems.empty()) return absl::FailedPreconditionError(config.ProblemText());
    text = config.text;
  }
  std::vector<std::string> hosts = options.hosts;
  for (std::string& host : hosts) absl::AsciiStrToLower(&host);
  if (!options.no_hosts && hosts.empty()) {
    return registry.SetTenant(options.tenant, text, std::nullopt);
  }
  return registry.SetTenant(options.tenant, text, std::move(hosts));
}

absl::Status Move(const CellCommandOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry, OpenRegistry(options));
  WISSEL_ASSIGN_OR_RETURN(cluster::Table table, registry.Read());
  const cluster::NodeRow* const node = table.FindNode(options.node);
  if (!options.node.empty() && (node == nullptr || !node->alive || node->draining)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "to",
                  fmt::format("no server {} takes part", options.node),
                  "one that `wissel shards list` shows");
  }
  WISSEL_RETURN_IF_ERROR(registry.Want(options.tenant, options.node));
  if (options.node.empty()) return absl::OkStatus();
  const auto give_up = std::chrono::steady_clock::now() + kLongestMove;
  while (ServedBy(table, *table.FindShard(options.tenant)) != options.node) {
    if (std::chrono::steady_clock::now() > give_up) {
      return absl::DeadlineExceededError(
          fmt::format("{} does not serve {} yet", options.node, options.tenant));
    }
    std::this_thread::sleep_for(kLookEvery);
    WISSEL_ASSIGN_OR_RETURN(table, registry.Read());
  }
  return absl::OkStatus();
}

}  // namespace

int ListTenants(const CellCommandOptions& options) {
  return PrintTable(options, [&](const cluster::Table& table) {
    for (const auto& tenant : table.tenants) PrintTenant(table, tenant, options.json);
  });
}

int ListShards(const CellCommandOptions& options) {
  return PrintTable(options, [&](const cluster::Table& table) {
    for (const auto& shard : table.shards) PrintShard(table, shard, options.json);
    if (options.json) return;
    for (const auto& node : table.nodes) {
      fmt::print("server {:<16} {:<22} {}{}\n", node.name, node.address, node.version,
                 !node.alive     ? " gone"
                 : node.draining ? " leaving"
                                 : "");
    }
  });
}

int SetTenant(const CellCommandOptions& options) {
  const absl::Status status = ChangeTenant(options);
  return status.ok() ? 0 : Fail(status);
}

int MoveShard(const CellCommandOptions& options) {
  const absl::Status status = Move(options);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace wissel::server
