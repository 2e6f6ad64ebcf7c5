// This server's part in a cell: servers that share one PostgreSQL and the centers (tenants) in it.
// It serves those that are its to serve, follows the journals of others so as to take over at once,
// and leads every call that comes to its doors to where its center is.
//
// One thread opens it, joins and leaves; the rest is thread-safe. A server that loses a shard (its
// lease has run out while it stood still) ends its process at once, with exit code 75: others serve
// already, and this one is started again. A shard that is moved away is closed here in order.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/runtime/task_thread.h"
#include "cluster/followers.h"
#include "cluster/keeper.h"
#include "cluster/registry.h"
#include "gateway/grpc_tls.h"
#include "gateway/sign_in/tokens.h"
#include "server/cell/post_office.h"
#include "server/cell/served_center.h"
#include "server/cell/switchboard.h"
#include "server/center/center_setup.h"
#include "server/config/config_file.h"

namespace wissel::server {

// Of a process that is to be started again (sysexits.h, EX_TEMPFAIL).
inline constexpr int kStartAgain = 75;

struct CellOptions {
  std::string url;   // postgres://...
  std::string node;  // unlike any other's
  std::string data;  // this machine's own folder: snapshots
  std::string version;
  bool demo = false;
  // What it brings to each center; `sip` to "main" alone.
  CenterPlace place;
  std::optional<gateway::GrpcTls> tls;  // of the gRPC doors
  // Told how long commands waited for a sequencer.
  std::function<void(std::chrono::steady_clock::duration)> waited;
  // The configuration of "main", where the cell has none yet; empty: none.
  std::string main_config;
};

class Cell {
 public:
  // UNAVAILABLE: no database answers.
  static absl::StatusOr<std::unique_ptr<Cell>> Open(CellOptions options);
  ~Cell();

  // For the doors, which may be opened before it joins.
  const rpc::MethodTable& methods() const { return switchboard_->methods(); }
  absl::StatusOr<rpc::Caller> Authenticate(std::string_view token) const;
  // Noted where it can be told whose center was meant: where there is one alone.
  void TokenRefused(std::string_view peer) const;
  const std::string& peer_key() const { return peer_key_; }
  // For an LMTP door.
  const PostOffice& post_office() const { return *post_office_; }

  // Takes part from now on. `address`: HOST:PORT where the others reach its gRPC door.
  // FAILED_PRECONDITION: another server has its name.
  absl::Status Join(const std::string& address);
  // Gives away what it serves and leaves; calls are led on to who serves then.
  void Leave();

  // UNAVAILABLE: the database does not answer.
  absl::Status Ready() const;
  // "serves 2 of 5 centers".
  std::string StatusText() const;
  std::string MetricsText() const;
  // Calls `answered` once the sequencers of all centers here have come round to it.
  void ComeRound(std::function<void()> answered) const;

 private:
  using Served = std::map<std::string, std::shared_ptr<ServedCenter>>;

  Cell(CellOptions options, cluster::Registry registry, sign_in::TokenKeys token_keys,
       std::string peer_key);
  absl::Status SeedMain();
  absl::Status AwaitName(const std::string& address);
  absl::StatusOr<std::string> TenantOf(const rpc::Context& context) const;
  Way WayTo(const std::string& tenant) const;
  std::shared_ptr<const cluster::Table> table() const;
  Served served() const;
  // By the database's clock.
  Instant now() const;
  sign_in::KeySource CurrentKeys() const;
  absl::StatusOr<std::unique_ptr<sign_in::Tokens>> TokensOf(const std::string& tenant) const;

  // On the thread of a tenant.
  void Serve(const std::string& tenant, uint64_t epoch, const cluster::Followers::Engine& engine);
  void Close(const std::string& tenant);
  absl::StatusOr<std::shared_ptr<ServedCenter>> OpenCenter(
      const std::string& tenant, uint64_t epoch, const cluster::Followers::Engine& engine);
  absl::Status Configure(const std::string& tenant, uint64_t epoch,
                         const cluster::Registry::Config& stored, config::LoadedConfig& config,
                         Center& center);
  TaskThread& ThreadOf(const std::string& tenant);
  void CloseAll();
  void ReadTokenKeys();
  void ReadAddresses(const cluster::TenantRow& tenant);
  rpc::Context AsPostOffice(const std::string& tenant) const;

  // On the keeper's.
  void Seen(const cluster::Table& table);
  void Lost(const std::string& tenant);

  std::string FolderOf(const std::string& tenant) const;

  const CellOptions options_;
  const std::string peer_key_;
  std::unique_ptr<sign_in::Tokens> any_token_;  // of whatever center
  std::atomic<bool> leaving_ = false;

  std::mutex registry_mutex_;
  cluster::Registry registry_;

  mutable std::mutex mutex_;
  sign_in::TokenKeys token_keys_;
  Served served_;
  std::map<std::string, int64_t> renewing_;  // by tenant: the revision that it is opened anew for

  std::chrono::steady_clock::time_point read_keys_;  // when; of the keeper's thread

  std::vector<std::unique_ptr<TaskThread>> threads_;
  std::unique_ptr<Switchboard> switchboard_;
  std::unique_ptr<PostOffice> post_office_;
  std::unique_ptr<cluster::Followers> followers_;
  std::unique_ptr<cluster::Keeper> keeper_;               // first to end: it calls the rest
  std::atomic<const cluster::Keeper*> joined_ = nullptr;  // once it is there
};

}  // namespace wissel::server
