#include "gateway/sign_in/auth_service.h"

#include <algorithm>
#include <utility>

#include "base/rpc/peer_network.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/cookies.h"
#include "gateway/error_detail.h"
#include "gateway/same_secret.h"
#include "google/protobuf/util/time_util.h"

namespace wissel::sign_in {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;

constexpr std::pair<rpc::Role, v1::Role> kRoles[] = {
    {rpc::Role::kAgent, v1::AGENT},
    {rpc::Role::kManager, v1::MANAGER},
    {rpc::Role::kPlanner, v1::PLANNER},
    {rpc::Role::kAdmin, v1::ADMIN},
    {rpc::Role::kIntegration, v1::INTEGRATION},
};

constexpr std::string_view kPrefix = "users/";

void AddScopes(const std::vector<std::string>& teams, const std::vector<std::string>& queues,
               v1::User* message) {
  message->mutable_teams()->Add(teams.begin(), teams.end());
  message->mutable_queues()->Add(queues.begin(), queues.end());
}

template <class Message>
void AddRoles(rpc::Roles roles, Message* message) {
  for (const auto& [role, number] : kRoles) {
    if (roles.Has(role)) message->add_roles(number);
  }
}

v1::User ToProto(const User& user) {
  v1::User message;
  message.set_name(fmt::format("{}{}", kPrefix, user.name));
  message.set_display_name(user.display_name);
  message.set_agent(user.agent);
  AddRoles(user.roles, &message);
  AddScopes(user.teams, user.queues, &message);
  return message;
}

}  // namespace

AuthService::AuthService(AuthOptions options, const Users& users, const Tokens& tokens,
                         EndedSessions& ended, WallClock clock)
    : options_(std::move(options)),
      users_(users),
      tokens_(tokens),
      ended_(ended),
      clock_(std::move(clock)),
      pool_("sign-in", options_.threads, options_.longest_queue) {}

void AuthService::Register(rpc::MethodTable* methods) {
  methods->Unary<v1::SignInUserRequest, v1::SignInUserResponse>(
      "wissel.v1.AuthService.SignInUser", Access::OpenToAll(),
      [this](const Context& context, const v1::SignInUserRequest& request,
             Reply<v1::SignInUserResponse> reply) { SignInUser(context, request, reply); });
  methods->Unary<v1::GetCurrentUserRequest, v1::User>(
      "wissel.v1.AuthService.GetCurrentUser", Access::Of(rpc::Roles::All()),
      [this](const Context& context, const v1::GetCurrentUserRequest&, Reply<v1::User> reply) {
        const bool queued =
            pool_.TryRun([this, caller = context.caller, reply] { reply(Describe(caller)); });
        if (!queued) reply(gateway::RefuseForNow("too many requests", Duration::Seconds(1)));
      });
  methods->Unary<v1::GetSignInOptionsRequest, v1::SignInOptions>(
      "wissel.v1.AuthService.GetSignInOptions", Access::OpenToAll(),
      [this](const Context& context, const v1::GetSignInOptionsRequest&,
             Reply<v1::SignInOptions> reply) { reply(Options(context.caller)); });
  methods->Unary<v1::SignOutUserRequest, v1::SignOutUserResponse>(
      "wissel.v1.AuthService.SignOutUser", Access::Of(rpc::Roles::All()),
      [this](const Context& context, const v1::SignOutUserRequest&,
             Reply<v1::SignOutUserResponse> reply) { SignOutUser(context, reply); });
}

void AuthService::SignInUser(const Context& context, const v1::SignInUserRequest& request,
                             const Reply<v1::SignInUserResponse>& reply) {
  if (options_.provider_only) {
    return reply(Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "nobody signs in by a password here", "/signin/oidc in a browser"));
  }
  const bool prefixed = request.user().starts_with(kPrefix);
  const std::string name = prefixed ? request.user().substr(kPrefix.size()) : request.user();
  if (name.empty()) return reply(RefuseField("user", "the user is missing", "a user's name"));
  if (name.size() > 63) {
    return reply(RefuseField("user", "the user's name is too long", "at most 63 characters"));
  }
  const std::string key = fmt::format("{} {}", name, rpc::NetworkOf(context.peer));
  const Duration wait = throttle_.Begin(key, clock_());
  if (wait > Duration()) {
    Note(v1::SecurityEvent::SIGN_IN_REFUSED, "", context.peer);
    return reply(gateway::RefuseForNow("too many attempts to sign in; wait a moment", wait));
  }
  if (request.browser_session() && context.browser == nullptr) {
    return reply(RefuseField("browser_session", "this door keeps no cookies", "the HTTP door"));
  }
  auto browser = request.browser_session() ? context.browser : nullptr;
  const bool queued = pool_.TryRun([this, name, key, browser, peer = context.peer,
                                    password = request.password(), reply] {
    auto user = Check(name, password);
    Note(user.ok() ? v1::SecurityEvent::SIGNED_IN : v1::SecurityEvent::SIGN_IN_REFUSED, name, peer);
    if (!user.ok()) return reply(user.status());
    throttle_.Succeeded(key);
    reply(Admit(*user, browser.get()));
  });
  if (!queued) {
    reply(gateway::RefuseForNow("many people sign in right now", Duration::Seconds(2)));
  }
}

// A name that is nobody's may be a password that was typed into the wrong field.
void AuthService::Note(SecurityEvents::Kind kind, const std::string& name,
                       const std::string& peer) const {
  if (options_.events == nullptr) return;
  bool known = std::any_of(options_.demo_users.begin(), options_.demo_users.end(),
                           [&](const DemoUser& demo) { return demo.user.name == name; });
  if (!known && !name.empty()) {
    const auto user = users_.Find(name);
    known = user.ok() && user->has_value();
  }
  options_.events->Note(kind, known ? fmt::format("{}{}", kPrefix, name) : "", peer);
}

absl::StatusOr<User> AuthService::Check(const std::string& name,
                                        const std::string& password) const {
  for (const DemoUser& demo : options_.demo_users) {
    if (demo.user.name == name && gateway::SameSecret(demo.password, password)) return demo.user;
  }
  return users_.SignIn(name, password);
}

v1::SignInUserResponse AuthService::Admit(const User& user, rpc::Browser* browser) const {
  const Tokens::Token token = tokens_.Make(CallerOf(user), options_.token_lifetime);
  v1::SignInUserResponse response;
  if (browser == nullptr) {
    response.set_token(token.text);
  } else {
    browser->set_cookies.push_back(gateway::CookieText(
        gateway::kSessionCookie, token.text, options_.token_lifetime, gateway::SameSite::kStrict));
  }
  *response.mutable_expire_time() =
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(token.expires.millis());
  *response.mutable_user() = ToProto(user);
  return response;
}

// Durable before it is said, and before the browser forgets its cookie.
void AuthService::SignOutUser(const Context& context, const Reply<v1::SignOutUserResponse>& reply) {
  if (context.caller.session.empty()) {
    return reply(Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "the token is of no session that could be ended"));
  }
  const bool queued = pool_.TryRun(
      [this, caller = context.caller, peer = context.peer, browser = context.browser, reply] {
        const Instant until = clock_() + kLongestTokenLifetime;
        absl::Status ended = ended_.EndSession(caller.session, until);
        if (!ended.ok()) return reply(std::move(ended));
        if (options_.events != nullptr) {
          options_.events->Note(v1::SecurityEvent::SIGNED_OUT, caller.user, peer);
        }
        if (browser != nullptr) {
          browser->set_cookies.push_back(
              gateway::EndOfCookie(gateway::kSessionCookie, gateway::SameSite::kStrict));
        }
        reply(v1::SignOutUserResponse());
      });
  if (!queued) reply(gateway::RefuseForNow("too many requests", Duration::Seconds(1)));
}

v1::User AuthService::Basics(const rpc::Caller& caller) const {
  v1::User message;
  message.set_name(caller.user);
  message.set_agent(caller.agent);
  AddRoles(caller.roles, &message);
  AddScopes(caller.teams, caller.queues, &message);
  return message;
}

// What the token says, with the display name of a user who is known.
absl::StatusOr<v1::User> AuthService::Describe(const rpc::Caller& caller) const {
  v1::User message = Basics(caller);
  const std::string name = caller.user.substr(std::min(kPrefix.size(), caller.user.size()));
  for (const DemoUser& demo : options_.demo_users) {
    if (demo.user.name == name) message.set_display_name(demo.user.display_name);
  }
  if (!message.display_name().empty()) return message;
  WISSEL_ASSIGN_OR_RETURN(const std::optional<User> user, users_.Find(name));
  if (user) message.set_display_name(user->display_name);
  return message;
}

v1::SignInOptions AuthService::Options(const rpc::Caller& caller) const {
  v1::SignInOptions message;
  if (!caller.user.empty()) *message.mutable_current_user() = Basics(caller);
  message.set_center(options_.center);
  message.set_provider(options_.provider);
  message.set_provider_only(options_.provider_only);
  message.set_demo(!options_.demo_users.empty());
  for (const DemoUser& demo : options_.demo_users) {
    v1::SignInOptions::DemoUser* shown = message.add_demo_users();
    shown->set_user(demo.user.name);
    shown->set_password(demo.password);
    shown->set_display_name(demo.user.display_name);
    AddRoles(demo.user.roles, shown);
  }
  return message;
}

}  // namespace wissel::sign_in
