#include <iostream>
#include <set>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/ended_sessions.h"
#include "gateway/sign_in/security_events.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "router/journal/address.h"
#include "server/cell/tenant_place.h"
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

// Likewise, sorted, each once.
std::vector<std::string> ScopeNames(const std::vector<std::string>& texts,
                                    std::string_view prefix) {
  std::set<std::string> names;
  for (const std::string& text : texts) {
    names.insert(text.starts_with(prefix) ? text : fmt::format("{}{}", prefix, text));
  }
  return {names.begin(), names.end()};
}

std::string ReadPassword() {
  std::string password;
  std::getline(std::cin, password);
  return password;
}

template <class Change>
int ChangeUsers(const UserOptions& options, Change change) {
  auto users = sign_in::Users::Open(StoresAt(options.data));
  if (!users.ok()) return Fail(users.status());
  const absl::Status status = change(**users);
  return status.ok() ? 0 : Fail(status);
}

// For administrators to read (wissel.v1.AuditService).
absl::Status Note(const std::string& data, sign_in::SecurityEvents::Kind kind,
                  const std::string& user) {
  WISSEL_ASSIGN_OR_RETURN(auto events,
                          sign_in::SecurityEvents::Open(StoresAt(data), sign_in::SystemWallClock));
  events->Note(kind, user, "");
  return absl::OkStatus();
}
absl::Status Note(const UserOptions& options, sign_in::SecurityEvents::Kind kind) {
  return Note(options.data, kind, "users/" + options.user);
}

// Of one who is gone, or whose password somebody else may have known. A server that runs sees it.
absl::Status EndSessions(const UserOptions& options) {
  const Instant now = sign_in::SystemWallClock();
  WISSEL_ASSIGN_OR_RETURN(auto ended, sign_in::EndedSessions::Open(StoresAt(options.data), now));
  return ended->EndUser("users/" + options.user, now, now + sign_in::kLongestTokenLifetime);
}

rpc::Roles RolesNamed(const std::vector<std::string>& names) {
  rpc::Roles roles;
  for (const std::string& name : names) {
    if (auto role = sign_in::RoleNamed(name)) roles.Add(*role);
  }
  return roles;
}

absl::StatusOr<std::unique_ptr<sign_in::Tokens>> OpenTokens(const std::string& data) {
  if (!IsPostgresUrl(data)) return sign_in::Tokens::Open(data, /*demo=*/false);
  WISSEL_ASSIGN_OR_RETURN(sign_in::TokenKeys keys, SharedTokenKeys(data));
  return sign_in::Tokens::WithKeys(sign_in::AlwaysKeys(std::move(keys)), /*demo=*/false,
                                   sign_in::SystemWallClock, nullptr, TenantAt(data));
}

using KeyChange = sign_in::TokenKeys (sign_in::TokenKeys::*)() const;

absl::Status ChangeKeys(const std::string& data, KeyChange change,
                        sign_in::SecurityEvents::Kind kind) {
  if (IsPostgresUrl(data)) {
    WISSEL_ASSIGN_OR_RETURN(const sign_in::TokenKeys keys, SharedTokenKeys(data));
    WISSEL_RETURN_IF_ERROR(ReplaceSharedTokenKeys(data, keys, (keys.*change)()));
  } else {
    WISSEL_ASSIGN_OR_RETURN(const sign_in::TokenKeys keys, sign_in::ReadOrMakeKeys(data));
    WISSEL_RETURN_IF_ERROR(sign_in::ReplaceKeys(data, (keys.*change)()));
  }
  return Note(data, kind, "");
}

}  // namespace

int PrintToken(const TokenOptions& options) {
  auto tokens = OpenTokens(options.data);
  if (!tokens.ok()) return Fail(tokens.status());
  rpc::Caller caller;
  caller.user = "users/local-" + options.role;
  caller.agent = AgentName(options.agent);
  caller.roles = RolesNamed({options.role});
  caller.teams = ScopeNames(options.teams, sign_in::kTeamPrefix);
  caller.queues = ScopeNames(options.queues, sign_in::kQueuePrefix);
  if (!sign_in::AreScopes(caller.teams, sign_in::kTeamPrefix) ||
      !sign_in::AreScopes(caller.queues, sign_in::kQueuePrefix)) {
    return Fail(absl::InvalidArgumentError("--team and --queue name at most 20 teams and queues"));
  }
  fmt::print("{}\n", (*tokens)->Make(caller, Duration::Hours(options.hours)).text);
  return 0;
}

int RotateKey(const std::string& data) {
  const absl::Status status =
      ChangeKeys(data, &sign_in::TokenKeys::Rotated, v1::SecurityEvent::KEY_ROTATED);
  if (!status.ok()) return Fail(status);
  fmt::print(
      "A new key signs tokens. Those of the key before it count until they expire, or until\n"
      "`wissel key retire`; those of a key before that count no more.\n");
  return 0;
}

int RetireKey(const std::string& data) {
  const absl::Status status =
      ChangeKeys(data, &sign_in::TokenKeys::WithoutFormer, v1::SecurityEvent::KEY_RETIRED);
  if (!status.ok()) return Fail(status);
  fmt::print(
      "Tokens of the newest key alone count. Who has another signs in again, and programs need\n"
      "a new one.\n");
  return 0;
}

int AddUser(const UserOptions& options) {
  sign_in::User user;
  user.name = options.user;
  user.display_name = options.display_name;
  user.roles = RolesNamed(options.roles);
  user.agent = AgentName(options.agent);
  user.teams = ScopeNames(options.teams, sign_in::kTeamPrefix);
  user.queues = ScopeNames(options.queues, sign_in::kQueuePrefix);
  const std::string password = ReadPassword();
  return ChangeUsers(options, [&](sign_in::Users& users) {
    WISSEL_RETURN_IF_ERROR(users.Add(user, password));
    return Note(options, v1::SecurityEvent::USER_ADDED);
  });
}

int SetUserPassword(const UserOptions& options) {
  const std::string password = ReadPassword();
  return ChangeUsers(options, [&](sign_in::Users& users) {
    WISSEL_RETURN_IF_ERROR(users.SetPassword(options.user, password));
    WISSEL_RETURN_IF_ERROR(Note(options, v1::SecurityEvent::PASSWORD_SET));
    return EndSessions(options);
  });
}

int DeleteUser(const UserOptions& options) {
  return ChangeUsers(options, [&](sign_in::Users& users) {
    WISSEL_RETURN_IF_ERROR(users.Remove(options.user));
    WISSEL_RETURN_IF_ERROR(Note(options, v1::SecurityEvent::USER_REMOVED));
    return EndSessions(options);
  });
}

int ListUsers(const UserOptions& options) {
  return ChangeUsers(options, [](sign_in::Users& users) -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const auto all, users.List());
    for (const sign_in::User& user : all) {
      std::vector<std::string> scopes = user.teams;
      scopes.insert(scopes.end(), user.queues.begin(), user.queues.end());
      fmt::print("{:<20} {:<28} {:<24} {:<20} {}\n", user.name, user.display_name,
                 absl::StrJoin(sign_in::RoleNames(user.roles), ","), user.agent,
                 absl::StrJoin(scopes, ","));
    }
    return absl::OkStatus();
  });
}

}  // namespace wissel::server
