// The two addresses at which a browser signs in at a provider: /signin/oidc leads it there,
// /signin/callback takes it back. As a method that writes pages (page.proto), so that the HTTP door
// needs to know nothing of it.
//
// Only server/ and tests make one. Threads: handlers return at once; the provider is asked on a few
// threads of its own. What a sign-in under way needs is kept by the browser that began it, in a
// cookie: state and nonce are worth nothing in another one.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/rpc/method_table.h"
#include "gateway/oidc/claims.h"
#include "gateway/oidc/provider.h"
#include "gateway/sign_in/security_events.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "gateway/sign_in/worker_pool.h"
#include "wissel/v1/page.pb.h"

namespace wissel::oidc {

struct OidcOptions {
  ProviderOptions provider;
  std::string display_name;  // "Example ID", for the button
  ClaimNames claims;
  std::map<std::string, Grant> groups;
  bool local_users = true;  // these may sign in as well
  Duration token_lifetime = Duration::Hours(12);
  sign_in::SecurityEvents* events = nullptr;  // outlives the service; null: nothing is kept
};

class OidcService {
 public:
  // What it is given outlives the service; the service outlives the doors.
  OidcService(OidcOptions options, sign_in::Users& users, const sign_in::Tokens& tokens);

  void Register(rpc::MethodTable* methods);

 private:
  v1::Page Begin(rpc::Browser* browser);
  v1::Page End(const v1::PageRequest& request, rpc::Browser* browser, const std::string& peer);
  absl::StatusOr<sign_in::User> WhoCame(const v1::PageRequest& request,
                                        const rpc::Browser& browser);

  const OidcOptions options_;
  sign_in::Users& users_;
  const sign_in::Tokens& tokens_;
  Provider provider_;
  sign_in::WorkerPool pool_;  // last: its threads use what stands above
};

}  // namespace wissel::oidc
