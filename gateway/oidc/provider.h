// What is asked of an OpenID Connect provider: where its addresses are (discovery), its keys, and
// an ID token for a code.
//
// Threads: thread-safe; every call may wait for the provider for some seconds, so never on a door's
// thread. Invariants: https, or a provider on this machine; no redirect is followed; an answer of
// more than 1 MiB is none; addresses are those of the configured issuer alone.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "gateway/oidc/id_token.h"
#include "gateway/oidc/key_set.h"
#include "gateway/sign_in/tokens.h"

namespace wissel::oidc {

struct ProviderOptions {
  std::string issuer;  // "https://id.example.org", as its tokens say
  std::string client_id;
  std::string client_secret;
  std::string redirect_uri;  // "https://contact.example.org/signin/callback"
  std::string scope = "openid profile";
  std::string ca_file;  // PEM; empty: the system's
};

// Three secrets of one sign-in, each of A-Z, a-z, 0-9, '-', '_'.
struct Attempt {
  std::string state;
  std::string nonce;
  std::string verifier;
};

class Provider {
 public:
  explicit Provider(ProviderOptions options, sign_in::WallClock clock = sign_in::SystemWallClock)
      : options_(std::move(options)), clock_(std::move(clock)) {}

  // Where a browser begins to sign in. UNAVAILABLE where the provider cannot be reached.
  absl::StatusOr<std::string> AuthorizationUrl(const Attempt& attempt);

  // The claims of who signed in. UNAVAILABLE, or UNAUTHENTICATED where the provider does not take
  // the code or its token is not right.
  absl::StatusOr<google::protobuf::Struct> Redeem(const std::string& code, const Attempt& attempt);

  const std::string& issuer() const { return options_.issuer; }

 private:
  struct Endpoints {
    std::string authorization;
    std::string token;
    std::string keys;
  };

  absl::StatusOr<Endpoints> Discover();
  absl::StatusOr<std::shared_ptr<const KeySet>> Keys(const Endpoints& endpoints, bool anew);
  bool Allowed(const std::string& url) const;
  absl::StatusOr<std::string> Get(const std::string& url) const;
  absl::StatusOr<std::string> Post(const std::string& url, const std::string& form) const;

  const ProviderOptions options_;
  const sign_in::WallClock clock_;
  std::mutex mutex_;
  std::optional<Endpoints> endpoints_;
  Instant discovered_;
  std::shared_ptr<const KeySet> keys_;
  Instant keys_read_;
};

}  // namespace wissel::oidc
