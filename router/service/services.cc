#include "router/service/services.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/runtime/thread.h"
#include "router/service/agent_service.h"
#include "router/service/agent_watchers.h"
#include "router/service/audit_service.h"
#include "router/service/config_service.h"
#include "router/service/openings.h"
#include "router/service/partner_service.h"
#include "router/service/surge_service.h"
#include "router/service/turns.h"
#include "router/service/work_service.h"

namespace wissel {
namespace {

constexpr Duration kTick = Duration::Millis(100);
constexpr int kTicksBetweenOpenings = 10;

}  // namespace

// Observers and callbacks keep what they need alive; the rest is put together here.
class Services::Parts {
 public:
  Parts(Shard& shard, People& people, const Waits& waits, ServiceOptions options)
      : shard_(shard),
        people_(people),
        waits_(waits),
        options_(std::move(options)),
        watchers_(std::make_shared<AgentWatchers>(shard, options_.lease)),
        openings_(std::make_shared<OpeningsKeeper>(shard)) {
    // Openings first: they are on their way before anybody hears of the change.
    shard.AddObserver([openings = openings_](const CommittedBatch& batch, const Engine& engine) {
      openings->Observe(batch, engine);
    });
    shard.AddObserver([watchers = watchers_](const CommittedBatch& batch, const Engine& engine) {
      watchers->Observe(batch, engine);
    });
  }

  void Register(rpc::MethodTable& table) {
    RegisterWorkService(table, shard_, waits_);
    RegisterAgentService(table, shard_, options_, watchers_);
    RegisterSurgeService(table, shard_);
    RegisterPartnerService(table, shard_);
    RegisterConfigService(table, shard_, people_, turns_);
    RegisterAuditService(table, shard_);
  }

  void Start() {
    EraseTheDeleted();
    Tick();
    ticker_.emplace("services", kTick, [this, ticks = 0]() mutable {
      watchers_->Tick();
      if (++ticks % kTicksBetweenOpenings == 0) openings_->Tick();
    });
  }

  void Stop() {
    if (ticker_) ticker_->Stop();
    turns_->Close();
  }

  void Tick() {
    openings_->Tick();
    watchers_->Tick();
  }

 private:
  // A crash may have come between the deletion of an agent and the erasure of their name.
  void EraseTheDeleted() {
    // On the sequencer thread, where the names of new agents are sent from too: none is missed.
    shard_.Read([&people = people_](const Engine& engine) {
      std::set<std::string> agents;
      engine.directory().agents.ForEach(
          [&](AgentId, const AgentConfig& agent) { agents.insert(agent.name); });
      people.KeepOnly(std::move(agents), [](const absl::Status&) {});
    });
  }

  Shard& shard_;
  People& people_;
  const Waits& waits_;
  const ServiceOptions options_;
  const std::shared_ptr<AgentWatchers> watchers_;
  const std::shared_ptr<OpeningsKeeper> openings_;
  const std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();
  std::optional<Ticker> ticker_;
};

Services::Services(Shard& shard, People& people, const Waits& waits, ServiceOptions options)
    : parts_(std::make_unique<Parts>(shard, people, waits, std::move(options))) {}
Services::~Services() = default;

void Services::Register(rpc::MethodTable& table) { parts_->Register(table); }
void Services::Start() { parts_->Start(); }
void Services::Stop() { parts_->Stop(); }
void Services::Tick() { parts_->Tick(); }

}  // namespace wissel
