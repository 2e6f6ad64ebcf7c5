#include "server/cell/cell.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/invariant.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/peer_headers.h"
#include "router/journal/address.h"
#include "server/cell/metrics_text.h"
#include "server/cell/tenant_place.h"
#include "server/center/security_setup.h"
#include "server/config/apply.h"

namespace wissel::server {
namespace {

constexpr Duration kForLeaving = Duration::Seconds(20);
constexpr Duration kForAMail = Duration::Minutes(5);
constexpr Duration kForAnswers = Duration::Seconds(5);
constexpr auto kReadKeysEvery = std::chrono::seconds(1);
constexpr auto kForItsLease = std::chrono::seconds(5);
constexpr auto kLookAgain = std::chrono::milliseconds(200);
constexpr size_t kOpenAtOnce = 4;
constexpr size_t kMostTasks = 100'000;
constexpr const char* kMain = "main";

absl::Status AnotherCenter() {
  return Refuse(absl::StatusCode::kPermissionDenied, "", "the token is of another center",
                "to sign in to this one");
}

// Whether two configuration files say the same of a center; of itself each server says its own.
bool SameCenter(const std::string& a, const std::string& b) {
  const auto of = [](const std::string& text) {
    config::ConfigFile file = config::ParseConfig("", text).file;
    file.clear_server();
    file.clear_security();
    return file.SerializeAsString();
  };
  return of(a) == of(b);
}

bool HasHost(const cluster::TenantRow& tenant, const std::string& host) {
  return std::find(tenant.hosts.begin(), tenant.hosts.end(), host) != tenant.hosts.end();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Cell>> Cell::Open(CellOptions options) {
  WISSEL_ASSIGN_OR_RETURN(cluster::Registry registry,
                          cluster::Registry::Open({.url = options.url, .schema = ""}));
  WISSEL_ASSIGN_OR_RETURN(sign_in::TokenKeys token_keys, SharedTokenKeys(registry));
  WISSEL_ASSIGN_OR_RETURN(std::string peer_key, SharedPeerKey(registry));
  std::unique_ptr<Cell> cell(new Cell(std::move(options), std::move(registry),
                                      std::move(token_keys), std::move(peer_key)));
  WISSEL_ASSIGN_OR_RETURN(cell->any_token_, cell->TokensOf(sign_in::kOfAnyTenant));
  WISSEL_RETURN_IF_ERROR(cell->SeedMain());
  return cell;
}

Cell::Cell(CellOptions options, cluster::Registry registry, sign_in::TokenKeys token_keys,
           std::string peer_key)
    : options_(std::move(options)),
      peer_key_(std::move(peer_key)),
      token_keys_(std::move(token_keys)),
      registry_(std::move(registry)) {
  SwitchboardOptions switchboard;
  switchboard.tenant_of = [this](const rpc::Context& context) { return TenantOf(context); };
  switchboard.way_to = [this](const std::string& tenant) { return WayTo(tenant); };
  switchboard.peers = {.key = peer_key_, .tls = options_.tls};
  switchboard_ = std::make_unique<Switchboard>(std::move(switchboard));
  post_office_ = std::make_unique<PostOffice>(
      switchboard_->methods(), [this](const std::string& tenant) { return AsPostOffice(tenant); });
  for (size_t i = 0; i < kOpenAtOnce; ++i) {
    threads_.push_back(std::make_unique<TaskThread>("cell", kMostTasks));
    threads_.back()->Start([] { return std::optional<Duration>(); });
  }
}

Cell::~Cell() {
  for (const auto& thread : threads_) thread->Stop();
  keeper_.reset();
}

// A cell begins with one center: what the configuration file of its first server says.
absl::Status Cell::SeedMain() {
  WISSEL_ASSIGN_OR_RETURN(const cluster::Table table, registry_.Read());
  const bool none = table.tenants.empty();
  if (none || (table.FindTenant(kMain) == nullptr && !options_.main_config.empty())) {
    return registry_.SetTenant(kMain, options_.main_config, std::nullopt);
  }
  if (table.FindTenant(kMain) == nullptr || options_.main_config.empty()) return absl::OkStatus();
  WISSEL_ASSIGN_OR_RETURN(const auto stored, registry_.ConfigOf(kMain));
  if (!SameCenter(stored.text, options_.main_config)) {
    Log(LogLevel::kWarning, "the configuration file is not what the cell has of its center",
        {{"tenant", kMain}, {"right", "wissel tenants set main --config FILE"}});
  }
  return absl::OkStatus();
}

// Another server may have been called so a moment ago, and be gone: then its lease runs out.
absl::Status Cell::AwaitName(const std::string& address) {
  for (auto give_up = std::chrono::steady_clock::now() + kForItsLease;;) {
    WISSEL_ASSIGN_OR_RETURN(const cluster::Table table, registry_.Read());
    const cluster::NodeRow* const node = table.FindNode(options_.node);
    if (node == nullptr || !node->alive || node->address == address) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > give_up) {
      return Refuse(
          absl::StatusCode::kFailedPrecondition, "node",
          fmt::format("another server is called {} already, at {}", options_.node, node->address),
          "a name of its own for each server (server.node)");
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

absl::Status Cell::Join(const std::string& address) {
  WISSEL_RETURN_IF_ERROR(AwaitName(address));
  followers_ = std::make_unique<cluster::Followers>(
      [url = options_.url](const std::string& tenant) {
        return OpenJournalReader(TenantJournalAddress(url, tenant));
      },
      [this](const std::string& tenant) { return SnapshotStore(FolderOf(tenant)); });
  cluster::KeeperOptions keeper;
  keeper.database.url = options_.url;
  keeper.node = options_.node;
  keeper.address = address;
  keeper.version = options_.version;
  keeper.serve = [this](const std::string& tenant, uint64_t epoch) {
    auto engine = followers_->Take(tenant);
    ThreadOf(tenant).Post([this, tenant, epoch, engine] { Serve(tenant, epoch, engine); });
  };
  keeper.lost = [this](const std::string& tenant) { Lost(tenant); };
  keeper.drain = [this](const std::string& tenant) {
    ThreadOf(tenant).Post([this, tenant] {
      Close(tenant);
      keeper_->Drained(tenant);
    });
  };
  keeper.follow = [this](const std::set<std::string>& tenants) { followers_->Follow(tenants); };
  keeper.followed = [this] { return followers_->Warm(); };
  keeper.seen = [this](const cluster::Table& table) { Seen(table); };
  WISSEL_ASSIGN_OR_RETURN(keeper_, cluster::Keeper::Open(std::move(keeper)));
  joined_ = keeper_.get();
  keeper_->Start();
  return absl::OkStatus();
}

void Cell::Leave() {
  leaving_ = true;
  const auto known = table();
  const bool others =
      std::any_of(known->nodes.begin(), known->nodes.end(), [this](const cluster::NodeRow& node) {
        return node.alive && !node.draining && node.name != options_.node;
      });
  // Where nobody is to take them, they are closed before their leases end.
  if (!others) CloseAll();
  keeper_->Stop(kForLeaving);
  CloseAll();
  switchboard_->GiveUp();
}

void Cell::CloseAll() {
  for (const auto& [tenant, center] : served()) Close(tenant);
}

// --- What is served here

std::string Cell::FolderOf(const std::string& tenant) const {
  return (std::filesystem::path(options_.data) / "tenants" / tenant).string();
}

TaskThread& Cell::ThreadOf(const std::string& tenant) {
  return *threads_[std::hash<std::string>()(tenant) % threads_.size()];
}

void Cell::Serve(const std::string& tenant, uint64_t epoch,
                 const cluster::Followers::Engine& engine) {
  const auto begin = std::chrono::steady_clock::now();
  auto center = OpenCenter(tenant, epoch, engine);
  if (!center.ok()) {
    Log(LogLevel::kError, "a center cannot be served",
        {{"tenant", tenant}, {"reason", std::string(center.status().message())}});
    return keeper_->Failed(tenant);
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  Log(LogLevel::kInfo, "a center is served", {{"tenant", tenant}, {"ms", took.count()}});
  {
    std::lock_guard lock(mutex_);
    served_[tenant] = *std::move(center);
  }
  switchboard_->LookAgain();
}

// Each of its calls is answered or has not begun.
void Cell::Close(const std::string& tenant) {
  std::shared_ptr<ServedCenter> center;
  {
    std::lock_guard lock(mutex_);
    const auto found = served_.find(tenant);
    if (found == served_.end()) return;
    center = std::move(found->second);
    served_.erase(found);
  }
  center->Close(kForAnswers);
  center->hosted().Stop();
}

absl::StatusOr<std::shared_ptr<ServedCenter>> Cell::OpenCenter(
    const std::string& tenant, uint64_t epoch, const cluster::Followers::Engine& engine) {
  cluster::Registry::Config stored;
  {
    std::lock_guard lock(registry_mutex_);
    WISSEL_ASSIGN_OR_RETURN(stored, registry_.ConfigOf(tenant));
  }
  config::LoadedConfig config;
  if (!stored.text.empty()) config = config::ParseConfig(tenant + ".yaml", stored.text);
  if (!config.problems.empty()) return absl::FailedPreconditionError(config.ProblemText());
  std::error_code error;
  std::filesystem::create_directories(FolderOf(tenant), error);
  if (error)
    return absl::UnavailableError(fmt::format("{}: {}", FolderOf(tenant), error.message()));

  HostedOptions options;
  CenterPlace place = options_.place;
  if (tenant != kMain) place.sip.reset();
  WISSEL_ASSIGN_OR_RETURN(options.center, ReadCenterOptions(config.file, place));
  options.center.stores = TenantStores(options_.url, tenant, epoch, FolderOf(tenant));
  options.center.journal_address = TenantJournalAddress(options_.url, tenant);
  options.center.epoch = epoch;
  options.center.standby = engine;
  options.center.time.wall = [this] { return now(); };
  options.center.waited = options_.waited;
  options.center.on_fatal = [tenant](const absl::Status& status) {
    Log(LogLevel::kError, "a center cannot go on; this server ends, to be started again",
        {{"tenant", tenant}, {"reason", std::string(status.message())}});
    ::_exit(kStartAgain);
  };
  options.users = TenantStores(options_.url, tenant, std::nullopt, std::nullopt);
  options.token_keys = CurrentKeys();
  options.tenant = tenant;
  options.demo = options_.demo;
  options.demo_users = ReadDemoUsers(config.file);
  WISSEL_ASSIGN_OR_RETURN(options.oidc, ReadOidcSection(config.file, place.config_folder));
  options.configure = [&](Center& center) {
    return Configure(tenant, epoch, stored, config, center);
  };
  WISSEL_ASSIGN_OR_RETURN(auto hosted, HostedCenter::Open(std::move(options)));
  WISSEL_RETURN_IF_ERROR(hosted->center().TakeCalls().status());
  return std::make_shared<ServedCenter>(tenant, stored.revision, std::move(hosted));
}

// What the center refuses stands in the cell's table; it goes on with what it has.
absl::Status Cell::Configure(const std::string& tenant, uint64_t epoch,
                             const cluster::Registry::Config& stored, config::LoadedConfig& config,
                             Center& center) {
  if (!config.file.has_center() || config.sha256 == stored.applied) return absl::OkStatus();
  config::Apply(config, center.methods(), center.shard());
  const std::string problem = config.ProblemText();
  if (problem.empty()) {
    Log(LogLevel::kInfo, "a configuration was applied", {{"tenant", tenant}});
  } else {
    Log(LogLevel::kError, "a configuration cannot be applied",
        {{"tenant", tenant}, {"reason", problem}});
  }
  std::lock_guard lock(registry_mutex_);
  return registry_.Applied(tenant, epoch, config.sha256, problem);
}

void Cell::Seen(const cluster::Table& table) {
  for (const cluster::TenantRow& row : post_office_->ToBeRead(table)) {
    ThreadOf(row.name).Post([this, row] { ReadAddresses(row); });
  }
  const auto steady_now = std::chrono::steady_clock::now();
  if (steady_now > read_keys_ + kReadKeysEvery) {
    read_keys_ = steady_now;
    ThreadOf(kMain).Post([this] { ReadTokenKeys(); });
  }
  std::vector<std::string> changed;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, center] : served_) {
      const cluster::TenantRow* const row = table.FindTenant(tenant);
      if (row == nullptr || row->revision == center->revision()) continue;
      if (std::exchange(renewing_[tenant], row->revision) != row->revision) {
        changed.push_back(tenant);
      }
    }
  }
  for (const std::string& tenant : changed) {
    Log(LogLevel::kInfo, "a center has another configuration", {{"tenant", tenant}});
    keeper_->ServeAnew(tenant);
  }
}

// All of a node's leases end at the same moment, and what it believes of any center is not worth
// keeping then.
void Cell::Lost(const std::string& tenant) {
  if (leaving_) return;
  Log(LogLevel::kError, "a shard is another server's; this one ends, to be started again",
      {{"tenant", tenant}});
  ::_exit(kStartAgain);
}

// --- Where calls lead

Instant Cell::now() const {
  const cluster::Keeper* const keeper = joined_;
  return keeper == nullptr ? sign_in::SystemWallClock() : keeper->now();
}

std::shared_ptr<const cluster::Table> Cell::table() const {
  static const auto kNone = std::make_shared<const cluster::Table>();
  const cluster::Keeper* const keeper = joined_;
  return keeper == nullptr ? kNone : keeper->table();
}

Cell::Served Cell::served() const {
  std::lock_guard lock(mutex_);
  return served_;
}

sign_in::KeySource Cell::CurrentKeys() const {
  return [this]() -> absl::StatusOr<sign_in::TokenKeys> {
    std::lock_guard lock(mutex_);
    return token_keys_;
  };
}

absl::StatusOr<std::unique_ptr<sign_in::Tokens>> Cell::TokensOf(const std::string& tenant) const {
  return sign_in::Tokens::WithKeys(
      CurrentKeys(), options_.demo, [this] { return now(); }, nullptr, tenant);
}

// What cannot be read leaves the keys as they were.
void Cell::ReadTokenKeys() {
  absl::StatusOr<sign_in::TokenKeys> keys;
  {
    std::lock_guard lock(registry_mutex_);
    keys = SharedTokenKeys(registry_);
  }
  if (!keys.ok()) return;
  std::lock_guard lock(mutex_);
  token_keys_ = *std::move(keys);
}

absl::StatusOr<rpc::Caller> Cell::Authenticate(std::string_view token) const {
  WISSEL_ASSIGN_OR_RETURN(rpc::Caller caller, any_token_->Verify(token));
  std::shared_ptr<ServedCenter> center;
  {
    std::lock_guard lock(mutex_);
    const auto found = served_.find(caller.tenant);
    if (found != served_.end()) center = found->second;
  }
  if (center != nullptr) return center->hosted().Verify(token);
  return caller;
}

void Cell::TokenRefused(std::string_view peer) const {
  const Served here = served();
  if (here.size() == 1 && table()->tenants.size() == 1) {
    here.begin()->second->hosted().TokenRefused(peer);
  }
}

absl::StatusOr<std::string> Cell::TenantOf(const rpc::Context& context) const {
  const auto known = table();
  const cluster::TenantRow* asked = nullptr;
  // Whoever passed it on knows the center; this server has just begun, or will see it in a moment.
  if (context.forwarded && known->FindTenant(context.tenant) == nullptr) {
    return gateway::ServedElsewhere(context.tenant);
  }
  if (known->tenants.empty()) return absl::UnavailableError("this server has not joined its cell");
  if (!context.tenant.empty()) {
    asked = known->FindTenant(context.tenant);
    if (asked == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, "",
                    fmt::format("there is no center {}", context.tenant), "another wissel-tenant");
    }
  } else {
    const auto found =
        std::find_if(known->tenants.begin(), known->tenants.end(),
                     [&](const cluster::TenantRow& row) { return HasHost(row, context.host); });
    if (found != known->tenants.end()) asked = &*found;
  }
  if (!context.caller.tenant.empty()) {
    if (asked != nullptr && asked->name != context.caller.tenant) return AnotherCenter();
    return context.caller.tenant;
  }
  if (asked != nullptr) return asked->name;
  WISSEL_RETURN_IF_ERROR(context.sign_in);
  if (known->tenants.size() == 1) return known->tenants.front().name;
  return Refuse(absl::StatusCode::kFailedPrecondition, "", "there are several centers here",
                "the host name of one, its token, or its name in the header wissel-tenant");
}

Way Cell::WayTo(const std::string& tenant) const {
  {
    std::lock_guard lock(mutex_);
    const auto found = served_.find(tenant);
    if (found != served_.end()) return {found->second, ""};
  }
  const auto known = table();
  const cluster::ShardRow* const shard = known->FindShard(tenant);
  if (shard == nullptr || shard->owner.empty() || shard->owner == options_.node) return {};
  // When the database does not answer, the last that is known may still be right.
  const bool over = Ready().ok() && now().millis() > shard->ends_ms;
  const cluster::NodeRow* const node = known->FindNode(shard->owner);
  return over || node == nullptr ? Way{} : Way{nullptr, node->address};
}

void Cell::ReadAddresses(const cluster::TenantRow& tenant) {
  absl::StatusOr<cluster::Registry::Config> stored;
  {
    std::lock_guard lock(registry_mutex_);
    stored = registry_.ConfigOf(tenant.name);
  }
  if (!stored.ok()) return post_office_->Forget(tenant);
  post_office_->Set(tenant, config::ParseConfig("", stored->text).file.mail());
}

rpc::Context Cell::AsPostOffice(const std::string& tenant) const {
  rpc::Context context;
  context.tenant = tenant;
  context.peer = "lmtp";
  context.caller.user = "users/lmtp";
  context.caller.roles = {rpc::Role::kIntegration};
  context.caller.tenant = tenant;
  const auto tokens = TokensOf(tenant);
  INVARIANT(tokens.ok());  // its keys are at hand
  context.token = (*tokens)->Make(context.caller, kForAMail).text;
  return context;
}

// --- How it stands

absl::Status Cell::Ready() const {
  const cluster::Keeper* const keeper = joined_;
  if (keeper == nullptr) return absl::UnavailableError("this server has not joined its cell");
  if (keeper->Alive()) return absl::OkStatus();
  return absl::UnavailableError("the database does not answer, and the lease has run out");
}

std::string Cell::StatusText() const {
  const absl::Status ready = Ready();
  if (!ready.ok()) return std::string(ready.message());
  return fmt::format("serves {} of {} centers", served().size(), table()->tenants.size());
}

std::string Cell::MetricsText() const {
  const Served here = served();
  std::map<std::string, std::string> texts;
  for (const auto& [tenant, center] : here) {
    texts[tenant] = center->hosted().center().MetricsText();
  }
  return WithTenants(texts) +
         fmt::format(
             "# HELP wissel_cell_centers_served Centers that this server serves.\n"
             "# TYPE wissel_cell_centers_served gauge\n"
             "wissel_cell_centers_served {}\n"
             "# HELP wissel_cell_alive 1 while the database has answered within the lease.\n"
             "# TYPE wissel_cell_alive gauge\n"
             "wissel_cell_alive {}\n",
             here.size(), Ready().ok() ? 1 : 0);
}

void Cell::ComeRound(std::function<void()> answered) const {
  const Served here = served();
  if (here.empty()) return answered();
  auto open = std::make_shared<std::atomic<size_t>>(here.size());
  for (const auto& [tenant, center] : here) {
    center->hosted().center().shard().Read([open, answered](const Engine&) {
      if (open->fetch_sub(1) == 1) answered();
    });
  }
}

}  // namespace wissel::server
