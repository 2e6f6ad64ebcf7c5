#include "cluster/keeper.h"

#include <algorithm>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"

namespace wissel::cluster {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kMostWaiting = 10'000;
constexpr Duration kFirstPause = Duration::Seconds(1);
constexpr Duration kLongestPause = Duration::Seconds(30);

SteadyClock::duration Steady(Duration d) { return std::chrono::milliseconds(d.millis()); }

}  // namespace

absl::StatusOr<std::unique_ptr<Keeper>> Keeper::Open(KeeperOptions options) {
  // Less than a lease, so that one that hangs is noticed and tried again within it.
  options.database.patience =
      std::min(options.database.patience, Duration::Millis(options.lease.millis() / 3));
  WISSEL_ASSIGN_OR_RETURN(Registry registry, Registry::Open(options.database));
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options), std::move(registry)));
  WISSEL_RETURN_IF_ERROR(keeper->ReadTable());
  return keeper;
}

Keeper::Keeper(KeeperOptions options, Registry registry)
    : options_(std::move(options)),
      registry_(std::move(registry)),
      thread_("keeper", kMostWaiting) {}

Keeper::~Keeper() { thread_.Stop(); }

void Keeper::Start() {
  thread_.Start([this] { return Round(); });
  Look();
}

void Keeper::Stop(Duration within) {
  draining_ = true;
  Look();
  {
    std::unique_lock lock(mutex_);
    emptied_.wait_for(lock, Steady(within), [this] { return empty_handed_ || nobody_else_; });
  }
  thread_.Stop();
  {
    std::lock_guard lock(mutex_);
    held_.clear();
  }
  for (const auto& [tenant, shard] : shards_) {
    registry_.Release(tenant, shard.epoch, options_.node).IgnoreError();
  }
  if (absl::Status left = registry_.Leave(options_.node); !left.ok()) {
    Log(LogLevel::kWarning, "the cluster notices by its lease that this node is gone",
        {{"reason", std::string(left.message())}});
  }
}

bool Keeper::Alive() const {
  return SteadyClock::now().time_since_epoch().count() < good_until_.load();
}

bool Keeper::Holds(const std::string& tenant) const {
  if (!Alive()) return false;
  std::lock_guard lock(mutex_);
  return held_.contains(tenant);
}

std::shared_ptr<const Table> Keeper::table() const {
  std::lock_guard lock(mutex_);
  return table_;
}

Instant Keeper::now() const {
  std::lock_guard lock(mutex_);
  const auto since =
      std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - known_at_);
  return known_time_ + Duration::Millis(since.count());
}

void Keeper::Look() {
  thread_.Post([this] { renew_now_ = true; });
}

void Keeper::Drained(const std::string& tenant) {
  thread_.Post([this, tenant] {
    const auto it = shards_.find(tenant);
    if (it == shards_.end() || it->second.given_to.empty()) return;
    const absl::StatusOr<bool> given = registry_.Give(tenant, it->second.epoch, options_.node,
                                                      it->second.given_to, options_.lease);
    // When nobody heard of it, the lease ends by itself: this node holds it no longer.
    Log(LogLevel::kInfo, "a shard is given away",
        {{"tenant", tenant},
         {"to", it->second.given_to},
         {"heard", given.ok() && *given ? "yes" : "no"}});
    shards_.erase(it);
    renew_now_ = true;
  });
}

void Keeper::ServeAnew(const std::string& tenant) {
  thread_.Post([this, tenant] {
    const auto it = shards_.find(tenant);
    if (it != shards_.end() && !draining_) Give({tenant, options_.node, true});
  });
}

void Keeper::Failed(const std::string& tenant) {
  thread_.Post([this, tenant] {
    const auto it = shards_.find(tenant);
    if (it == shards_.end()) return;
    registry_.Release(tenant, it->second.epoch, options_.node).IgnoreError();
    shards_.erase(it);
    {
      std::lock_guard lock(mutex_);
      held_.erase(tenant);
    }
    Reluctance& reluctance = reluctant_[tenant];
    reluctance.pause =
        reluctance.pause == Duration()
            ? kFirstPause
            : std::min(kLongestPause, Duration::Millis(reluctance.pause.millis() * 2));
    reluctance.until = SteadyClock::now() + Steady(reluctance.pause);
  });
}

// --- Its thread

std::optional<Duration> Keeper::Round() {
  absl::Status status = Renew();
  if (status.ok()) status = ReadTable();
  if (status.ok()) {
    const std::shared_ptr<const Table> table = this->table();
    DropLost(*table);
    status = CarryOut(*table);
    if (options_.seen) options_.seen(*table);
  }
  if (!status.ok() && !complained_) {
    Log(LogLevel::kWarning, "the cluster's table cannot be reached",
        {{"reason", std::string(status.message())}});
  }
  if (status.ok() && complained_)
    Log(LogLevel::kInfo, "the cluster's table can be reached again", {});
  complained_ = !status.ok();
  return options_.look_every;
}

absl::Status Keeper::Renew() {
  const auto start = SteadyClock::now();
  Report report{options_.node, options_.address, options_.version, draining_, {}, {}};
  for (const auto& [tenant, shard] : shards_) report.held.emplace(tenant, shard.epoch);
  if (options_.followed) report.followed = options_.followed();
  const bool warmer =
      std::any_of(report.followed.begin(), report.followed.end(),
                  [&](const auto& f) { return !reported_followed_.contains(f.first); });
  if (!renew_now_ && !warmer && start - renewed_at_ < Steady(options_.lease) / 3) {
    return absl::OkStatus();
  }
  WISSEL_RETURN_IF_ERROR(registry_.Renew(report, options_.lease));
  renewed_at_ = start;
  renew_now_ = false;
  reported_followed_ = std::move(report.followed);
  // The lease began after `start`.
  good_until_ = (start + Steady(options_.lease)).time_since_epoch().count();
  return absl::OkStatus();
}

absl::Status Keeper::ReadTable() {
  WISSEL_ASSIGN_OR_RETURN(Table table, registry_.Read());
  std::lock_guard lock(mutex_);
  known_time_ = table.now;
  known_at_ = SteadyClock::now();
  table_ = std::make_shared<const Table>(std::move(table));
  return absl::OkStatus();
}

void Keeper::DropLost(const Table& table) {
  for (auto it = shards_.begin(); it != shards_.end();) {
    const ShardRow* const row = table.FindShard(it->first);
    const bool ours =
        row != nullptr && row->owner == options_.node && row->epoch == it->second.epoch;
    if (ours) {
      ++it;
      continue;
    }
    const std::string tenant = it->first;
    it = shards_.erase(it);
    {
      std::lock_guard lock(mutex_);
      held_.erase(tenant);
    }
    Log(LogLevel::kWarning, "a shard was taken over by another node",
        {{"tenant", tenant}, {"by", row == nullptr ? "" : row->owner}});
    options_.lost(tenant);
  }
}

absl::Status Keeper::CarryOut(const Table& table) {
  std::map<std::string, uint64_t> served;
  for (const auto& [tenant, shard] : shards_) served.emplace(tenant, shard.epoch);
  const std::vector<NodeView> nodes = NodesOf(table);
  const Duties duties = DutiesOf(options_.node, nodes, ShardsOf(table, served));
  for (const std::string& tenant : duties.take) {
    const auto reluctance = reluctant_.find(tenant);
    if (reluctance != reluctant_.end() && SteadyClock::now() < reluctance->second.until) continue;
    WISSEL_RETURN_IF_ERROR(Take(*table.FindShard(tenant)));
  }
  const bool giving = std::any_of(shards_.begin(), shards_.end(),
                                  [](const auto& s) { return !s.second.given_to.empty(); });
  std::erase_if(giving_since_, [&](const auto& g) {
    return std::none_of(duties.give.begin(), duties.give.end(),
                        [&](const Gift& gift) { return gift.tenant == g.first; });
  });
  for (const Gift& gift : duties.give) {
    const auto since = giving_since_.try_emplace(gift.tenant, SteadyClock::now()).first->second;
    const bool waited = SteadyClock::now() - since > Steady(options_.wait_for_warmth);
    if (!gift.warm && !waited) continue;
    if (giving && !draining_) break;  // one at a time
    Give(gift);
    if (!draining_) break;
  }
  options_.follow({duties.follow.begin(), duties.follow.end()});
  std::lock_guard lock(mutex_);
  empty_handed_ = shards_.empty();
  nobody_else_ = std::none_of(nodes.begin(), nodes.end(), [this](const NodeView& node) {
    return node.alive && !node.draining && node.name != options_.node;
  });
  if (draining_) emptied_.notify_all();
  return absl::OkStatus();
}

absl::Status Keeper::Take(const ShardRow& row) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch,
                          registry_.Take(row, options_.node, options_.lease));
  if (!epoch) return absl::OkStatus();
  Log(LogLevel::kInfo, "a shard is taken",
      {{"tenant", row.tenant}, {"from", row.owner}, {"epoch", *epoch}});
  shards_[row.tenant] = {*epoch, ""};
  {
    std::lock_guard lock(mutex_);
    held_.insert(row.tenant);
  }
  renew_now_ = true;
  options_.serve(row.tenant, *epoch);
  return absl::OkStatus();
}

void Keeper::Give(const Gift& gift) {
  Shard& shard = shards_[gift.tenant];
  if (!shard.given_to.empty()) return;
  shard.given_to = gift.to;
  {
    std::lock_guard lock(mutex_);
    held_.erase(gift.tenant);
  }
  options_.drain(gift.tenant);
}

}  // namespace wissel::cluster
