#include "gateway/oidc/oidc_service.h"

#include <openssl/rand.h>

#include <optional>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/invariant.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/base64url.h"
#include "gateway/cookies.h"
#include "gateway/error_detail.h"
#include "gateway/same_secret.h"

namespace wissel::oidc {
namespace {

using gateway::SameSite;

// "state.nonce.verifier"; lax, because the provider's page leads back here.
constexpr std::string_view kAttemptCookie = "__Host-wissel-signin";
constexpr Duration kLongestAttempt = Duration::Minutes(10);
constexpr int kThreads = 2;
constexpr size_t kLongestQueue = 64;

std::string Secret() {
  unsigned char bytes[32];
  INVARIANT(RAND_bytes(bytes, sizeof(bytes)) == 1);
  return gateway::ToBase64Url(std::string_view(reinterpret_cast<char*>(bytes), sizeof(bytes)));
}

v1::Page LeadTo(std::string location) {
  v1::Page page;
  page.set_location(std::move(location));
  return page;
}

// The sign-in page says it in the reader's language.
v1::Page BackWith(const absl::Status& problem) {
  Log(LogLevel::kWarning, "a sign-in at the provider failed",
      {{"reason", std::string(problem.message())}});
  if (absl::IsUnavailable(problem)) return LeadTo("/?signin=away");
  return LeadTo(absl::IsPermissionDenied(problem) ? "/?signin=refused" : "/?signin=again");
}

// Once; a parameter that is there twice counts for nothing.
std::string Parameter(const v1::PageRequest& request, std::string_view name) {
  std::optional<std::string> found;
  for (const v1::PageField& field : request.query()) {
    if (field.name() != name) continue;
    if (found) return "";
    found = field.value();
  }
  return found.value_or("");
}

std::optional<Attempt> AttemptOf(const rpc::Browser& browser) {
  const auto cookie = gateway::CookieNamed(browser.cookies, kAttemptCookie);
  if (!cookie) return std::nullopt;
  std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(cookie->data(), cookie->size()), '.');
  if (parts.size() != 3) return std::nullopt;
  for (const std::string& part : parts) {
    if (part.size() != 43 || !gateway::FromBase64Url(part)) return std::nullopt;
  }
  return Attempt{parts[0], parts[1], parts[2]};
}

}  // namespace

OidcService::OidcService(OidcOptions options, sign_in::Users& users, const sign_in::Tokens& tokens)
    : options_(std::move(options)),
      users_(users),
      tokens_(tokens),
      provider_(options_.provider),
      pool_("oidc", kThreads, kLongestQueue) {}

void OidcService::Register(rpc::MethodTable* methods) {
  methods->Unary<v1::PageRequest, v1::Page>(
      "wissel.v1.AuthService.ShowProviderSignIn", rpc::Access::OpenToAll(),
      [this](const rpc::Context& context, const v1::PageRequest& request,
             rpc::Reply<v1::Page> reply) {
        const auto browser = context.browser;
        const bool begins = request.path() == "oidc";
        if (browser == nullptr || request.posted() || (!begins && request.path() != "callback")) {
          return reply(Refuse(absl::StatusCode::kNotFound, "path", "there is no such page",
                              "/signin/oidc, in a browser"));
        }
        const bool queued =
            pool_.TryRun([this, browser, begins, request, reply, peer = context.peer] {
              reply(begins ? Begin(browser.get()) : End(request, browser.get(), peer));
            });
        if (!queued) {
          reply(gateway::RefuseForNow("many people sign in right now", Duration::Seconds(2)));
        }
      });
}

v1::Page OidcService::Begin(rpc::Browser* browser) {
  const Attempt attempt{Secret(), Secret(), Secret()};
  auto url = provider_.AuthorizationUrl(attempt);
  if (!url.ok()) return BackWith(url.status());
  browser->set_cookies.push_back(gateway::CookieText(
      kAttemptCookie, fmt::format("{}.{}.{}", attempt.state, attempt.nonce, attempt.verifier),
      kLongestAttempt, SameSite::kLax));
  return LeadTo(*std::move(url));
}

v1::Page OidcService::End(const v1::PageRequest& request, rpc::Browser* browser,
                          const std::string& peer) {
  browser->set_cookies.push_back(gateway::EndOfCookie(kAttemptCookie, SameSite::kLax));
  auto user = WhoCame(request, *browser);
  absl::Status refused = user.status();
  if (user.ok()) refused = users_.Remember(*user);
  if (options_.events != nullptr) {
    options_.events->Note(
        refused.ok() ? v1::SecurityEvent::SIGNED_IN : v1::SecurityEvent::SIGN_IN_REFUSED,
        user.ok() ? "users/" + user->name : "", peer);
  }
  if (!refused.ok()) return BackWith(refused);
  const sign_in::Tokens::Token token =
      tokens_.Make(sign_in::CallerOf(*user), options_.token_lifetime);
  browser->set_cookies.push_back(gateway::CookieText(gateway::kSessionCookie, token.text,
                                                     options_.token_lifetime, SameSite::kStrict));
  return LeadTo("/");
}

absl::StatusOr<sign_in::User> OidcService::WhoCame(const v1::PageRequest& request,
                                                   const rpc::Browser& browser) {
  const auto attempt = AttemptOf(browser);
  if (!attempt || !gateway::SameSecret(attempt->state, Parameter(request, "state"))) {
    return absl::UnauthenticatedError("the answer is of no sign-in that this browser began");
  }
  // RFC 9207: a provider that says who it is must be the one that was asked.
  const std::string issuer = Parameter(request, "iss");
  if (!issuer.empty() && issuer != provider_.issuer()) {
    return absl::UnauthenticatedError("the answer is of another provider");
  }
  const std::string code = Parameter(request, "code");
  if (code.empty()) return absl::UnauthenticatedError("the provider gave no code");
  WISSEL_ASSIGN_OR_RETURN(const auto claims, provider_.Redeem(code, *attempt));
  return UserOf(claims, options_.claims, options_.groups);
}

}  // namespace wissel::oidc
