#include "server/center/hosted_center.h"

#include <utility>

#include "base/status.h"
#include "server/scope/confined_methods.h"

namespace wissel::server {

absl::StatusOr<std::unique_ptr<HostedCenter>> HostedCenter::Open(HostedOptions options) {
  std::unique_ptr<HostedCenter> hosted(new HostedCenter());
  WISSEL_RETURN_IF_ERROR(hosted->OpenSignIn(options));
  WISSEL_ASSIGN_OR_RETURN(hosted->center_, Center::Open(options.center));
  hosted->center_->Start();
  if (options.configure) WISSEL_RETURN_IF_ERROR(options.configure(*hosted->center_));
  WISSEL_RETURN_IF_ERROR(hosted->RegisterSignIn(std::move(options)));
  return hosted;
}

HostedCenter::~HostedCenter() {
  if (center_ != nullptr) center_->Stop();
}

absl::Status HostedCenter::OpenSignIn(const HostedOptions& options) {
  const sign_in::WallClock clock = options.center.time.wall;
  WISSEL_ASSIGN_OR_RETURN(users_, sign_in::Users::Open(options.users));
  WISSEL_ASSIGN_OR_RETURN(ended_, sign_in::EndedSessions::Open(options.users, clock()));
  WISSEL_ASSIGN_OR_RETURN(events_, sign_in::SecurityEvents::Open(options.users, clock));
  if (!options.token_keys) {
    WISSEL_ASSIGN_OR_RETURN(tokens_, sign_in::Tokens::Open(*options.users.folder(), options.demo,
                                                           clock, ended_.get(), options.tenant));
  } else {
    WISSEL_ASSIGN_OR_RETURN(
        tokens_, sign_in::Tokens::WithKeys(options.token_keys, options.demo, clock, ended_.get(),
                                           options.tenant));
  }
  return absl::OkStatus();
}

absl::Status HostedCenter::RegisterSignIn(HostedOptions options) {
  sign_in::AuthOptions auth;
  auth.center = center_->shard().directory()->center.display_name;
  if (options.demo) auth.demo_users = std::move(options.demo_users);
  auth.events = events_.get();
  if (options.oidc) {
    options.oidc->events = events_.get();
    auth.provider = options.oidc->display_name;
    auth.provider_only = !options.oidc->local_users;
    oidc_ = std::make_unique<oidc::OidcService>(*std::move(options.oidc), *users_, *tokens_);
    oidc_->Register(&center_->methods());
  }
  auth_ = std::make_unique<sign_in::AuthService>(std::move(auth), *users_, *tokens_, *ended_,
                                                 options.center.time.wall);
  auth_->Register(&center_->methods());
  events_->Register(&center_->methods());
  methods_ = scope::ConfinedMethods(center_->methods(), center_->shard());
  return absl::OkStatus();
}

void HostedCenter::TokenRefused(std::string_view peer) const {
  events_->Note(v1::SecurityEvent::TOKEN_REFUSED, "", peer);
}

}  // namespace wissel::server
