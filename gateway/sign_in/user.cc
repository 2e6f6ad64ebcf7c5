#include "gateway/sign_in/user.h"

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

}  // namespace

bool User::operator==(const User& other) const {
  return name == other.name && display_name == other.display_name && agent == other.agent &&
         RoleNames(roles) == RoleNames(other.roles);
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

}  // namespace wissel::sign_in
