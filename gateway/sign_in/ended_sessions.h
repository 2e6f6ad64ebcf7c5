// Which tokens count no longer although their time has not come: those of sessions that somebody
// signed out of, and those of users who were removed or got another password. In the store
// "sessions" (DATA/sessions.sqlite); each entry is forgotten when no token that it ends would live
// any more.
//
// Threads: thread-safe. Ended() looks into memory, and may be called on a door's thread; the others
// touch the disk. Several processes may use one file: what another one ends counts here within two
// seconds.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/runtime/thread.h"
#include "base/sql/database.h"
#include "base/sql/stores.h"
#include "base/time.h"

namespace wissel::sign_in {

class EndedSessions {
 public:
  // UNAVAILABLE where the store cannot be used.
  static absl::StatusOr<std::unique_ptr<EndedSessions>> Open(const sql::Stores& stores,
                                                             Instant now);
  ~EndedSessions();

  // Durable when it returns. `until`: when the last token of it has expired.
  absl::Status EndSession(const std::string& session, Instant until);
  // All of "users/anna" that were made at `at` or before.
  absl::Status EndUser(const std::string& user, Instant at, Instant until);

  bool Ended(const std::string& session, const std::string& user, Instant made) const;

 private:
  EndedSessions(sql::Place place, sql::Database database)
      : place_(std::move(place)), database_(std::move(database)) {}
  absl::Status Prepare(Instant now);
  absl::Status Write(const std::string& key, Instant at, Instant until);
  absl::Status Load();
  void Follow();

  const sql::Place place_;
  std::mutex disk_mutex_;
  sql::Database database_;
  mutable std::shared_mutex mutex_;
  // "sessions/{id}" or "users/{user}": tokens of it are ended that were made until then.
  absl::flat_hash_map<std::string, Instant> ended_;
  std::mutex stop_mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::unique_ptr<Thread> follower_;  // last: uses what stands above
};

}  // namespace wissel::sign_in
