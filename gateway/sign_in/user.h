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
  bool operator==(const User& other) const;
};

// "agent", "manager", "planner", "admin", "integration".
std::vector<std::string> RoleNames(rpc::Roles roles);
std::optional<rpc::Role> RoleNamed(std::string_view name);

}  // namespace wissel::sign_in
