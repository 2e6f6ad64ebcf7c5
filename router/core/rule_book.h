// The rules of a center as values: what they are at one version, what lies between two of them, and
// the versions that a journal tells of. Pure; beside the engine, which keeps the newest rules only.
//
// A version has the number of the directory's revision after it. A change by itself is a version;
// of changes that were applied together (RulesApplied) only the last number is one.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "router/core/command.h"
#include "router/core/directory.h"
#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel {

// The whole configuration at one version. What queues require stands beside them: `requirement` of
// their configurations is not used.
struct Rules {
  Directory directory;
  std::map<QueueId, Requirement> requirements;
};

Rules RulesOf(const Engine& engine);
// An engine of these rules alone, with nobody and nothing in it: to write them out, to put them in
// words, to try changes on.
Engine EngineWith(const Rules& rules);

// What to apply where `from` holds so that `to` does: of resources that differ, as a whole, in an
// order in which each change can be made. Resources are the same when they have the same name; one
// that `from` lacks gets a new id, and what names it gets that too. Empty: they say the same.
std::vector<RuleChange> ChangesBetween(const Rules& from, const Rules& to);

// What became of one resource.
struct ResourceChange {
  std::string resource;  // "queues/web"; "center"
  ActionKind kind = ActionKind::kChanged;
  std::vector<FieldChange> fields;
};
// By kind of resource in the order of the directory, then by name.
std::vector<ResourceChange> DifferenceOf(const Rules& from, const Rules& to);

struct RuleVersion {
  uint64_t number = 0;
  Instant at;
  std::string by;    // "users/maya"; empty: nobody's
  std::string note;  // of a set that was applied
  std::optional<uint64_t> restores;
  uint32_t changes = 1;  // resources put or deleted at once
  std::string sentence;  // what changed
};

// A fold over a journal from its beginning. Keeps every change of configuration, some hundred bytes
// each; nothing of the work.
class RuleBook {
 public:
  void Fold(std::span<const Event> events);

  // Oldest first.
  const std::vector<RuleVersion>& versions() const { return versions_; }
  // Null for a number that is none.
  const RuleVersion* Find(uint64_t number) const;
  // The rules as they were when that version had been made. None for a number that is none.
  std::optional<Rules> At(uint64_t number) const;

 private:
  // A change as it was journalled.
  struct Step {
    EventBody body;
    Requirement requirement;  // of a queue
  };

  void Change(const Event& event);
  void Tell(const ActionTaken& action);
  static void Put(const Step& step, Rules& rules);

  std::vector<RuleVersion> versions_;
  std::vector<Step> steps_;  // the n-th brings revision n
  Directory names_;          // as it stands, for sentences
  std::map<RequirementId, Requirement> defined_;
  std::optional<RulesApplied> applying_;
  // The newest version may still be told by who made it.
  std::string told_of_;
};

}  // namespace wissel
