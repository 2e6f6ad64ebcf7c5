// A server's place among several that share one PostgreSQL and serve one center: one of them
// serves, the others stand by with an engine that follows the journal, and one of those takes over
// when the lease of the first ends or when it leaves (cluster/keeper.h).
//
// The main thread opens it, waits, and leaves; the rest is thread-safe. A server that loses the
// shard ends its process at once, with exit code 75: another serves already, and this one is
// started again to stand by.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/sql/stores.h"
#include "cluster/followers.h"
#include "cluster/keeper.h"

namespace wissel::server {

// Of a process that is to be started again (sysexits.h, EX_TEMPFAIL).
inline constexpr int kStartAgain = 75;

struct MembershipOptions {
  std::string url;      // postgres://...
  std::string tenant;   // whose center it is
  std::string node;     // unlike any other's
  std::string address;  // HOST:PORT of its gRPC door
  std::string data;     // this machine's own folder: snapshots
  std::string version;
};

class Membership {
 public:
  static absl::StatusOr<std::unique_ptr<Membership>> Open(MembershipOptions options);
  ~Membership();

  // Until it is this server's turn. `waiting` is asked now and then: false ends it, with false.
  bool AwaitTurn(const std::function<bool()>& waiting);
  // The shard is to go elsewhere: drain and leave, then start again.
  bool moved() const { return moved_; }
  // UNAVAILABLE: the lease has run out, since the database does not answer.
  absl::Status Ready() const;
  // Who serves now, for messages; empty: nobody.
  std::string serving() const;

  // From its turn on.
  sql::Stores stores() const;
  std::string journal_address() const;
  uint64_t epoch() const { return *epoch_; }
  std::optional<Recovered> TakeEngine() { return engine_ ? engine_() : std::nullopt; }
  // What all servers know.
  absl::StatusOr<std::string> TokenKey();
  // The SHA-256 of the configuration file that was applied last; empty: none.
  absl::StatusOr<std::string> AppliedConfig();
  absl::Status RememberAppliedConfig(const std::string& sha256);
  // The database's time, whatever this machine's clock says.
  Instant now() const { return keeper_->now(); }

  // The center has been stopped: gives the shard to whoever stands by.
  void Leave();

 private:
  explicit Membership(MembershipOptions options, cluster::Registry registry)
      : options_(std::move(options)), registry_(std::move(registry)) {}
  absl::Status Join();

  const MembershipOptions options_;
  std::mutex registry_mutex_;
  cluster::Registry registry_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::optional<uint64_t> epoch_;
  cluster::Followers::Engine engine_;
  std::atomic<bool> moved_ = false;
  std::atomic<bool> leaving_ = false;
  std::unique_ptr<cluster::Followers> followers_;
  std::unique_ptr<cluster::Keeper> keeper_;  // last: it uses the others
};

// Where the stores of users are at an address as people write it: a folder, or
// "postgres://HOST/DATABASE#TENANT" (router/journal/address.h).
sql::Stores StoresAt(const std::string& address);
// The key of tokens of the servers at such an address; made where there is none.
absl::StatusOr<std::string> SharedTokenKey(const std::string& address);

}  // namespace wissel::server
