// wissel.v1.AuthService: sign-in by name and password, sign-out, who one is, what a sign-in page
// shows.
//
// Only server/ and tests make one. Threads: handlers return at once; passwords are checked on a few
// threads of its own, and when too many wait, a sign-in is refused with RESOURCE_EXHAUSTED.
// Invariants: an unknown user takes as long as a wrong password; users of a demonstration exist in
// memory only, and only while it is one.
#pragma once

#include <string>
#include <vector>

#include "base/rpc/method_table.h"
#include "base/time.h"
#include "gateway/sign_in/ended_sessions.h"
#include "gateway/sign_in/security_events.h"
#include "gateway/sign_in/throttle.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/user.h"
#include "gateway/sign_in/users.h"
#include "gateway/sign_in/worker_pool.h"
#include "wissel/v1/auth.pb.h"

namespace wissel::sign_in {

struct DemoUser {
  User user;
  std::string password;
};

struct AuthOptions {
  std::string center;  // its name, for the sign-in page
  // Not empty: this is a demonstration, and the page shows these with their passwords.
  std::vector<DemoUser> demo_users;
  // Of a provider at which one may sign in as well (gateway/oidc), or alone; empty: there is none.
  std::string provider;
  bool provider_only = false;
  // A working day with overtime; there is no renewal.
  Duration token_lifetime = Duration::Hours(12);
  int threads = 2;
  size_t longest_queue = 64;
  SecurityEvents* events = nullptr;  // outlives the service; null: nothing is kept
};

class AuthService {
 public:
  // What it is given outlives the service; the service outlives the doors.
  AuthService(AuthOptions options, const Users& users, const Tokens& tokens, EndedSessions& ended,
              WallClock clock = SystemWallClock);

  void Register(rpc::MethodTable* methods);

 private:
  void SignInUser(const rpc::Context& context, const v1::SignInUserRequest& request,
                  const rpc::Reply<v1::SignInUserResponse>& reply);
  void Note(SecurityEvents::Kind kind, const std::string& name, const std::string& peer) const;
  absl::StatusOr<User> Check(const std::string& name, const std::string& password) const;
  v1::SignInUserResponse Admit(const User& user, rpc::Browser* browser) const;
  void SignOutUser(const rpc::Context& context, const rpc::Reply<v1::SignOutUserResponse>& reply);
  v1::User Basics(const rpc::Caller& caller) const;
  absl::StatusOr<v1::User> Describe(const rpc::Caller& caller) const;
  v1::SignInOptions Options(const rpc::Caller& caller) const;

  const AuthOptions options_;
  const Users& users_;
  const Tokens& tokens_;
  EndedSessions& ended_;
  const WallClock clock_;
  Throttle throttle_;
  WorkerPool pool_;  // last: its threads use what stands above
};

}  // namespace wissel::sign_in
