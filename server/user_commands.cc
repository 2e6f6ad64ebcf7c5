#include <iostream>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "server/commands.h"

namespace wissel::server {
namespace {

int Fail(const absl::Status& status) {
  fmt::print(stderr, "wissel: {}", std::string(status.message()));
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "{}{}\n", right.empty() ? "" : "; ", right);
  return 1;
}

// "anna", as users and agents are named on the command line, or "agents/anna", as in the API.
std::string AgentName(const std::string& text) {
  return text.empty() || text.rfind("agents/", 0) == 0 ? text : "agents/" + text;
}

std::string ReadPassword() {
  std::string password;
  std::getline(std::cin, password);
  return password;
}

template <class Change>
int ChangeUsers(const UserOptions& options, Change change) {
  auto users = sign_in::Users::Open(options.data);
  if (!users.ok()) return Fail(users.status());
  const absl::Status status = change(**users);
  return status.ok() ? 0 : Fail(status);
}

rpc::Roles RolesNamed(const std::vector<std::string>& names) {
  rpc::Roles roles;
  for (const std::string& name : names) {
    if (auto role = sign_in::RoleNamed(name)) roles.Add(*role);
  }
  return roles;
}

}  // namespace

int PrintToken(const TokenOptions& options) {
  auto tokens = sign_in::Tokens::Open(options.data, /*demo=*/false);
  if (!tokens.ok()) return Fail(tokens.status());
  rpc::Caller caller;
  caller.user = "users/local-" + options.role;
  caller.agent = AgentName(options.agent);
  caller.roles = RolesNamed({options.role});
  fmt::print("{}\n", (*tokens)->Make(caller, Duration::Hours(options.hours)).text);
  return 0;
}

int AddUser(const UserOptions& options) {
  sign_in::User user;
  user.name = options.user;
  user.display_name = options.display_name;
  user.roles = RolesNamed(options.roles);
  user.agent = AgentName(options.agent);
  const std::string password = ReadPassword();
  return ChangeUsers(options, [&](sign_in::Users& users) { return users.Add(user, password); });
}

int SetUserPassword(const UserOptions& options) {
  const std::string password = ReadPassword();
  return ChangeUsers(
      options, [&](sign_in::Users& users) { return users.SetPassword(options.user, password); });
}

int DeleteUser(const UserOptions& options) {
  return ChangeUsers(options, [&](sign_in::Users& users) { return users.Remove(options.user); });
}

int ListUsers(const UserOptions& options) {
  return ChangeUsers(options, [](sign_in::Users& users) -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const auto all, users.List());
    for (const sign_in::User& user : all) {
      fmt::print("{:<20} {:<28} {:<24} {}\n", user.name, user.display_name,
                 absl::StrJoin(sign_in::RoleNames(user.roles), ","), user.agent);
    }
    return absl::OkStatus();
  });
}

}  // namespace wissel::server
