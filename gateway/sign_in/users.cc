#include "gateway/sign_in/users.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/password.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY NOT NULL, display_name TEXT NOT NULL,"
    " roles TEXT NOT NULL, agent TEXT NOT NULL, password TEXT NOT NULL) STRICT";
constexpr size_t kShortestPassword = 8;
constexpr size_t kLongestPassword = 256;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

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

std::string Text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement, column)));
}

void Bind(sqlite3_stmt* statement, int position, const std::string& text) {
  sqlite3_bind_text(statement, position, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Users>> Users::Open(const fs::path& folder) {
  const fs::path path = folder / "users.sqlite";
  // Made by us first, so that it is never readable by others; SQLite's own files inherit the mode.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(
        fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  ::close(file);
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Users> users(new Users(database));
  if (opened != SQLITE_OK) return users->Failure("cannot open users.sqlite");
  sqlite3_busy_timeout(database, 5000);
  auto made = users->Execute(kSchema, {});
  if (!made.ok()) return made.status();
  return users;
}

Users::Users(sqlite3* database) : database_(database), nobodys_hash_(HashPassword("nobody")) {}

absl::Status Users::Add(const User& user, const std::string& password) {
  WISSEL_RETURN_IF_ERROR(CheckName(user.name));
  WISSEL_RETURN_IF_ERROR(CheckPassword(password));
  if (user.roles.empty()) return RefuseField("roles", "a user has a role", "at least one role");
  if (user.roles.Has(rpc::Role::kAgent) != user.agent.starts_with("agents/")) {
    return RefuseField("agent", "the agent and the role \"agent\" go together",
                       "\"agents/{agent}\" for those with the role, nothing for others");
  }
  auto added = Execute("INSERT OR IGNORE INTO users VALUES (?, ?, ?, ?, ?)",
                       {user.name, user.display_name, absl::StrJoin(RoleNames(user.roles), ","),
                        user.agent, HashPassword(password)});
  if (!added.ok()) return added.status();
  if (*added == 0) {
    return Refuse(absl::StatusCode::kAlreadyExists, "user",
                  fmt::format("users/{} exists already", user.name));
  }
  return absl::OkStatus();
}

absl::Status Users::SetPassword(const std::string& name, const std::string& password) {
  WISSEL_RETURN_IF_ERROR(CheckPassword(password));
  auto changed =
      Execute("UPDATE users SET password = ? WHERE name = ?", {HashPassword(password), name});
  if (!changed.ok()) return changed.status();
  if (*changed > 0) return absl::OkStatus();
  return Refuse(absl::StatusCode::kNotFound, "user", fmt::format("there is no users/{}", name));
}

absl::Status Users::Remove(const std::string& name) {
  auto removed = Execute("DELETE FROM users WHERE name = ?", {name});
  if (!removed.ok()) return removed.status();
  if (*removed > 0) return absl::OkStatus();
  return Refuse(absl::StatusCode::kNotFound, "user", fmt::format("there is no users/{}", name));
}

absl::StatusOr<std::vector<User>> Users::List() const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select("WHERE ? = '' ORDER BY name", ""));
  std::vector<User> users;
  for (Row& row : rows) users.push_back(std::move(row.user));
  return users;
}

absl::StatusOr<std::optional<User>> Users::Find(const std::string& name) const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select("WHERE name = ?", name));
  if (rows.empty()) return std::optional<User>();
  return std::optional<User>(std::move(rows.front().user));
}

absl::StatusOr<User> Users::SignIn(const std::string& name, const std::string& password) const {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Row> rows, Select("WHERE name = ?", name));
  const bool fits = PasswordFits(rows.empty() ? nobodys_hash_ : rows.front().hash,
                                 password.size() <= kLongestPassword ? password : std::string());
  if (rows.empty() || !fits) {
    return absl::UnauthenticatedError("there is no such user, or the password is wrong");
  }
  return std::move(rows.front().user);
}

absl::StatusOr<std::vector<Users::Row>> Users::Select(const char* where,
                                                      const std::string& name) const {
  std::lock_guard lock(mutex_);
  sqlite3_stmt* prepared = nullptr;
  const std::string sql =
      fmt::format("SELECT name, display_name, roles, agent, password FROM users {}", where);
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    return Failure("cannot read users.sqlite");
  }
  const Statement statement(prepared);
  Bind(prepared, 1, name);
  std::vector<Row> rows;
  int step = 0;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
    Row row;
    row.user = {
        .name = Text(prepared, 0), .display_name = Text(prepared, 1), .agent = Text(prepared, 3)};
    const std::vector<std::string> names = absl::StrSplit(Text(prepared, 2), ',');
    for (const std::string& role_name : names) {
      if (auto role = RoleNamed(role_name)) row.user.roles.Add(*role);
    }
    row.hash = Text(prepared, 4);
    rows.push_back(std::move(row));
  }
  if (step != SQLITE_DONE) return Failure("cannot read users.sqlite");
  return rows;
}

absl::StatusOr<int> Users::Execute(const char* sql, const std::vector<std::string>& arguments) {
  std::lock_guard lock(mutex_);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) {
    return Failure("cannot write users.sqlite");
  }
  const Statement statement(prepared);
  for (size_t i = 0; i < arguments.size(); ++i) {
    Bind(prepared, static_cast<int>(i) + 1, arguments[i]);
  }
  if (sqlite3_step(prepared) != SQLITE_DONE) return Failure("cannot write users.sqlite");
  return sqlite3_changes(database_.get());
}

absl::Status Users::Failure(std::string_view what) const {
  return absl::UnavailableError(fmt::format("{}: {}", what, sqlite3_errmsg(database_.get())));
}

}  // namespace wissel::sign_in
