// What lies between two configurations: as changes to apply (ChangesBetween), and in words
// (DifferenceOf).
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "base/fields.h"
#include "router/core/field_words.h"
#include "router/core/rule_book.h"

namespace wissel {
namespace {

template <class T>
constexpr bool kIsList = false;
template <class T>
constexpr bool kIsList<std::vector<T>> = true;
template <class T>
constexpr bool kIsMaybe = false;
template <class T>
constexpr bool kIsMaybe<std::optional<T>> = true;

// Shows every id that a configuration holds, wherever it stands (base/fields.h).
template <class T, class Visit>
void ForEachId(T& value, Visit& visit) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (kIsList<Plain>) {
    for (auto& one : value) ForEachId(one, visit);
  } else if constexpr (kIsMaybe<Plain>) {
    if (value) ForEachId(*value, visit);
  } else if constexpr (HasFields<Plain>) {
    Plain::Fields(value, [&](int, const char*, auto& field) { ForEachId(field, visit); });
  } else if constexpr (requires { visit(value); }) {
    visit(value);
  }
}

// The ids of one configuration in another, by name.
class Ids {
 public:
  Ids(const Directory& of, const Directory& in) {
    Map(of.skills, in.skills, skills_);
    Map(of.teams, in.teams, teams_);
    Map(of.partners, in.partners, partners_);
    Map(of.profiles, in.profiles, profiles_);
    Map(of.queues, in.queues, queues_);
    Map(of.agents, in.agents, agents_);
  }
  void operator()(SkillId& id) const { id = Find(skills_, id); }
  void operator()(TeamId& id) const { id = Find(teams_, id); }
  void operator()(PartnerId& id) const { id = Find(partners_, id); }
  void operator()(ProfileId& id) const { id = Find(profiles_, id); }
  void operator()(QueueId& id) const { id = Find(queues_, id); }
  void operator()(AgentId& id) const { id = Find(agents_, id); }

 private:
  // What `of` names and does not have is named by no id: the engine says so.
  template <class Id>
  static Id Find(const std::map<Id, Id>& ids, Id id) {
    const auto found = ids.find(id);
    return found == ids.end() ? Id() : found->second;
  }
  template <class Id, class Config>
  static void Map(const ResourceTable<Id, Config>& of, const ResourceTable<Id, Config>& in,
                  std::map<Id, Id>& ids) {
    uint32_t next = in.next_id().value();
    of.ForEach([&](Id id, const Config& config) {
      const std::optional<Id> there = in.FindId(config.name);
      ids[id] = there ? *there : Id(next++);
    });
  }

  std::map<SkillId, SkillId> skills_;
  std::map<TeamId, TeamId> teams_;
  std::map<PartnerId, PartnerId> partners_;
  std::map<ProfileId, ProfileId> profiles_;
  std::map<QueueId, QueueId> queues_;
  std::map<AgentId, AgentId> agents_;
};

// Lists that go by id go by the new ones.
void Sort(AgentConfig& agent) {
  std::sort(agent.skills.begin(), agent.skills.end(),
            [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
}
void Sort(RoutingProfile& profile) {
  std::sort(profile.queues.begin(), profile.queues.end(),
            [](const QueuePreference& a, const QueuePreference& b) { return a.key() < b.key(); });
}
template <class Other>
void Sort(Other&) {}

// One that names no other.
QueueConfig Plain(const QueueConfig& queue) {
  QueueConfig plain;
  plain.name = queue.name;
  plain.display_name = queue.display_name;
  plain.channel = queue.channel;
  return plain;
}

class Planner {
 public:
  Planner(const Rules& from, const Rules& to)
      : from_(from), to_(to), ids_(to.directory, from.directory) {}

  std::vector<RuleChange> Plan() {
    if (to_.directory.center != from_.directory.center) {
      changes_.push_back(ConfigureCenter{to_.directory.center});
    }
    PutAll(from_.directory.skills, to_.directory.skills);
    PutAll(from_.directory.teams, to_.directory.teams);
    PutAll(from_.directory.partners, to_.directory.partners);
    PutQueues();
    PutAll(from_.directory.profiles, to_.directory.profiles);
    PutAll(from_.directory.agents, to_.directory.agents);
    DeleteRest(from_.directory.agents, to_.directory.agents);
    DeleteRest(from_.directory.profiles, to_.directory.profiles);
    LoosenQueues();
    DeleteRest(from_.directory.queues, to_.directory.queues);
    DeleteRest(from_.directory.partners, to_.directory.partners);
    DeleteRest(from_.directory.teams, to_.directory.teams);
    DeleteRest(from_.directory.skills, to_.directory.skills);
    return std::move(changes_);
  }

 private:
  template <class Config>
  Config Here(Config config) const {
    ForEachId(config, ids_);
    Sort(config);
    return config;
  }

  template <class Id, class Config>
  void PutAll(const ResourceTable<Id, Config>& from, const ResourceTable<Id, Config>& to) {
    to.ForEach([&](Id, const Config& config) {
      const std::optional<Id> there = from.FindId(config.name);
      Config wanted = Here(config);
      if (there && from.Get(*there) == wanted) return;
      changes_.push_back(Configure<Id, Config>{there, std::move(wanted), {}});
    });
  }

  // New queues may send work on to each other: such a one is made plain first.
  void PutQueues() {
    const auto& from = from_.directory.queues;
    std::vector<RuleChange> then;
    to_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
      const std::optional<QueueId> there = from.FindId(queue.name);
      ConfigureQueue wanted{there, Here(queue), Here(to_.requirements.at(id)), {}};
      if (there) {
        const bool same = from.Get(*there) == wanted.config &&
                          from_.requirements.at(*there) == wanted.requirement;
        if (!same) then.push_back(std::move(wanted));
        return;
      }
      const bool names_new =
          NamesQueue(wanted.config, [&](QueueId other) { return other >= from.next_id(); });
      if (names_new) {
        changes_.push_back(ConfigureQueue{{}, Plain(queue), wanted.requirement, {}});
        QueueId made = id;
        ids_(made);
        wanted.id = made;
        then.push_back(std::move(wanted));
      } else {
        changes_.push_back(std::move(wanted));
      }
    });
    changes_.insert(changes_.end(), then.begin(), then.end());
  }

  template <class Is>
  static bool NamesQueue(const QueueConfig& queue, Is is) {
    bool names = false;
    auto look = [&](const QueueId& other) { names |= is(other); };
    ForEachId(queue, look);
    return names;
  }

  bool Goes(QueueId id) const {
    const QueueConfig* queue = from_.directory.queues.Find(id);
    return queue != nullptr && !to_.directory.queues.FindId(queue->name);
  }
  // Queues that go may still name each other.
  void LoosenQueues() {
    from_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
      if (!Goes(id) || !NamesQueue(queue, [&](QueueId other) { return Goes(other); })) return;
      changes_.push_back(ConfigureQueue{id, Plain(queue), from_.requirements.at(id), {}});
    });
  }

  template <class Id, class Config>
  void DeleteRest(const ResourceTable<Id, Config>& from, const ResourceTable<Id, Config>& to) {
    from.ForEach([&](Id id, const Config& config) {
      if (!to.FindId(config.name)) changes_.push_back(Delete<Id>{id, {}});
    });
  }

  const Rules& from_;
  const Rules& to_;
  Ids ids_;
  std::vector<RuleChange> changes_;
};

// Two states, one before and one after, compared in words.
class Comparer {
 public:
  Comparer(const Engine& from, const Engine& to)
      : from_(from.directory()), to_(to.directory()), before_(from.state()), after_(to.state()) {}

  std::vector<ResourceChange> Compare() {
    Add("center", ActionKind::kChanged, Words(before_, from_.center), Words(after_, to_.center));
    Table("skills", from_.skills, to_.skills);
    Table("teams", from_.teams, to_.teams);
    Table("partners", from_.partners, to_.partners);
    Table("queues", from_.queues, to_.queues);
    Table("routingProfiles", from_.profiles, to_.profiles);
    Table("agents", from_.agents, to_.agents);
    return std::move(changes_);
  }

 private:
  using Sentence = std::vector<std::pair<std::string, std::string>>;  // field, words

  template <class Config>
  static Sentence Words(const FieldWords& words, const Config& config) {
    Sentence sentence;
    Config::Fields(config, [&](int, const char* name, const auto& field) {
      if (std::string_view(name) != "name") sentence.emplace_back(name, words.Of(field));
    });
    return sentence;
  }
  static Sentence Nothing(Sentence sentence) {
    for (auto& [field, words] : sentence) words.clear();
    return sentence;
  }

  void Add(std::string resource, ActionKind kind, const Sentence& before, const Sentence& after) {
    ResourceChange change{std::move(resource), kind, {}};
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i].second == after[i].second) continue;
      change.fields.push_back({before[i].first, FieldWords::CutShort(before[i].second),
                               FieldWords::CutShort(after[i].second)});
    }
    if (kind != ActionKind::kChanged || !change.fields.empty()) {
      changes_.push_back(std::move(change));
    }
  }

  template <class Id, class Config>
  void Table(const std::string& collection, const ResourceTable<Id, Config>& from,
             const ResourceTable<Id, Config>& to) {
    std::set<std::string> names;
    from.ForEach([&](Id, const Config& config) { names.insert(config.name); });
    to.ForEach([&](Id, const Config& config) { names.insert(config.name); });
    for (const std::string& name : names) {
      const std::optional<Id> old_id = from.FindId(name);
      const std::optional<Id> new_id = to.FindId(name);
      const Sentence before =
          old_id ? Words(before_, from.Get(*old_id)) : Nothing(Words(after_, to.Get(*new_id)));
      const Sentence after = new_id ? Words(after_, to.Get(*new_id)) : Nothing(before);
      const ActionKind kind = !old_id   ? ActionKind::kCreated
                              : !new_id ? ActionKind::kDeleted
                                        : ActionKind::kChanged;
      Add(collection + "/" + name, kind, before, after);
    }
  }

  const Directory& from_;
  const Directory& to_;
  const FieldWords before_;
  const FieldWords after_;
  std::vector<ResourceChange> changes_;
};

}  // namespace

std::vector<RuleChange> ChangesBetween(const Rules& from, const Rules& to) {
  return Planner(from, to).Plan();
}

std::vector<ResourceChange> DifferenceOf(const Rules& from, const Rules& to) {
  const Engine before = EngineWith(from);
  const Engine after = EngineWith(to);
  return Comparer(before, after).Compare();
}

}  // namespace wissel
