// A person who may sign in, and the names of roles.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rpc/method_table.h"

namespace wissel::sign_in {

struct User {
  std::string name;  // "anna"; the resource is "users/anna"
  std::string display_name;
  rpc::Roles roles;
  std::string agent;  // "agents/anna"; empty for users who are no agents
  // "teams/south", "queues/tax": what the user is confined to (server/scope); sorted, each once;
  // empty: nothing.
  std::vector<std::string> teams = {};
  std::vector<std::string> queues = {};
  bool operator==(const User& other) const;
};

// "agent", "manager", "planner", "admin", "integration".
std::vector<std::string> RoleNames(rpc::Roles roles);
std::optional<rpc::Role> RoleNamed(std::string_view name);

inline constexpr std::string_view kTeamPrefix = "teams/";
inline constexpr std::string_view kQueuePrefix = "queues/";
// At most 20 resource names with this prefix, sorted, each once.
bool AreScopes(const std::vector<std::string>& names, std::string_view prefix);
// Whom tokens are made of.
rpc::Caller CallerOf(const User& user);

}  // namespace wissel::sign_in
