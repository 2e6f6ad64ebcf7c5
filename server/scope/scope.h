// What one confined caller may name and see: a message of the contract is walked, and each resource
// name in it ("agents/anna", "teams/south", "queues/tax", "workItems/12") is theirs or not. An item
// belongs to its queue and, while somebody has it, to their team; the two count apart: who is
// confined to teams alone may name any queue, and the other way round.
//
// Pure: where agents and items are enters as data. Not thread-safe; one for each call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"
#include "google/protobuf/message.h"
#include "server/scope/scope_rules.h"

namespace wissel::scope {

struct ItemPlace {
  std::string queue;  // "queues/tax"
  std::string agent;  // "agents/anna", who is offered or has it; empty: nobody
};

// "agents/anna" -> "teams/south"; empty: of none, or no such agent.
using TeamOf = std::function<std::string(std::string_view agent)>;

class Scope {
 public:
  Scope(rpc::Caller caller, TeamOf team_of)
      : caller_(std::move(caller)), team_of_(std::move(team_of)) {}

  static bool IsConfined(const rpc::Caller& caller) {
    return !caller.teams.empty() || !caller.queues.empty();
  }
  const rpc::Caller& caller() const { return caller_; }

  // Numbers of the items that a request names, of which CheckRequest asks where they are.
  static std::set<uint64_t> ItemsNamed(const google::protobuf::Message& request);

  // PERMISSION_DENIED with the field and the name that is not theirs. `items`: those that exist.
  absl::Status CheckRequest(const google::protobuf::Message& request, const ScopeRule& rule,
                            const std::map<uint64_t, ItemPlace>& items) const;

  // Whether the answer is about something of theirs, or about nobody.
  bool Shows(const google::protobuf::Message& answer) const;
  // Takes out what is about others: rows, parts, names.
  void Filter(google::protobuf::Message* answer) const;

 private:
  enum class Verdict : uint8_t { kOfNoKind, kTheirs, kOthers };
  struct Sight {
    bool team = false;  // something of theirs was named
    bool queue = false;
  };

  bool OfTheirTeams(std::string_view agent) const;
  Verdict JudgeTeam(std::string_view name) const;
  Verdict JudgeQueue(std::string_view name) const;
  Verdict Judge(std::string_view name) const;
  absl::Status CheckName(std::string_view name, const std::string& field,
                         const std::map<uint64_t, ItemPlace>& items, Sight* sight) const;
  absl::Status CheckMessage(const google::protobuf::Message& message, const std::string& at,
                            const std::map<uint64_t, ItemPlace>& items, Sight* sight) const;

  const rpc::Caller caller_;
  const TeamOf team_of_;
};

}  // namespace wissel::scope
