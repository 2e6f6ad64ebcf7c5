// Who signed in and out, who tried in vain, who was made and removed as a user: kept in the store
// "security_events", listed for administrators (wissel.v1.AuditService.ListSecurityEvents).
//
// What happens again within a minute, to the same user from the same network, is one row with a
// count: whoever floods a door with wrong passwords fills neither the disk nor the list. A name
// that no user has is not kept, for it may be a password that was typed into the wrong field.
//
// Threads: Note() may be called on a door's thread and waits for nothing; rows are written and read
// on a thread of its own. Several processes may use one store. Invariant: 10,000 rows, none older
// than 180 days; the newest are kept.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/runtime/task_thread.h"
#include "base/sql/database.h"
#include "base/sql/stores.h"
#include "base/time.h"
#include "gateway/sign_in/tokens.h"
#include "wissel/v1/audit.pb.h"

namespace wissel::sign_in {

class SecurityEvents {
 public:
  using Kind = v1::SecurityEvent::Kind;

  // UNAVAILABLE where the store cannot be used.
  static absl::StatusOr<std::unique_ptr<SecurityEvents>> Open(const sql::Stores& stores,
                                                              WallClock clock);
  // Writes what was noted.
  ~SecurityEvents();

  // `user`: "users/anna"; empty: not known. `peer`: as a door says it; empty: a command of this
  // machine.
  void Note(Kind kind, std::string_view user, std::string_view peer);

  void Register(rpc::MethodTable* methods);

 private:
  // The minute it happened in, what, to whom, from where.
  using Key = std::tuple<int64_t, int, std::string, std::string>;
  struct Count {
    int64_t count = 0;
    Instant first;
    Instant last;
  };

  SecurityEvents(sql::Place place, sql::Database database, WallClock clock);
  absl::Status Write();
  absl::StatusOr<v1::ListSecurityEventsResponse> List(const v1::ListSecurityEventsRequest& request);

  const sql::Place place_;
  const WallClock clock_;
  std::mutex mutex_;
  std::map<Key, Count> noted_;  // and not yet written
  std::set<Key> seen_;          // of this minute
  sql::Database database_;      // of the thread
  TaskThread thread_;           // last: uses what stands above
};

}  // namespace wissel::sign_in
