// The table that the nodes of a cell share: who is here, which tenants there are, and who serves
// which of them until when. In the schema wissel_cluster of the cell's PostgreSQL; every time in it
// is the database's own, so that no node's clock counts.
//
//   nodes      a lease each
//   tenants    a center each: which configuration was applied to it, and the hosts that lead to it
//   shards     who serves a tenant: owner, epoch, until when
//   followers  whose engine has come how far in whose journal
//   secrets    what all nodes know: the key of tokens, and of each other
//
// An owner changes only together with the epoch, by whoever names the epoch that was seen; so two
// who take the same shard are told apart here already. What an old owner still believes is
// stopped by the journal (router/journal/journal.h).
//
// Not thread-safe. A lost connection is made anew at the next call.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/postgres.h"
#include "base/time.h"
#include "cluster/core/placement.h"

namespace wissel::cluster {

// [a-z][a-z0-9_]{0,23}: part of the names of its schemas.
absl::Status CheckTenantName(const std::string& name);

struct NodeRow {
  std::string name;
  std::string address;  // HOST:PORT of its gRPC door, for other nodes
  std::string version;
  bool alive = false;
  bool draining = false;
  Duration seen_ago;
};

struct TenantRow {
  std::string name;
  int64_t revision = 0;  // of its configuration and hosts; rises
  std::vector<std::string> hosts;
  std::string problem;  // why its configuration could not be applied; empty: it was
};

struct ShardRow {
  std::string tenant;
  std::string owner;
  uint64_t epoch = 0;
  int64_t ends_ms = 0;  // of the lease, by the database's clock
  std::string wanted;
  std::map<std::string, uint64_t> followers;  // those alive: sequence that they have come to
};

// All of it, as of one moment.
struct Table {
  Instant now;  // by the database's clock
  std::vector<NodeRow> nodes;
  std::vector<TenantRow> tenants;
  std::vector<ShardRow> shards;  // one for each tenant

  const NodeRow* FindNode(const std::string& name) const;
  const TenantRow* FindTenant(const std::string& name) const;
  const ShardRow* FindShard(const std::string& tenant) const;
};

// What a node says of itself.
struct Report {
  std::string node;
  std::string address;
  std::string version;
  bool draining = false;
  std::map<std::string, uint64_t> held;      // tenants that it serves, each with its epoch
  std::map<std::string, uint64_t> followed;  // tenants whose journals it follows to the end
};

class Registry {
 public:
  // Makes the tables where there are none. UNAVAILABLE: no database answers; FAILED_PRECONDITION:
  // they are of another format.
  static absl::StatusOr<Registry> Open(PostgresOptions database);

  // The node lives, and holds what it holds, for another `lease`.
  absl::Status Renew(const Report& report, Duration lease);
  absl::StatusOr<Table> Read();

  // The new epoch; none when the row is not as it was seen: somebody else was quicker, or the owner
  // has come back.
  absl::StatusOr<std::optional<uint64_t>> Take(const ShardRow& seen, const std::string& node,
                                               Duration lease);
  // To be taken by `to` at once. False when it is not this node's under this epoch any more.
  absl::StatusOr<bool> Give(const std::string& tenant, uint64_t epoch, const std::string& node,
                            const std::string& to, Duration lease);
  // Gives it up, to whoever takes it.
  absl::Status Release(const std::string& tenant, uint64_t epoch, const std::string& node);
  // This node is gone.
  absl::Status Leave(const std::string& node);

  // Adds a tenant, or changes what there is; `hosts`: none leaves them as they are.
  // INVALID_ARGUMENT for a name that is none, ALREADY_EXISTS for a host of another tenant.
  absl::Status SetTenant(const std::string& tenant, const std::string& config,
                         const std::optional<std::vector<std::string>>& hosts);
  struct Config {
    std::string text;
    int64_t revision = 0;
    std::string applied;  // the SHA-256 of the text that was applied last; empty: none
  };
  // NOT_FOUND.
  absl::StatusOr<Config> ConfigOf(const std::string& tenant);
  // By who serves it under this epoch; otherwise nothing changes. `problem` empty: it was applied.
  absl::Status Applied(const std::string& tenant, uint64_t epoch, const std::string& sha256,
                       const std::string& problem);
  // Where an operator wants it; empty: anywhere. NOT_FOUND.
  absl::Status Want(const std::string& tenant, const std::string& node);

  // The secret of that name; `proposal`, where there is none yet.
  absl::StatusOr<std::string> Secret(const std::string& name, const std::string& proposal);
  // ABORTED where it is not `seen` any more.
  absl::Status ReplaceSecret(const std::string& name, const std::string& seen,
                             const std::string& value);

 private:
  explicit Registry(PostgresOptions database) : options_(std::move(database)) {}
  absl::StatusOr<PostgresConnection*> Connection();
  absl::Status MakeTables();

  PostgresOptions options_;
  std::optional<PostgresConnection> connection_;
};

// As the nodes see it when they decide (core/placement.h).
std::vector<NodeView> NodesOf(const Table& table);
std::vector<ShardView> ShardsOf(const Table& table,
                                const std::map<std::string, uint64_t>& served_here);

}  // namespace wissel::cluster
