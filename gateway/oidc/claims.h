// Who somebody of the provider is here: name, display name, agent, and the roles of their groups.
//
// A free function without state.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "gateway/sign_in/user.h"
#include "google/protobuf/struct.pb.h"

namespace wissel::oidc {

// Which claim says what.
struct ClaimNames {
  std::string user = "preferred_username";
  std::string display_name = "name";
  std::string groups = "groups";  // a list of texts, or one
  std::string agent;              // "anna" or "agents/anna"; empty: nobody is an agent
};

// What a group of the provider is here.
struct Grant {
  rpc::Roles roles;
  std::vector<std::string> teams = {};  // as in sign_in::User
  std::vector<std::string> queues = {};
};

// Of several groups: all their roles, confined to all the teams and queues that they name; one that
// names none lifts nothing. PERMISSION_DENIED names the claim that is missing or cannot be used: no
// name of a user (a-z, 0-9,
// '.', '-', '_' and '@', at most 63; other letters in lower case), no group with a role, the role
// agent without an agent.
absl::StatusOr<sign_in::User> UserOf(const google::protobuf::Struct& claims,
                                     const ClaimNames& names,
                                     const std::map<std::string, Grant>& groups);

}  // namespace wissel::oidc
