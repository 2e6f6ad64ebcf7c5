#include "gateway/sign_in/ended_sessions.h"

#include <chrono>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"
#include "gateway/sign_in/private_store.h"

namespace wissel::sign_in {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS ended (what TEXT PRIMARY KEY NOT NULL, at_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL) STRICT";
constexpr auto kLookEvery = std::chrono::seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<EndedSessions>> EndedSessions::Open(const sql::Stores& stores,
                                                                   Instant now) {
  const sql::Place place = stores.At("sessions");
  WISSEL_ASSIGN_OR_RETURN(sql::Database database, OpenPrivateStore(place, kSchema));
  std::unique_ptr<EndedSessions> sessions(new EndedSessions(place, std::move(database)));
  if (absl::Status status = sessions->Prepare(now); !status.ok()) {
    return StoreFailure(place, status);
  }
  sessions->follower_ =
      std::make_unique<Thread>("sessions", [follower = sessions.get()] { follower->Follow(); });
  return sessions;
}

EndedSessions::~EndedSessions() {
  {
    std::lock_guard lock(stop_mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  follower_.reset();
}

absl::Status EndedSessions::Prepare(Instant now) {
  WISSEL_RETURN_IF_ERROR(database_.Do("DELETE FROM ended WHERE until_ms < ?1", now.millis()));
  return Load();
}

absl::Status EndedSessions::Load() {
  decltype(ended_) ended;
  WISSEL_ASSIGN_OR_RETURN(sql::Query all, database_.Ask("SELECT what, at_ms FROM ended"));
  while (true) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, all.Next());
    if (!more) break;
    ended[all.Text(0)] = Instant::FromMillis(all.Number(1));
  }
  std::unique_lock lock(mutex_);
  ended_ = std::move(ended);
  return absl::OkStatus();
}

// What other processes have ended.
void EndedSessions::Follow() {
  std::unique_lock stop(stop_mutex_);
  while (!stopping_.wait_for(stop, kLookEvery, [this] { return stop_; })) {
    std::lock_guard disk(disk_mutex_);
    if (absl::Status read = Load(); !read.ok()) {
      Log(LogLevel::kWarning, "cannot see which sessions have ended",
          {{"reason", std::string(read.message())}});
    }
  }
}

absl::Status EndedSessions::Write(const std::string& key, Instant at, Instant until) {
  std::lock_guard disk(disk_mutex_);
  const absl::Status written = database_.Do(
      "INSERT INTO ended (what, at_ms, until_ms) VALUES (CAST(?1 AS TEXT), ?2, ?3)"
      " ON CONFLICT (what) DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms",
      key, at.millis(), until.millis());
  if (!written.ok()) return StoreFailure(place_, written);
  std::unique_lock lock(mutex_);
  ended_[key] = at;
  return absl::OkStatus();
}

absl::Status EndedSessions::EndSession(const std::string& session, Instant until) {
  return Write("sessions/" + session, until, until);
}

absl::Status EndedSessions::EndUser(const std::string& user, Instant at, Instant until) {
  return Write(user, at, until);
}

bool EndedSessions::Ended(const std::string& session, const std::string& user, Instant made) const {
  std::shared_lock lock(mutex_);
  if (ended_.empty()) return false;
  if (ended_.contains("sessions/" + session)) return true;
  const auto found = ended_.find(user);
  return found != ended_.end() && made <= found->second;
}

}  // namespace wissel::sign_in
