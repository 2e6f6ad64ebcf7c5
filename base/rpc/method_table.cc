#include "base/rpc/method_table.h"

#include "absl/strings/str_join.h"
#include "fmt/format.h"

namespace wissel::rpc {
namespace {

std::string Names(Roles roles) {
  static constexpr std::pair<Role, const char*> kNames[] = {{Role::kAgent, "agent"},
                                                            {Role::kManager, "manager"},
                                                            {Role::kPlanner, "planner"},
                                                            {Role::kAdmin, "admin"},
                                                            {Role::kIntegration, "integration"}};
  std::vector<std::string> names;
  for (const auto& [role, name] : kNames) {
    if (roles.Has(role)) names.push_back(name);
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

Method& MethodTable::Add(std::string_view name, Access access,
                         const google::protobuf::Message& request,
                         const google::protobuf::Message& response) {
  Method method;
  method.descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(std::string(name));
  INVARIANT(method.descriptor != nullptr);
  INVARIANT(method.descriptor->input_type() == request.GetDescriptor());
  INVARIANT(method.descriptor->output_type() == response.GetDescriptor());
  INVARIANT(access.open_to_all || !access.roles.empty());
  method.request_prototype = &request;
  method.response_prototype = &response;
  method.open_to_all = access.open_to_all;
  method.roles = access.roles;
  auto [it, inserted] = methods_.emplace(std::string(name), std::move(method));
  INVARIANT(inserted);
  return it->second;
}

void MethodTable::Add(Method method) {
  std::string name = method.descriptor->full_name();
  const bool inserted = methods_.emplace(std::move(name), std::move(method)).second;
  INVARIANT(inserted);
}

const Method* MethodTable::Find(std::string_view full_name) const {
  auto it = methods_.find(full_name);
  return it == methods_.end() ? nullptr : &it->second;
}

absl::Status MethodTable::Authorize(const Method& method, const Caller& caller) {
  if (method.open_to_all) return absl::OkStatus();
  if (caller.roles.empty()) {
    return absl::UnauthenticatedError(
        fmt::format("{} asks for a bearer token", method.descriptor->name()));
  }
  if (!method.roles.Intersects(caller.roles)) {
    return absl::PermissionDeniedError(
        fmt::format("{} is for the roles {}", method.descriptor->name(), Names(method.roles)));
  }
  return absl::OkStatus();
}

}  // namespace wissel::rpc
