// A center as doors reach it: its rooms, who may sign in to it, and its methods, confined to what
// each caller may see.
//
// One thread opens and stops it; methods() and Verify() are for the doors, from then on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/sql/stores.h"
#include "gateway/oidc/oidc_service.h"
#include "gateway/sign_in/auth_service.h"
#include "gateway/sign_in/security_events.h"
#include "gateway/sign_in/tokens.h"
#include "server/center/center.h"

namespace wissel::server {

struct HostedOptions {
  CenterOptions center;
  // Where its users are; commands write there too, while it is served.
  sql::Stores users = std::nullopt;
  // By which its tokens are signed; none: what stands in the folder of its stores.
  sign_in::KeySource token_keys;
  std::string tenant;  // as its tokens name it; empty: of the only center
  bool demo = false;
  std::vector<sign_in::DemoUser> demo_users;
  std::optional<oidc::OidcOptions> oidc;
  // Makes the running center what its configuration says.
  std::function<absl::Status(Center&)> configure;
};

class HostedCenter {
 public:
  static absl::StatusOr<std::unique_ptr<HostedCenter>> Open(HostedOptions options);
  ~HostedCenter();

  Center& center() { return *center_; }
  const Center& center() const { return *center_; }
  const rpc::MethodTable& methods() const { return methods_; }
  absl::StatusOr<rpc::Caller> Verify(std::string_view token) const {
    return tokens_->Verify(token);
  }
  // A token that was none: noted among the center's security events, which know no token.
  void TokenRefused(std::string_view peer) const;
  // Center::Stop.
  void Stop() { center_->Stop(); }

 private:
  HostedCenter() = default;
  absl::Status OpenSignIn(const HostedOptions& options);
  absl::Status RegisterSignIn(HostedOptions options);

  // In the order of their making.
  std::unique_ptr<sign_in::Users> users_;
  std::unique_ptr<sign_in::EndedSessions> ended_;
  std::unique_ptr<sign_in::Tokens> tokens_;
  std::unique_ptr<sign_in::SecurityEvents> events_;
  std::unique_ptr<Center> center_;
  std::unique_ptr<sign_in::AuthService> auth_;
  std::unique_ptr<oidc::OidcService> oidc_;
  rpc::MethodTable methods_;
};

}  // namespace wissel::server
