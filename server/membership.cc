#include "server/membership.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/tokens.h"
#include "router/journal/address.h"

namespace wissel::server {
namespace {

constexpr Duration kForLeaving = Duration::Seconds(15);
constexpr auto kAskEvery = std::chrono::milliseconds(100);
constexpr const char* kTokenKey = "token.key";

}  // namespace

absl::StatusOr<std::unique_ptr<Membership>> Membership::Open(MembershipOptions options) {
  WISSEL_RETURN_IF_ERROR(cluster::CheckTenantName(options.tenant));
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry,
                          cluster::Registry::Open({.url = options.url, .schema = ""}));
  WISSEL_ASSIGN_OR_RETURN(const cluster::Table table, registry.Read());
  if (table.FindTenant(options.tenant) == nullptr) {
    WISSEL_RETURN_IF_ERROR(registry.SetTenant(options.tenant, "", std::nullopt));
  }
  if (const cluster::NodeRow* node = table.FindNode(options.node);
      node != nullptr && node->alive && node->address != options.address) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "node",
        fmt::format("another server is called {} already, at {}", options.node, node->address),
        "a name of its own for each server (server.node)");
  }
  std::unique_ptr<Membership> membership(new Membership(std::move(options), std::move(registry)));
  WISSEL_RETURN_IF_ERROR(membership->Join());
  return membership;
}

absl::Status Membership::Join() {
  followers_ = std::make_unique<cluster::Followers>(
      [url = options_.url](const std::string& tenant) {
        return OpenJournalReader(TenantJournalAddress(url, tenant));
      },
      [data = options_.data](const std::string&) { return SnapshotStore(data); });
  cluster::KeeperOptions keeper;
  keeper.database.url = options_.url;
  keeper.node = options_.node;
  keeper.address = options_.address;
  keeper.version = options_.version;
  keeper.only_tenant = options_.tenant;
  keeper.serve = [this](const std::string& tenant, uint64_t epoch) {
    std::lock_guard lock(mutex_);
    engine_ = followers_->Take(tenant);
    epoch_ = epoch;
    turn_.notify_all();
  };
  keeper.lost = [this](const std::string& tenant) {
    if (leaving_) return;
    Log(LogLevel::kError, "the shard is another server's; this one ends, to stand by",
        {{"tenant", tenant}, {"serving", serving()}});
    ::_exit(kStartAgain);
  };
  keeper.drain = [this](const std::string& tenant) {
    if (leaving_) return keeper_->Drained(tenant);
    moved_ = true;
    ::kill(::getpid(), SIGTERM);
  };
  keeper.follow = [this](const std::set<std::string>& tenants) { followers_->Follow(tenants); };
  keeper.followed = [this] { return followers_->Warm(); };
  WISSEL_ASSIGN_OR_RETURN(keeper_, cluster::Keeper::Open(std::move(keeper)));
  keeper_->Start();
  return absl::OkStatus();
}

Membership::~Membership() = default;

bool Membership::AwaitTurn(const std::function<bool()>& waiting) {
  while (waiting()) {
    std::unique_lock lock(mutex_);
    if (turn_.wait_for(lock, kAskEvery, [this] { return epoch_.has_value(); })) return true;
  }
  return false;
}

absl::Status Membership::Ready() const {
  if (keeper_->Holds(options_.tenant)) return absl::OkStatus();
  return absl::UnavailableError("the database does not answer, and the lease has run out");
}

std::string Membership::serving() const {
  const auto table = keeper_->table();
  const cluster::ShardRow* const shard = table->FindShard(options_.tenant);
  return shard == nullptr ? "" : shard->owner;
}

std::string Membership::journal_address() const {
  return TenantJournalAddress(options_.url, options_.tenant);
}

sql::Stores Membership::stores() const {
  const std::string prefix = TenantSchemaPrefix(options_.tenant);
  return sql::Stores(PostgresOptions{.url = options_.url, .schema = ""}, prefix,
                     sql::Fence{prefix + "_journal", *epoch_}, options_.data);
}

absl::StatusOr<std::string> Membership::TokenKey() {
  std::lock_guard lock(registry_mutex_);
  return registry_.Secret(kTokenKey, sign_in::Tokens::NewKey());
}

absl::StatusOr<std::string> Membership::AppliedConfig() {
  std::lock_guard lock(registry_mutex_);
  return registry_.ConfigOf(options_.tenant);
}

absl::Status Membership::RememberAppliedConfig(const std::string& sha256) {
  std::lock_guard lock(registry_mutex_);
  return registry_.SetTenant(options_.tenant, sha256, std::nullopt);
}

void Membership::Leave() {
  leaving_ = true;
  if (moved_) keeper_->Drained(options_.tenant);
  keeper_->Stop(kForLeaving);
}

sql::Stores StoresAt(const std::string& address) {
  if (!IsPostgresUrl(address)) return sql::Stores(address);
  const PostgresOptions journal = PostgresJournalPlace(address);
  const std::string_view schema = journal.schema;
  constexpr std::string_view kJournal = "_journal";
  return sql::Stores(PostgresOptions{.url = journal.url, .schema = ""},
                     std::string(schema.substr(0, schema.size() - kJournal.size())), std::nullopt,
                     std::nullopt);
}

absl::StatusOr<std::string> SharedTokenKey(const std::string& address) {
  WISSEL_ASSIGN_OR_RETURN(
      cluster::Registry registry,
      cluster::Registry::Open({.url = PostgresJournalPlace(address).url, .schema = ""}));
  return registry.Secret(kTokenKey, sign_in::Tokens::NewKey());
}

}  // namespace wissel::server
