#include "cluster/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::cluster {
namespace {

constexpr int64_t kFormat = 1;
constexpr size_t kLongestName = 24;

constexpr const char* kTables = R"sql(
  CREATE TABLE IF NOT EXISTS format(sole BOOLEAN PRIMARY KEY CHECK (sole), number BIGINT NOT NULL);
  INSERT INTO format VALUES (TRUE, 1) ON CONFLICT DO NOTHING;
  CREATE TABLE IF NOT EXISTS nodes(
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    version TEXT NOT NULL,
    draining BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    ends BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS tenants(
    name TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    hosts TEXT NOT NULL,
    config BYTEA NOT NULL,
    applied TEXT NOT NULL,
    problem TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS shards(
    tenant TEXT PRIMARY KEY REFERENCES tenants(name),
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    wanted TEXT NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE IF NOT EXISTS followers(
    tenant TEXT NOT NULL,
    node TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    PRIMARY KEY (tenant, node)) WITH (fillfactor = 50);
  CREATE TABLE IF NOT EXISTS secrets(name TEXT PRIMARY KEY, value BYTEA NOT NULL);
  CREATE OR REPLACE FUNCTION now_ms() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT';
)sql";

// "acme:3,beta:5".
std::string Listed(const std::map<std::string, uint64_t>& numbers) {
  return absl::StrJoin(numbers, ",", absl::PairFormatter(":"));
}

std::string Text(const PostgresRows& rows, int row, int column) {
  return std::string(rows.Bytes(row, column));
}

template <class Rows>
auto FindNamed(const Rows& rows, const std::string& name) {
  const auto it =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name; });
  return it == rows.end() ? nullptr : &*it;
}

absl::Status Unknown(const std::string& tenant) {
  return Refuse(absl::StatusCode::kNotFound, "tenant", fmt::format("there is no tenant {}", tenant),
                "a tenant of this database");
}

}  // namespace

absl::Status CheckTenantName(const std::string& name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool good = !name.empty() && name.size() <= kLongestName && lower(name.front()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) {
                      return lower(c) || (c >= '0' && c <= '9') || c == '_';
                    });
  if (good) return absl::OkStatus();
  return RefuseField("tenant", fmt::format("\"{}\" cannot be a tenant's name", name),
                     "1 to 24 characters of a-z, 0-9 and '_', the first of a-z");
}

const NodeRow* Table::FindNode(const std::string& name) const { return FindNamed(nodes, name); }
const TenantRow* Table::FindTenant(const std::string& name) const {
  return FindNamed(tenants, name);
}
const ShardRow* Table::FindShard(const std::string& tenant) const {
  const auto it = std::find_if(shards.begin(), shards.end(),
                               [&](const ShardRow& shard) { return shard.tenant == tenant; });
  return it == shards.end() ? nullptr : &*it;
}

absl::StatusOr<Registry> Registry::Open(PostgresOptions database) {
  database.schema = "wissel_cluster";
  WISSEL_RETURN_IF_ERROR(MakeSchema(database));
  Registry registry(std::move(database));
  WISSEL_RETURN_IF_ERROR(registry.MakeTables());
  return registry;
}

absl::Status Registry::MakeTables() {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  // One node at a time: what is made "if it is not there" by two at once fails in one of them.
  WISSEL_RETURN_IF_ERROR(database->Run(fmt::format(
      "BEGIN; SELECT pg_advisory_xact_lock({}); {} COMMIT", ShardLock(options_.schema), kTables)));
  WISSEL_ASSIGN_OR_RETURN(const PostgresRows format, database->Ask("SELECT number FROM format"));
  if (format.size() == 1 && format.Number(0, 0) == kFormat) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("the tables of the cluster are of format {}; this program knows {}",
                  format.size() == 1 ? format.Number(0, 0) : 0, kFormat));
}

absl::StatusOr<PostgresConnection*> Registry::Connection() {
  if (!connection_ || connection_->lost()) {
    connection_.reset();
    WISSEL_ASSIGN_OR_RETURN(connection_, PostgresConnection::Open(options_));
  }
  return &*connection_;
}

absl::Status Registry::Renew(const Report& report, Duration lease) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  return database
      ->Ask(
          "WITH held AS ("
          "  UPDATE shards SET ends = now_ms() + $5"
          "    FROM regexp_split_to_table($6, ',') AS h"
          "    WHERE tenant = split_part(h, ':', 1) AND owner = $1"
          "      AND epoch::TEXT = split_part(h, ':', 2)),"
          " followed AS ("
          "  INSERT INTO followers"
          "    SELECT split_part(f, ':', 1), $1, split_part(f, ':', 2)::BIGINT, now_ms() + $5"
          "      FROM regexp_split_to_table($7, ',') AS f WHERE f <> ''"
          "    ON CONFLICT (tenant, node)"
          "      DO UPDATE SET sequence = excluded.sequence, ends = excluded.ends)"
          " INSERT INTO nodes VALUES ($1, $2, $3, $4, now_ms(), now_ms() + $5)"
          "  ON CONFLICT (name) DO UPDATE SET address = excluded.address,"
          "    version = excluded.version, draining = excluded.draining, seen = excluded.seen,"
          "    ends = excluded.ends",
          report.node, report.address, report.version, int64_t{report.draining}, lease.millis(),
          Listed(report.held), Listed(report.followed))
      .status();
}

absl::StatusOr<Table> Registry::Read() {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  Table table;
  WISSEL_RETURN_IF_ERROR(database->Run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  const auto read = [&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows now, database->Ask("SELECT now_ms()"));
    const int64_t now_ms = now.Number(0, 0);
    table.now = Instant::FromMillis(now_ms);
    WISSEL_ASSIGN_OR_RETURN(
        const PostgresRows nodes,
        database->Ask(
            "SELECT name, address, version, draining, seen, ends FROM nodes ORDER BY name"));
    for (int i = 0; i < nodes.size(); ++i) {
      table.nodes.push_back({Text(nodes, i, 0), Text(nodes, i, 1), Text(nodes, i, 2),
                             nodes.Number(i, 5) > now_ms, nodes.Number(i, 3) != 0,
                             Duration::Millis(now_ms - nodes.Number(i, 4))});
    }
    WISSEL_ASSIGN_OR_RETURN(
        const PostgresRows tenants,
        database->Ask("SELECT name, revision, hosts, owner, epoch, ends, wanted, problem"
                      "  FROM tenants JOIN shards ON tenant = name ORDER BY name"));
    for (int i = 0; i < tenants.size(); ++i) {
      const std::string name = Text(tenants, i, 0);
      table.tenants.push_back({name, tenants.Number(i, 1),
                               absl::StrSplit(Text(tenants, i, 2), ' ', absl::SkipEmpty()),
                               Text(tenants, i, 7)});
      table.shards.push_back({name,
                              Text(tenants, i, 3),
                              static_cast<uint64_t>(tenants.Number(i, 4)),
                              tenants.Number(i, 5),
                              Text(tenants, i, 6),
                              {}});
    }
    WISSEL_ASSIGN_OR_RETURN(
        const PostgresRows followers,
        database->Ask("SELECT tenant, node, sequence FROM followers WHERE ends > $1", now_ms));
    for (int i = 0; i < followers.size(); ++i) {
      for (ShardRow& shard : table.shards) {
        if (shard.tenant == followers.Bytes(i, 0)) {
          shard.followers[Text(followers, i, 1)] = static_cast<uint64_t>(followers.Number(i, 2));
        }
      }
    }
    return absl::OkStatus();
  };
  const absl::Status status = read();
  const absl::Status ended = database->Run(status.ok() ? "COMMIT" : "ROLLBACK");
  WISSEL_RETURN_IF_ERROR(status);
  WISSEL_RETURN_IF_ERROR(ended);
  return table;
}

absl::StatusOr<std::optional<uint64_t>> Registry::Take(const ShardRow& seen,
                                                       const std::string& node, Duration lease) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows taken,
      database->Ask("UPDATE shards SET owner = $1, epoch = epoch + 1, ends = now_ms() + $5"
                    "  WHERE tenant = $2 AND epoch = $3 AND ends = $4 RETURNING epoch",
                    node, seen.tenant, seen.epoch, seen.ends_ms, lease.millis()));
  if (taken.size() == 0) return std::optional<uint64_t>();
  return std::optional(static_cast<uint64_t>(taken.Number(0, 0)));
}

absl::StatusOr<bool> Registry::Give(const std::string& tenant, uint64_t epoch,
                                    const std::string& node, const std::string& to,
                                    Duration lease) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows given,
      database->Ask("UPDATE shards SET owner = $1, epoch = epoch + 1, ends = now_ms() + $5"
                    "  WHERE tenant = $2 AND epoch = $3 AND owner = $4",
                    to, tenant, epoch, node, lease.millis()));
  return given.changed() == 1;
}

absl::Status Registry::Release(const std::string& tenant, uint64_t epoch, const std::string& node) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  return database
      ->Ask("UPDATE shards SET ends = now_ms() - 1 WHERE tenant = $1 AND epoch = $2 AND owner = $3",
            tenant, epoch, node)
      .status();
}

absl::Status Registry::Leave(const std::string& node) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_RETURN_IF_ERROR(database->Ask("DELETE FROM followers WHERE node = $1", node).status());
  return database->Ask("DELETE FROM nodes WHERE name = $1", node).status();
}

// --- Tenants

absl::Status Registry::SetTenant(const std::string& tenant, const std::string& config,
                                 const std::optional<std::vector<std::string>>& hosts) {
  WISSEL_RETURN_IF_ERROR(CheckTenantName(tenant));
  WISSEL_ASSIGN_OR_RETURN(const Table table, Read());
  for (const TenantRow& other : table.tenants) {
    for (const std::string& host : hosts.value_or(std::vector<std::string>())) {
      if (other.name != tenant && std::count(other.hosts.begin(), other.hosts.end(), host) > 0) {
        return Refuse(absl::StatusCode::kAlreadyExists, "hosts",
                      fmt::format("{} leads to the tenant {}", host, other.name), "another host");
      }
    }
  }
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_RETURN_IF_ERROR(
      database
          ->Ask("WITH tenant AS ("
                "  INSERT INTO tenants VALUES ($1::TEXT, 1, $2::TEXT, $3::BYTEA, '', '')"
                "    ON CONFLICT (name) DO UPDATE SET revision = tenants.revision + 1,"
                "      config = excluded.config,"
                "      hosts = CASE WHEN $4::BIGINT = 1 THEN excluded.hosts ELSE tenants.hosts END"
                "    RETURNING name)"
                " INSERT INTO shards SELECT name, '', 0, 0, '' FROM tenant"
                "    ON CONFLICT (tenant) DO NOTHING",
                tenant, absl::StrJoin(hosts.value_or(std::vector<std::string>()), " "), config,
                int64_t{hosts.has_value()})
          .status());
  return absl::OkStatus();
}

absl::StatusOr<Registry::Config> Registry::ConfigOf(const std::string& tenant) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows rows,
      database->Ask("SELECT config, revision, applied FROM tenants WHERE name = $1", tenant));
  if (rows.size() == 0) return Unknown(tenant);
  return Config{Text(rows, 0, 0), rows.Number(0, 1), Text(rows, 0, 2)};
}

absl::Status Registry::Applied(const std::string& tenant, uint64_t epoch, const std::string& sha256,
                               const std::string& problem) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  return database
      ->Ask(
          "UPDATE tenants SET problem = $4,"
          "    applied = CASE WHEN $4::TEXT = '' THEN $3::TEXT ELSE applied END"
          "  FROM shards WHERE name = $1 AND tenant = name AND epoch = $2",
          tenant, epoch, sha256, problem)
      .status();
}

absl::Status Registry::Want(const std::string& tenant, const std::string& node) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows rows,
      database->Ask("UPDATE shards SET wanted = $2 WHERE tenant = $1", tenant, node));
  return rows.changed() == 1 ? absl::OkStatus() : Unknown(tenant);
}

absl::StatusOr<std::string> Registry::Secret(const std::string& name, const std::string& proposal) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_RETURN_IF_ERROR(
      database->Ask("INSERT INTO secrets VALUES ($1, $2) ON CONFLICT DO NOTHING", name, proposal)
          .status());
  WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows,
                          database->Ask("SELECT value FROM secrets WHERE name = $1", name));
  return Text(rows, 0, 0);
}

absl::Status Registry::ReplaceSecret(const std::string& name, const std::string& seen,
                                     const std::string& value) {
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Connection());
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows rows,
      database->Ask("UPDATE secrets SET value = $3 WHERE name = $1 AND value = $2 RETURNING name",
                    name, seen, value));
  if (rows.size() == 1) return absl::OkStatus();
  return absl::AbortedError(fmt::format("somebody else has changed {} meanwhile", name));
}

// --- As the nodes see it

std::vector<NodeView> NodesOf(const Table& table) {
  std::vector<NodeView> nodes;
  for (const NodeRow& node : table.nodes) nodes.push_back({node.name, node.alive, node.draining});
  return nodes;
}

std::vector<ShardView> ShardsOf(const Table& table,
                                const std::map<std::string, uint64_t>& served_here) {
  std::vector<ShardView> shards;
  for (const ShardRow& row : table.shards) {
    const auto served = served_here.find(row.tenant);
    ShardView& shard = shards.emplace_back();
    shard.tenant = row.tenant;
    shard.owner = row.owner;
    shard.served = served != served_here.end() && served->second == row.epoch;
    shard.lease_over_for = table.now - Instant::FromMillis(row.ends_ms);
    shard.wanted = row.wanted;
    for (const auto& [node, sequence] : row.followers) shard.warm.insert(node);
  }
  return shards;
}

}  // namespace wissel::cluster
