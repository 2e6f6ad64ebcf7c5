#include "gateway/sign_in/users.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/password.h"
#include "gateway/sign_in/private_store.h"

namespace wissel::sign_in {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY NOT NULL, display_name TEXT NOT NULL,"
    " roles TEXT NOT NULL, agent TEXT NOT NULL, password TEXT NOT NULL,"
    " teams TEXT NOT NULL DEFAULT '', queues TEXT NOT NULL DEFAULT '') STRICT";
constexpr char kInsert[] =
    "INSERT INTO users (name, display_name, roles, agent, password, teams, queues) VALUES "
    "(CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT), CAST(?4 AS TEXT), CAST(?5 AS TEXT), "
    "CAST(?6 AS TEXT), CAST(?7 AS TEXT)) ON CONFLICT (name) DO NOTHING";
constexpr char kRemember[] =
    "INSERT INTO users (name, display_name, roles, agent, password, teams, queues) VALUES "
    "(CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT), CAST(?4 AS TEXT), CAST(?5 AS TEXT), "
    "CAST(?6 AS TEXT), CAST(?7 AS TEXT)) ON CONFLICT (name) DO UPDATE SET "
    "display_name = excluded.display_name, roles = excluded.roles, agent = excluded.agent, "
    "teams = excluded.teams, queues = excluded.queues WHERE users.password = ''";
constexpr char kSelectAll[] =
    "SELECT name, display_name, roles, agent, password, teams, queues FROM users "
    "WHERE CAST(?1 AS TEXT) = '' ORDER BY name";
constexpr char kSelectOne[] =
    "SELECT name, display_name, roles, agent, password, teams, queues FROM users "
    "WHERE name = CAST(?1 AS TEXT)";
constexpr size_t kShortestPassword = 8;
constexpr size_t kLongestPassword = 256;

absl::Status CheckName(const std::string& name) {
  const bool good =
      !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == '@';
      });
  if (good) return absl::OkStatus();
  return RefuseField("user", fmt::format("\"{}\" cannot be a user's name", name),
                     "1 to 63 characters of a-z, 0-9, '.', '-', '_' and '@'");
}

absl::Status CheckPassword(const std::string& password) {
  if (password.size() >= kShortestPassword && password.size() <= kLongestPassword) {
    return absl::OkStatus();
  }
  return RefuseField("password", "the password is too short or too long",
                     fmt::format("{} to {} bytes", kShortestPassword, kLongestPassword));
}

absl::Status CheckScopes(const User& user) {
  if (!AreScopes(user.teams, kTeamPrefix)) {
    return RefuseField("teams", "these are no teams", "\"teams/{team}\", at most 20, each once");
  }
  if (!AreScopes(user.queues, kQueuePrefix)) {
    return RefuseField("queues", "these are no queues",
                       "\"queues/{queue}\", at most 20, each once");
  }
  return absl::OkStatus();
}

// As a column holds it.
std::string Joined(const std::vector<std::string>& names) { return absl::StrJoin(names, ","); }
std::vector<std::string> Split(const std::string& names) {
  return absl::StrSplit(names, ',', absl::SkipEmpty());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Users>> Users::Open(const sql::Stores& stores) {
  const sql::Place place = stores.At("users");
  WISSEL_ASSIGN_OR_RETURN(sql::Database database, OpenPrivateStore(place, kSchema));
  std::unique_ptr<Users> users(new Users(place, std::move(database)));
  WISSEL_RETURN_IF_ERROR(users->AddMissingColumns());
  return users;
}

Users::Users(sql::Place place, sql::Database database)
    : place_(std::move(place)),
      database_(std::move(database)),
      nobodys_hash_(HashPassword("nobody")) {}

// Files that are older than the columns. Two processes may come at once: whoever is second is told
// that the column is there.
absl::Status Users::AddMissingColumns() {
  constexpr std::pair<const char*, const char*> kColumns[] = {
      {"SELECT teams FROM users LIMIT 0",
       "ALTER TABLE users ADD COLUMN teams TEXT NOT NULL DEFAULT ''"},
      {"SELECT queues FROM users LIMIT 0",
       "ALTER TABLE users ADD COLUMN queues TEXT NOT NULL DEFAULT ''"}};
  for (const auto& [look, add] : kColumns) {
    if (Execute(look).ok()) continue;
    const auto added = Execute(add);
    if (!added.ok() && !Execute(look).ok()) return added.status();
  }
  return absl::OkStatus();
}

template <class... Parameters>
absl::StatusOr<int64_t> Users::Execute(const char* sql, const Parameters&... parameters) {
  std::lock_guard lock(mutex_);
  const auto run = [&]() -> absl::StatusOr<int64_t> {
    WISSEL_ASSIGN_OR_RETURN(sql::Query query, database_.Ask(sql, parameters...));
    WISSEL_RETURN_IF_ERROR(query.Next().status());
    return query.changed();
  };
  absl::StatusOr<int64_t> changed = run();
  if (!changed.ok()) return StoreFailure(place_, changed.status());
  return changed;
}

absl::Status Users::Add(const User& user, const std::string& password) {
  WISSEL_RETURN_IF_ERROR(CheckName(user.name));
  WISSEL_RETURN_IF_ERROR(CheckPassword(password));
  if (user.roles.empty()) return RefuseField("roles", "a user has a role", "at least one role");
  if (user.roles.Has(rpc::Role::kAgent) != user.agent.starts_with("agents/")) {
    return RefuseField("agent", "the agent and the role \"agent\" go together",
                       "\"agents/{agent}\" for those with the role, nothing for others");
  }
  WISSEL_RETURN_IF_ERROR(CheckScopes(user));
  auto added = Execute(kInsert, user.name, user.display_name, Joined(RoleNames(user.roles)),
                       user.agent, HashPassword(password), Joined(user.teams), Joined(user.queues));
  if (!added.ok()) return added.status();
  if (*added == 0) {
    return Refuse(absl::StatusCode::kAlreadyExists, "user",
                  fmt::format("users/{} exists already", user.name));
  }
  return absl::OkStatus();
}

absl::Status Users::Remember(const User& user) {
  WISSEL_RETURN_IF_ERROR(CheckScopes(user));
  auto kept = Execute(kRemember, user.name, user.display_name, Joined(RoleNames(user.roles)),
                      user.agent, std::string(), Joined(user.teams), Joined(user.queues));
  if (!kept.ok()) return kept.status();
  if (*kept > 0) return absl::OkStatus();
  return Refuse(absl::StatusCode::kAlreadyExists, "user",
                fmt::format("users/{} is a user with a password here", user.name));
}

absl::Status Users::SetPassword(const std::string& name, const std::string& password) {
  WISSEL_RETURN_IF_ERROR(CheckPassword(password));
  auto changed =
      Execute("UPDATE users SET password = CAST(?1 AS TEXT) WHERE name = CAST(?2 AS TEXT)",
              HashPassword(password), name);
  if (!changed.ok()) return changed.status();
  if (*changed > 0) return absl::OkStatus();
  return Refuse(absl::StatusCode::kNotFound, "user", fmt::format("there is no users/{}", name));
}

absl::Status Users::Remove(const std::string& name) {
  auto removed = Execute("DELETE FROM users WHERE name = CAST(?1 AS TEXT)", name);
  if (!removed.ok()) return removed.status();
  if (*removed > 0) return absl::OkStatus();
  return Refuse(absl::StatusCode::kNotFound, "user", fmt::format("there is no users/{}", name));
}

absl::StatusOr<std::vector<User>> Users::List() const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select(kSelectAll, ""));
  std::vector<User> users;
  for (Row& row : rows) users.push_back(std::move(row.user));
  return users;
}

absl::StatusOr<std::optional<User>> Users::Find(const std::string& name) const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select(kSelectOne, name));
  if (rows.empty()) return std::optional<User>();
  return std::optional<User>(std::move(rows.front().user));
}

absl::StatusOr<User> Users::SignIn(const std::string& name, const std::string& password) const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select(kSelectOne, name));
  const bool fits = PasswordFits(rows.empty() ? nobodys_hash_ : rows.front().hash,
                                 password.size() <= kLongestPassword ? password : std::string());
  if (rows.empty() || !fits) {
    return absl::UnauthenticatedError("there is no such user, or the password is wrong");
  }
  return std::move(rows.front().user);
}

absl::StatusOr<std::vector<Users::Row>> Users::Select(const char* sql,
                                                      const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto read = [&]() -> absl::StatusOr<std::vector<Row>> {
    std::vector<Row> rows;
    WISSEL_ASSIGN_OR_RETURN(sql::Query query, database_.Ask(sql, name));
    while (true) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, query.Next());
      if (!more) return rows;
      Row& row = rows.emplace_back();
      row.user = {.name = query.Text(0), .display_name = query.Text(1), .agent = query.Text(3)};
      for (const std::string& role_name : Split(query.Text(2))) {
        if (auto role = RoleNamed(role_name)) row.user.roles.Add(*role);
      }
      row.hash = query.Text(4);
      row.user.teams = Split(query.Text(5));
      row.user.queues = Split(query.Text(6));
    }
  };
  absl::StatusOr<std::vector<Row>> rows = read();
  if (!rows.ok()) return StoreFailure(place_, rows.status());
  return rows;
}

}  // namespace wissel::sign_in
