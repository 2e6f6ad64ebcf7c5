// The local users, in the store "users" (DATA/users.sqlite): the sign-in of an embedded server.
// Passwords are kept as Argon2id hashes.
//
// Threads: thread-safe; every call touches the disk or hashes, so never on a door's thread. Several
// processes may use one file (the server, and a command that adds a user).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/database.h"
#include "base/sql/stores.h"
#include "gateway/sign_in/user.h"

namespace wissel::sign_in {

class Users {
 public:
  // UNAVAILABLE where the store cannot be used.
  static absl::StatusOr<std::unique_ptr<Users>> Open(const sql::Stores& stores);

  // INVALID_ARGUMENT with the field ("user", "password", "roles", "agent", "teams",
  // "queues"), ALREADY_EXISTS.
  absl::Status Add(const User& user, const std::string& password);
  // Keeps who signed in at a provider: without a password, so that nobody signs in here by that
  // name. ALREADY_EXISTS for the name of a user with one.
  absl::Status Remember(const User& user);
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
  Users(sql::Place place, sql::Database database);
  absl::Status AddMissingColumns();
  absl::StatusOr<std::vector<Row>> Select(const char* sql, const std::string& name) const;
  // How many rows it changed.
  template <class... Parameters>
  absl::StatusOr<int64_t> Execute(const char* sql, const Parameters&... parameters);

  const sql::Place place_;
  mutable std::mutex mutex_;
  mutable sql::Database database_;
  const std::string nobodys_hash_;  // compared with where there is no user
};

}  // namespace wissel::sign_in
