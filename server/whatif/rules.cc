#include "server/whatif/rules.h"

#include <memory>
#include <utility>

#include "agents/service/people.h"
#include "base/status.h"
#include "router/service/config_service.h"
#include "router/service/hours.h"
#include "server/config/apply.h"
#include "server/config/config_file.h"
#include "server/whatif/rehearsal.h"

namespace wissel::whatif {
namespace {

using forecasting::CenterAct;
using forecasting::Recording;
using forecasting::Subject;
using forecasting::WhatIf;

// The center's configuration and every resource that the file names.
class Named {
 public:
  Named(const config::CenterSection& center, const Directory& directory) {
    subjects_.insert({Subject::Kind::kCenter, 0});
    Add(Subject::Kind::kSkill, center.skills(), directory.skills);
    Add(Subject::Kind::kTeam, center.teams(), directory.teams);
    Add(Subject::Kind::kPartner, center.partners(), directory.partners);
    Add(Subject::Kind::kProfile, center.routing_profiles(), directory.profiles);
    Add(Subject::Kind::kQueue, center.queues(), directory.queues);
    Add(Subject::Kind::kAgent, center.agents(), directory.agents);
  }
  bool Has(const Subject& subject) const { return subjects_.contains(subject); }

 private:
  template <class Resources, class Table>
  void Add(Subject::Kind kind, const Resources& resources, const Table& table) {
    for (const auto& resource : resources) {
      if (const auto id = table.FindId(config::LastPart(resource.name()))) {
        subjects_.insert({kind, id->value()});
      }
    }
  }

  absl::btree_set<Subject> subjects_;
};

// Recorded changes of what the file names, unless they say the same.
void SettleNamed(const config::CenterSection& center, const Engine& after,
                 const Recording& recording, WhatIf& what_if) {
  const Named named(center, after.directory());
  for (const CenterAct& act : recording.center) {
    if (!act.command) continue;
    for (const CommandBody& change : forecasting::ChangesOf(*act.command)) {
      if (IsAlready(after, change)) continue;
      const std::optional<Subject> subject = forecasting::SubjectOf(change);
      if (subject && named.Has(*subject)) what_if.settled.insert(*subject);
    }
  }
}

bool HasOtherHours(const Directory& before, const Directory& after, QueueId id,
                   const QueueConfig& queue) {
  if (!queue.hours) return false;
  const QueueConfig* old = before.queues.Find(id);
  if (old == nullptr || old->hours != queue.hours) return true;
  return queue.hours->time_zone.empty() && before.center.time_zone != after.center.time_zone;
}

// As instants, over the whole period.
void OpenAnew(const Directory& before, const Directory& after, const Recording& recording,
              WhatIf& what_if) {
  const int64_t days = (recording.until - recording.from).millis() / Duration::Days(1).millis();
  after.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (!HasOtherHours(before, after, id, queue)) return;
    what_if.rules.push_back(
        SetOpenings{id, ExpandHours(*queue.hours, after.center.time_zone, recording.from,
                                    static_cast<int>(days) + 2)});
    what_if.settled.insert({Subject::Kind::kOpenings, id.value()});
  });
}

}  // namespace

absl::Status ReadRules(const std::string& file, const Recording& recording, WhatIf& what_if) {
  WISSEL_ASSIGN_OR_RETURN(config::LoadedConfig loaded, config::LoadConfigFile(file));
  if (!loaded.problems.empty()) return absl::InvalidArgumentError(loaded.ProblemText());
  WISSEL_RETURN_IF_ERROR(ReadRules(loaded, recording, what_if));
  if (!loaded.problems.empty()) return absl::InvalidArgumentError(loaded.ProblemText());
  return absl::OkStatus();
}

absl::Status ReadRules(config::LoadedConfig& loaded, const Recording& recording, WhatIf& what_if) {
  WISSEL_ASSIGN_OR_RETURN(Engine start, StartWithAll(recording));
  const Directory before = start.directory();
  Rehearsal shard(std::move(start), recording.from);
  WISSEL_ASSIGN_OR_RETURN(const auto people, People::Open(":memory:"));
  const auto turns = std::make_shared<Turns>();
  rpc::MethodTable methods;
  RegisterConfigService(methods, shard, *people, turns);
  config::Apply(loaded, methods, shard, config::LeftOut::kStays);
  turns->Close();
  if (!loaded.problems.empty()) return absl::OkStatus();
  what_if.rules = shard.changes();
  OpenAnew(before, shard.engine().directory(), recording, what_if);
  SettleNamed(loaded.file.center(), shard.engine(), recording, what_if);
  return absl::OkStatus();
}

}  // namespace wissel::whatif
