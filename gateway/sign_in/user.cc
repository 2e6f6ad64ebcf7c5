#include "gateway/sign_in/user.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace wissel::sign_in {
namespace {

constexpr std::pair<rpc::Role, const char*> kRoles[] = {
    {rpc::Role::kAgent, "agent"},
    {rpc::Role::kManager, "manager"},
    {rpc::Role::kPlanner, "planner"},
    {rpc::Role::kAdmin, "admin"},
    {rpc::Role::kIntegration, "integration"},
};
constexpr size_t kMostScopes = 20;
constexpr size_t kLongestId = 63;

}  // namespace

bool User::operator==(const User& other) const {
  return name == other.name && display_name == other.display_name && agent == other.agent &&
         RoleNames(roles) == RoleNames(other.roles) && teams == other.teams &&
         queues == other.queues;
}

std::vector<std::string> RoleNames(rpc::Roles roles) {
  std::vector<std::string> names;
  for (const auto& [role, name] : kRoles) {
    if (roles.Has(role)) names.emplace_back(name);
  }
  return names;
}

std::optional<rpc::Role> RoleNamed(std::string_view name) {
  for (const auto& [role, role_name] : kRoles) {
    if (name == role_name) return role;
  }
  return std::nullopt;
}

bool AreScopes(const std::vector<std::string>& names, std::string_view prefix) {
  if (names.size() > kMostScopes ||
      std::ranges::adjacent_find(names, std::ranges::greater_equal()) != names.end()) {
    return false;
  }
  return std::ranges::all_of(names, [prefix](std::string_view name) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return !name.empty() && name.size() <= kLongestId && name[0] >= 'a' && name[0] <= 'z' &&
           std::ranges::all_of(name, [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
  });
}

rpc::Caller CallerOf(const User& user) {
  return {.user = "users/" + user.name,
          .agent = user.agent,
          .roles = user.roles,
          .teams = user.teams,
          .queues = user.queues};
}

}  // namespace wissel::sign_in
