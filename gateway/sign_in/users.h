// The local users, in DATA/users.sqlite (SQLite): the sign-in of an embedded server. Passwords are
// kept as Argon2id hashes.
//
// Threads: thread-safe; every call touches the disk or hashes, so never on a door's thread. Several
// processes may use one file (the server, and a command that adds a user).
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/sign_in/user.h"

namespace wissel::sign_in {

class Users {
 public:
  // Opens or makes `folder`/users.sqlite, readable by its owner only.
  static absl::StatusOr<std::unique_ptr<Users>> Open(const std::filesystem::path& folder);

  // INVALID_ARGUMENT with the field ("user", "password", "roles", "agent"), ALREADY_EXISTS.
  absl::Status Add(const User& user, const std::string& password);
  // NOT_FOUND.
  absl::Status SetPassword(const std::string& name, const std::string& password);
  absl::Status Remove(const std::string& name);

  absl::StatusOr<std::vector<User>> List() const;
  absl::StatusOr<std::optional<User>> Find(const std::string& name) const;

  // UNAUTHENTICATED for an unknown user and a wrong password alike, after the same time.
  absl::StatusOr<User> SignIn(const std::string& name, const std::string& password) const;

 private:
  struct Row {
    User user;
    std::string hash;
  };
  struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };

  explicit Users(sqlite3* database);
  absl::StatusOr<std::vector<Row>> Select(const char* where, const std::string& name) const;
  // Runs one statement; how many rows it changed.
  absl::StatusOr<int> Execute(const char* sql, const std::vector<std::string>& arguments);
  absl::Status Failure(std::string_view what) const;

  mutable std::mutex mutex_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  const std::string nobodys_hash_;  // compared with where there is no user
};

}  // namespace wissel::sign_in
