// Warm standbys: engines that follow the journals of shards that other nodes serve, so that taking
// one over costs no more than its last batches.
//
// Thread-safe; one thread of its own, of low priority.
#pragma once

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
#include "base/runtime/thread.h"
#include "base/time.h"
#include "router/journal/journal.h"
#include "router/service/recovery.h"
#include "router/service/snapshots.h"

namespace wissel::cluster {

class Followers {
 public:
  // Where a tenant's journal is, and what this node kept of it.
  using OpenJournal =
      std::function<absl::StatusOr<std::unique_ptr<JournalReader>>(const std::string& tenant)>;
  using SnapshotsOf = std::function<SnapshotStore(const std::string& tenant)>;

  Followers(OpenJournal open, SnapshotsOf snapshots, Duration look_every = Duration::Millis(200));
  ~Followers();

  // These and no others.
  void Follow(std::set<std::string> tenants);
  // Those that have come to the end of the journal, as it was at the last look, and how far it is.
  std::map<std::string, uint64_t> Warm() const;
  // Lets go of a tenant and hands over its engine, as far as it is, to be called once and on any
  // thread: it waits for a read under way. None where the tenant is not followed.
  using Engine = std::function<std::optional<Recovered>()>;
  Engine Take(const std::string& tenant);

 private:
  struct Follower {
    std::mutex mutex;  // held while it reads
    std::unique_ptr<JournalReader> journal;
    std::optional<Recovered> recovered;
    bool complained = false;
  };

  void Run();
  void Look(const std::string& tenant, Follower& follower);
  absl::Status Advance(const std::string& tenant, Follower& follower);

  const OpenJournal open_;
  const SnapshotsOf snapshots_;
  const Duration look_every_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::shared_ptr<Follower>> followers_;
  std::map<std::string, uint64_t> warm_;
  bool stopping_ = false;
  Thread thread_;
};

}  // namespace wissel::cluster
