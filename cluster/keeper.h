// One node's part in its cell: says again and again that it lives, takes the shards that are its to
// serve, gives away those that are not, and knows who serves the others.
//
// Thread-safe. What it tells comes on a thread of its own, and must not block.
// Invariants: Holds() is false from the moment at which another may take the shard, by this
// machine's steady clock, whether or not the database answers; a shard is told to be served once
// for each epoch.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "base/runtime/task_thread.h"
#include "base/sql/postgres.h"
#include "cluster/registry.h"

namespace wissel::cluster {

struct KeeperOptions {
  PostgresOptions database;
  std::string node;
  std::string address;  // HOST:PORT where other nodes reach its gRPC door
  std::string version;
  Duration lease = Duration::Seconds(3);
  Duration look_every = Duration::Millis(250);
  // A shard is given to a node that is not warm after so long.
  Duration wait_for_warmth = Duration::Seconds(10);

  // This node serves the tenant from now on, under this epoch. Failed() when it cannot.
  std::function<void(const std::string& tenant, uint64_t epoch)> serve;
  // It does so no longer: another has taken it.
  std::function<void(const std::string& tenant)> lost;
  // Carry out what has been taken, stop, then say Drained().
  std::function<void(const std::string& tenant)> drain;
  // Whose journals to follow; all of them.
  std::function<void(const std::set<std::string>& tenants)> follow;
  // How far those are that have come to the end.
  std::function<std::map<std::string, uint64_t>()> followed;
  // The table was read anew.
  std::function<void(const Table&)> seen;
};

class Keeper {
 public:
  // Needs the database once, to make the table and to know the time.
  static absl::StatusOr<std::unique_ptr<Keeper>> Open(KeeperOptions options);
  ~Keeper();

  void Start();
  // Gives all shards away, waits until that is done, and leaves the table; after `within` it leaves
  // with what it has, and others take it. Nothing is told afterwards.
  void Stop(Duration within);

  // It serves the tenant, and nobody else may.
  bool Holds(const std::string& tenant) const;
  // The lease of the node is good: the database has answered in time.
  bool Alive() const;
  std::shared_ptr<const Table> table() const;
  // By the database's clock, as far as it is known.
  Instant now() const;
  const std::string& node() const { return options_.node; }

  // What was asked of it with `drain` is done.
  void Drained(const std::string& tenant);
  // To be drained, and served anew under another epoch; by this node, unless it is going.
  void ServeAnew(const std::string& tenant);
  // Cannot be served here; another, or this node a little later, may try.
  void Failed(const std::string& tenant);
  // Looks now.
  void Look();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Shard {
    uint64_t epoch = 0;
    std::string given_to;  // empty: it is served
  };
  struct Reluctance {
    Duration pause;
    SteadyTime until;
  };

  Keeper(KeeperOptions options, Registry registry);
  std::optional<Duration> Round();
  absl::Status Renew();
  absl::Status ReadTable();
  void DropLost(const Table& table);
  absl::Status CarryOut(const Table& table);
  absl::Status Take(const ShardRow& row);
  void Give(const Gift& gift);

  const KeeperOptions options_;
  // Of its thread.
  Registry registry_;
  std::map<std::string, Shard> shards_;
  std::map<std::string, Reluctance> reluctant_;     // where serving failed
  std::map<std::string, SteadyTime> giving_since_;  // not given yet, for want of warmth
  std::map<std::string, uint64_t> reported_followed_;
  SteadyTime renewed_at_;
  bool renew_now_ = true;
  bool complained_ = false;

  // Of everybody.
  std::atomic<bool> draining_ = false;
  std::atomic<SteadyTime::rep> good_until_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::set<std::string> held_;
  std::shared_ptr<const Table> table_;
  Instant known_time_;
  SteadyTime known_at_;
  bool empty_handed_ = true;
  bool nobody_else_ = false;

  TaskThread thread_;
};

}  // namespace wissel::cluster
