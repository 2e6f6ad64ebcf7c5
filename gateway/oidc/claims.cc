#include "gateway/oidc/claims.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::oidc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kLongestName = 63;
constexpr size_t kLongestDisplayName = 100;
constexpr rpc::Role kEvery[] = {rpc::Role::kAgent, rpc::Role::kManager, rpc::Role::kPlanner,
                                rpc::Role::kAdmin, rpc::Role::kIntegration};

absl::Status Unusable(const std::string& claim, std::string_view right) {
  return Refuse(absl::StatusCode::kPermissionDenied, claim,
                fmt::format("the provider's claim {} does not let in", claim), right);
}

std::vector<std::string> Texts(const Struct& claims, const std::string& name) {
  const auto found = claims.fields().find(name);
  if (name.empty() || found == claims.fields().end()) return {};
  if (found->second.has_string_value()) return {found->second.string_value()};
  std::vector<std::string> texts;
  for (const Value& value : found->second.list_value().values()) {
    if (value.has_string_value()) texts.push_back(value.string_value());
  }
  return texts;
}

std::string Text(const Struct& claims, const std::string& name) {
  const auto texts = Texts(claims, name);
  return texts.size() == 1 ? texts[0] : "";
}

// In lower case; empty when it is none.
std::string NameOf(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool good = text.size() <= kLongestName && std::ranges::all_of(text, [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                             c == '-' || c == '_' || c == '@';
                    });
  return good ? text : "";
}

}  // namespace

absl::StatusOr<sign_in::User> UserOf(const Struct& claims, const ClaimNames& names,
                                     const std::map<std::string, Grant>& groups) {
  sign_in::User user;
  user.name = NameOf(Text(claims, names.user));
  if (user.name.empty()) return Unusable(names.user, "the name of a user");
  user.display_name = Text(claims, names.display_name);
  if (user.display_name.empty() || user.display_name.size() > kLongestDisplayName) {
    user.display_name = user.name;
  }
  std::set<std::string> teams;
  std::set<std::string> queues;
  for (const std::string& group : Texts(claims, names.groups)) {
    const auto found = groups.find(group);
    if (found == groups.end()) continue;
    for (rpc::Role role : kEvery) {
      if (found->second.roles.Has(role)) user.roles.Add(role);
    }
    teams.insert(found->second.teams.begin(), found->second.teams.end());
    queues.insert(found->second.queues.begin(), found->second.queues.end());
  }
  user.teams.assign(teams.begin(), teams.end());
  user.queues.assign(queues.begin(), queues.end());
  if (user.roles.empty()) return Unusable(names.groups, "a group that has a role here");
  if (!user.roles.Has(rpc::Role::kAgent)) return user;
  std::string agent = Text(claims, names.agent);
  if (agent.starts_with("agents/")) agent.erase(0, 7);
  agent = NameOf(agent);
  if (agent.empty()) return Unusable(names.agent, "the agent that the user is");
  user.agent = "agents/" + agent;
  return user;
}

}  // namespace wissel::oidc
