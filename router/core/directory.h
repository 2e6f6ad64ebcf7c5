// What the center is made of: every configured resource by id and by name. Part of the engine's
// state; a copy of it can be given to threads that turn names into ids.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/core/agent.h"
#include "agents/core/capacity.h"
#include "base/digest.h"
#include "base/invariant.h"
#include "router/core/config.h"
#include "router/core/ids.h"
#include "router/core/requirement.h"

namespace wissel {

// Resources of one kind. Ids rise from 1 and are not used twice; `Config` has a `name`.
template <class IdType, class Config>
class ResourceTable {
 public:
  const Config* Find(IdType id) const {
    return id.value() < rows_.size() && rows_[id.value()] ? &*rows_[id.value()] : nullptr;
  }
  const Config& Get(IdType id) const {
    const Config* config = Find(id);
    INVARIANT(config != nullptr);
    return *config;
  }
  std::optional<IdType> FindId(std::string_view name) const {
    auto it = ids_.find(name);
    if (it == ids_.end()) return std::nullopt;
    return it->second;
  }
  IdType next_id() const { return IdType(static_cast<typename IdType::Value>(rows_.size())); }
  size_t size() const { return ids_.size(); }
  // In the order of ids.
  void ForEach(const std::function<void(IdType, const Config&)>& visit) const {
    for (uint32_t i = 1; i < rows_.size(); ++i) {
      if (rows_[i]) visit(IdType(i), *rows_[i]);
    }
  }

  void Put(IdType id, Config config) {
    if (id.value() >= rows_.size()) rows_.resize(id.value() + 1);
    if (rows_[id.value()]) ids_.erase(rows_[id.value()]->name);
    ids_[config.name] = id;
    rows_[id.value()] = std::move(config);
  }
  void Remove(IdType id) {
    ids_.erase(Get(id).name);
    rows_[id.value()].reset();
  }

  static void Fields(auto&& self, auto&& f) { f(1, "rows", self.rows_); }
  // After `rows_` has been read back.
  void IndexNames() {
    ids_.clear();
    for (uint32_t i = 1; i < rows_.size(); ++i) {
      if (rows_[i]) ids_[rows_[i]->name] = IdType(i);
    }
  }

 private:
  std::vector<std::optional<Config>> rows_ =
      std::vector<std::optional<Config>>(1);  // [0] stays empty
  std::map<std::string, IdType, std::less<>> ids_;
};

struct Directory {
  CenterConfig center;
  ResourceTable<SkillId, NamedConfig> skills;
  ResourceTable<TeamId, NamedConfig> teams;
  ResourceTable<PartnerId, NamedConfig> partners;
  ResourceTable<ProfileId, RoutingProfile> profiles;
  ResourceTable<QueueId, QueueConfig> queues;
  ResourceTable<AgentId, AgentConfig> agents;
  uint64_t revision = 0;  // rises by one with every change of configuration

  static void Fields(auto&& self, auto&& f) {
    f(1, "center", self.center);
    f(2, "skills", self.skills);
    f(3, "teams", self.teams);
    f(4, "partners", self.partners);
    f(5, "profiles", self.profiles);
    f(6, "queues", self.queues);
    f(7, "agents", self.agents);
    f(8, "revision", self.revision);
  }
};

}  // namespace wissel
