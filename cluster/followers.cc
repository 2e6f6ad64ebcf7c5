#include "cluster/followers.h"

#include <chrono>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"
#include "router/journal/inspect.h"

namespace wissel::cluster {

Followers::Followers(OpenJournal open, SnapshotsOf snapshots, Duration look_every)
    : open_(std::move(open)),
      snapshots_(std::move(snapshots)),
      look_every_(look_every),
      thread_("followers", [this] { Run(); }) {}

Followers::~Followers() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void Followers::Follow(std::set<std::string> tenants) {
  std::lock_guard lock(mutex_);
  std::erase_if(followers_, [&](const auto& f) { return !tenants.contains(f.first); });
  std::erase_if(warm_, [&](const auto& w) { return !tenants.contains(w.first); });
  bool news = false;
  for (const std::string& tenant : tenants) {
    auto& follower = followers_[tenant];
    if (follower != nullptr) continue;
    follower = std::make_shared<Follower>();
    news = true;
  }
  if (news) wake_.notify_all();
}

std::map<std::string, uint64_t> Followers::Warm() const {
  std::lock_guard lock(mutex_);
  return warm_;
}

Followers::Engine Followers::Take(const std::string& tenant) {
  std::lock_guard lock(mutex_);
  const auto it = followers_.find(tenant);
  if (it == followers_.end()) return [] { return std::nullopt; };
  std::shared_ptr<Follower> follower = std::move(it->second);
  followers_.erase(it);
  warm_.erase(tenant);
  return [follower]() -> std::optional<Recovered> {
    std::lock_guard reading(follower->mutex);
    return std::exchange(follower->recovered, std::nullopt);
  };
}

void Followers::Run() {
  LowerPriorityOfThisThread();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto followers = followers_;
    lock.unlock();
    for (const auto& [tenant, follower] : followers) Look(tenant, *follower);
    lock.lock();
    wake_.wait_for(lock, std::chrono::milliseconds(look_every_.millis()));
  }
}

void Followers::Look(const std::string& tenant, Follower& follower) {
  std::lock_guard reading(follower.mutex);
  const absl::Status status = Advance(tenant, follower);
  // A tenant that nobody has served yet has no journal.
  const bool nothing_yet = absl::IsNotFound(status);
  if (!status.ok() && !nothing_yet && !std::exchange(follower.complained, true)) {
    Log(LogLevel::kWarning, "a journal cannot be followed",
        {{"tenant", tenant}, {"reason", std::string(status.message())}});
  }
  if (status.ok()) follower.complained = false;
  std::lock_guard lock(mutex_);
  const auto it = followers_.find(tenant);
  if (it == followers_.end() || it->second.get() != &follower) return;  // taken meanwhile
  if (status.ok() || nothing_yet) {
    warm_[tenant] = follower.recovered ? follower.recovered->position.sequence : 0;
  } else {
    warm_.erase(tenant);
  }
}

absl::Status Followers::Advance(const std::string& tenant, Follower& follower) {
  if (follower.journal == nullptr) {
    WISSEL_ASSIGN_OR_RETURN(follower.journal, open_(tenant));
  }
  if (!follower.recovered) {
    const SnapshotStore snapshots = snapshots_(tenant);
    WISSEL_ASSIGN_OR_RETURN(follower.recovered,
                            Recover(*follower.journal, &snapshots, EngineOptions()));
    return absl::OkStatus();
  }
  auto& engine = follower.recovered->engine;
  const auto record = [&](const JournalRow& row, const std::vector<Event>& events) {
    for (const Event& event : events) engine.Record(event);
    follower.recovered->position = {row.header.last_sequence, row.hash};
    return absl::OkStatus();
  };
  return ReadEventsAfter(*follower.journal, follower.recovered->position, record).status();
}

}  // namespace wissel::cluster
