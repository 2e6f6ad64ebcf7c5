// Rules that change together: all of them or none, as one version.
//
// They are tried out first, one after the other, on an outline of the state: the configuration, the
// people, and of the items those that a change of configuration can stumble over. What passes there
// passes here, so that nothing has been emitted when something is refused. The outline costs about
// as much as restoring the people of a snapshot; items are passed over, not copied.
#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "router/core/action_of.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

constexpr size_t kMostChanges = 10'000;
constexpr size_t kLongestNote = 500;
constexpr size_t kMostToldChanges = 100;
constexpr size_t kMostToldRefusals = 10;

CommandBody BodyOf(const RuleChange& change) {
  return std::visit([](const auto& c) -> CommandBody { return c; }, change);
}

// What agents have is looked at by itself. Of what waits, one stands for all of its queue that
// follow the queue's requirement, and one for all with the same of their own.
std::vector<Item> ItemsInTheWay(const State& state) {
  std::vector<Item> items;
  std::set<QueueId> queues;
  std::set<std::pair<QueueId, RequirementId>> requirements;
  state.items.ForEach(ItemId(), [&](const ItemTable::Row& row) {
    const Item& item = row.item;
    if (IsEnded(item.state)) return true;
    const bool stands_alone =
        item.state == ItemState::kOffered || IsWithAgent(item.state) ||
        (item.own_requirement ? requirements.insert({item.queue, item.requirement}).second
                              : queues.insert(item.queue).second);
    if (stands_alone) items.push_back(item);
    return true;
  });
  return items;
}

void RestoreOutline(const State& from, State& outline) {
  SavedState saved;
  saved.now = from.now;
  saved.next_item = from.next_item;
  saved.next_offer = from.next_offer;
  saved.next_session = from.next_session;
  saved.next_requirement = from.next_requirement;
  saved.directory = from.directory;
  for (const auto& [id, requirement] : from.requirements) {
    saved.requirements.push_back({id, requirement});
  }
  from.directory.queues.ForEach([&](QueueId id, const QueueConfig&) {
    const State::QueueRow& queue = from.queues[id.value()];
    saved.queues.push_back({id, queue.open, {}, 0, queue.surge});
  });
  saved.items = ItemsInTheWay(from);
  from.directory.agents.ForEach(
      [&](AgentId id, const AgentConfig&) { saved.agents.push_back(from.AgentAt(id).state); });
  outline.Restore(std::move(saved));
  // As refusals say it.
  from.directory.queues.ForEach([&](QueueId id, const QueueConfig&) {
    outline.queues[id.value()].living = from.queues[id.value()].living;
  });
}

// What the action says of one change: of what is new or gone, that alone.
void Tell(const ActionTaken& change, ActionTaken& told) {
  const std::string& subject = change.subjects.front();
  if (std::find(told.subjects.begin(), told.subjects.end(), subject) == told.subjects.end()) {
    told.subjects.push_back(subject);
  }
  if (change.kind == ActionKind::kCreated) {
    told.changes.push_back({subject, "", "new"});
  } else if (change.kind == ActionKind::kDeleted) {
    told.changes.push_back({subject, "there", ""});
  } else {
    for (const FieldChange& field : change.changes) {
      told.changes.push_back({subject + " " + field.field, field.before, field.after});
    }
  }
}

void CutShort(ActionTaken& told) {
  if (told.changes.size() > kMostToldChanges) {
    const size_t more = told.changes.size() - kMostToldChanges;
    told.changes.resize(kMostToldChanges);
    told.changes.push_back({"more fields", "", fmt::format("{}", more)});
  }
  if (told.subjects.size() > kMostToldChanges) told.subjects.resize(kMostToldChanges);
}

// The first refusal, and in its sentence what else stands in the way.
class Refusals {
 public:
  void Add(const absl::Status& refusal, size_t index, const std::string& subject) {
    std::string message(refusal.message());
    if (message.find(subject) == std::string::npos)
      message = fmt::format("{}: {}", subject, message);
    if (++count_ > kMostToldRefusals) return;
    if (count_ > 1) {
      message_ += "; " + message;
      return;
    }
    message_ = message;
    code_ = refusal.code();
    field_ = fmt::format("changes[{}]", index);
    if (const std::string field = FieldAtFault(refusal); !field.empty()) field_ += "." + field;
    right_ = WhatWouldBeRight(refusal);
  }
  absl::Status First() const {
    if (count_ == 0) return absl::OkStatus();
    std::string message = message_;
    if (count_ > kMostToldRefusals) {
      message += fmt::format("; and {} more", count_ - kMostToldRefusals);
    }
    return Refuse(code_, field_, message, right_);
  }

 private:
  size_t count_ = 0;
  absl::StatusCode code_ = absl::StatusCode::kOk;
  std::string message_;
  std::string field_;
  std::string right_;
};

}  // namespace

absl::Status Decider::CheckRules(const ApplyRules& c) {
  if (c.if_revision && *c.if_revision != s_.directory.revision) {
    return Refuse(absl::StatusCode::kAborted, "expectedVersion",
                  fmt::format("the rules are of version {} by now", s_.directory.revision),
                  "read them again");
  }
  if (c.changes.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "changes",
                  "the rules are so already: nothing would change");
  }
  if (c.changes.size() > kMostChanges) {
    return RefuseField("changes", fmt::format("{} changes at once", c.changes.size()),
                       fmt::format("at most {}", kMostChanges));
  }
  if (c.note.size() > kLongestNote) {
    return RefuseField("note", "is too long", fmt::format("at most {} bytes", kLongestNote));
  }
  return TryChanges(c);
}

absl::Status Decider::TryChanges(const ApplyRules& c) {
  State outline{EngineOptions()};
  RestoreOutline(s_, outline);
  std::vector<Event> discarded;
  Decider trial(outline, now_, discarded);
  trial.changing_ = trial.gathering_ = true;
  ActionTaken told;
  told.kind = c.restores ? ActionKind::kRulesRolledBack : ActionKind::kRulesApplied;
  told.subjects.push_back(fmt::format(
      "ruleVersions/{}", c.restores.value_or(s_.directory.revision + c.changes.size())));
  Refusals refusals;
  for (size_t i = 0; i < c.changes.size(); ++i) {
    const CommandBody body = BodyOf(c.changes[i]);
    const std::optional<ActionTaken> change = ActionOf(body, "", outline);
    const Subject subject = trial.Carry(body);
    if (!subject.ok()) {
      refusals.Add(subject.status(), i, change ? change->subjects.front() : "");
    } else if (change) {
      Tell(*change, told);
    }
  }
  CutShort(told);
  told_ = std::move(told);
  return refusals.First();
}

Decider::Subject Decider::On(const ApplyRules& c) {
  WISSEL_RETURN_IF_ERROR(CheckRules(c));
  const uint64_t version = s_.directory.revision + c.changes.size();
  Emit(RulesApplied{version, static_cast<uint32_t>(c.changes.size()), c.note, c.restores});
  changing_ = gathering_ = true;
  for (const RuleChange& change : c.changes) {
    // Tried out just now.
    INVARIANT(Carry(BodyOf(change)).ok());
  }
  INVARIANT(s_.directory.revision == version);
  LookAfterChanges();
  return version;
}

// Offers that no longer fit go back first; then what begins to wait, or asks for something else,
// looks in its order, and everyone who is free takes what they see now.
void Decider::LookAfterChanges() {
  changing_ = false;
  if (std::exchange(revoking_, false)) RevokeWhatNoLongerFits();
  gathering_ = false;
  Settle();
  std::erase_if(serving_, [&](AgentId agent) { return s_.FindAgent(agent) == nullptr; });
  ServeTogether(std::exchange(serving_, {}));
  ServeEveryone();
  LookAgainEverywhere();
}

}  // namespace wissel
