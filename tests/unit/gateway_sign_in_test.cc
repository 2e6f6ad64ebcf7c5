// Tokens, local users, throttling and AuthService.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/sign_in/auth_service.h"
#include "gateway/sign_in/password.h"
#include "gateway/sign_in/throttle.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Instant kNow = Instant::FromMillis(1'750'000'000'000);

std::string Base64Url(const std::string& bytes) {
  std::string text = absl::WebSafeBase64Escape(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

class GatewaySignIn : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              fmt::format("wissel_sign_in_{}",
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<Tokens> OpenTokens(bool demo = false) {
    auto tokens = Tokens::Open(folder_, demo, [this] { return now_; });
    EXPECT_TRUE(tokens.ok()) << tokens.status();
    return *std::move(tokens);
  }

  std::unique_ptr<Users> OpenUsers() {
    auto users = Users::Open(folder_.string());
    EXPECT_TRUE(users.ok()) << users.status();
    return *std::move(users);
  }

  // A token that the server's key has signed, whatever it says.
  std::string Signed(const std::string& header, const std::string& payload) {
    std::ifstream in(folder_ / "token.key", std::ios::binary);
    const std::string key((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::string text = Base64Url(header) + "." + Base64Url(payload);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return text + "." + Base64Url(std::string(reinterpret_cast<char*>(digest), size));
  }

  fs::path folder_;
  Instant now_ = kNow;
  const rpc::Caller anna_{.user = "users/anna",
                          .agent = "agents/anna",
                          .roles = {rpc::Role::kAgent, rpc::Role::kManager}};
  const User anna_user_{.name = "anna",
                        .display_name = "Anna Peeters",
                        .roles = {rpc::Role::kAgent, rpc::Role::kManager},
                        .agent = "agents/anna"};
};

TEST_F(GatewaySignIn, ATokenSaysWhoOneIsUntilItExpires) {
  auto tokens = OpenTokens();
  const Tokens::Token token = tokens->Make(anna_, Duration::Hours(1));
  EXPECT_EQ(token.expires, kNow + Duration::Hours(1));
  for (int i = 0; i < 2; ++i) {  // the second time it is known
    auto caller = tokens->Verify(token.text);
    ASSERT_TRUE(caller.ok()) << caller.status();
    EXPECT_EQ(caller->user, "users/anna");
    EXPECT_EQ(caller->agent, "agents/anna");
    EXPECT_TRUE(caller->roles.Has(rpc::Role::kAgent));
    EXPECT_TRUE(caller->roles.Has(rpc::Role::kManager));
    EXPECT_FALSE(caller->roles.Has(rpc::Role::kAdmin));
  }
  now_ = kNow + Duration::Hours(1);
  EXPECT_THAT(std::string(tokens->Verify(token.text).status().message()), HasSubstr("expired"));
  EXPECT_TRUE(tokens->Verify("")->roles.empty());
}

TEST_F(GatewaySignIn, BadTokensAreRefusedWithTheReason) {
  auto tokens = OpenTokens();
  const std::string header = R"({"alg":"HS256","typ":"JWT"})";
  const std::string good = R"({"sub":"users/anna","roles":["agent"],"exp":1750000001})";
  ASSERT_TRUE(tokens->Verify(Signed(header, good)).ok());
  const std::string token = Signed(header, good);
  const std::string head = token.substr(0, token.find('.'));
  const std::string body = token.substr(head.size() + 1, token.rfind('.') - head.size() - 1);
  const std::string signature = token.substr(token.rfind('.') + 1);
  std::string other_signature = signature;
  other_signature[0] = other_signature[0] == 'A' ? 'B' : 'A';
  const std::string admin = Base64Url(R"({"sub":"users/anna","roles":["admin"],"exp":1750000001})");
  const std::pair<std::string, const char*> cases[] = {
      {"x", "not one of this server"},
      {"..", "not one of this server"},
      {"a.b", "not one of this server"},
      {"a.b.c", "not one of this server"},
      {token + ".x", "not one of this server"},
      {std::string(5000, 'a') + ".a.a", "not one of this server"},
      {head + "." + body + ".", "not one of this server"},
      {head + "." + body + "." + other_signature, "not one of this server"},
      {head + "." + body + "." + signature.substr(1), "not one of this server"},
      {head + "." + body + "." + signature + "=", "not one of this server"},
      {head + "." + admin + "." + signature, "not one of this server"},
      {Base64Url(R"({"alg":"none"})") + "." + admin + ".", "not one of this server"},
      {Signed(R"({"alg":"none"})", good), "not one of this server"},
      {Signed(R"({"alg":"hs256"})", good), "not one of this server"},
      {Signed(R"({"alg":"HS512"})", good), "not one of this server"},
      {Signed(R"({"alg":"RS256"})", good), "not one of this server"},
      {Signed(R"({"alg":["HS256"]})", good), "not one of this server"},
      {Signed(R"({"typ":"JWT"})", good), "not one of this server"},
      {Signed(R"({"alg":"HS256","crit":["x"]})", good), "not in the form"},
      {Signed("HS256", good), "not one of this server"},
      {Signed(header, "x"), "malformed"},
      {Signed(header, "[]"), "malformed"},
      {Signed(header, R"({"roles":["agent"],"exp":1750000001})"), "names no user"},
      {Signed(header, R"({"sub":"","roles":["agent"],"exp":1750000001})"), "names no user"},
      {Signed(header, R"({"sub":7,"roles":["agent"],"exp":1750000001})"), "names no user"},
      {Signed(header, R"({"sub":"users/anna","roles":["agent"]})"), "no time of expiry"},
      {Signed(header, R"({"sub":"users/anna","roles":["agent"],"exp":"1750000001"})"),
       "no time of expiry"},
      {Signed(header, R"({"sub":"users/anna","roles":["agent"],"exp":1e300})"),
       "no time of expiry"},
      {Signed(header, R"({"sub":"users/anna","roles":["agent"],"exp":1750000000})"), "expired"},
      {Signed(header, R"({"sub":"users/anna","roles":["agent"],"exp":-1})"), "expired"},
      {Signed(header,
              R"({"sub":"users/anna","roles":["agent"],"exp":1760000000,"iat":1750000061})"),
       "of the future"},
      {Signed(header, R"({"sub":"users/anna","exp":1750000001})"), "no role"},
      {Signed(header, R"({"sub":"users/anna","roles":[],"exp":1750000001})"), "no role"},
      {Signed(header, R"({"sub":"users/anna","roles":["root"],"exp":1750000001})"), "no role"},
      {Signed(header, R"({"sub":"users/anna","roles":"admin","exp":1750000001})"), "no role"},
  };
  for (const auto& [text, why] : cases) {
    const absl::Status status = tokens->Verify(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why)) << text;
  }
}

TEST_F(GatewaySignIn, ADemonstrationsTokensAreOfNoUseElsewhere) {
  const std::string token = OpenTokens(true)->Make(anna_, Duration::Hours(1)).text;
  EXPECT_TRUE(OpenTokens(true)->Verify(token).ok());
  EXPECT_THAT(std::string(OpenTokens(false)->Verify(token).status().message()),
              HasSubstr("of a demonstration"));
  const std::string real = OpenTokens(false)->Make(anna_, Duration::Hours(1)).text;
  EXPECT_TRUE(OpenTokens(true)->Verify(real).ok());
}

TEST_F(GatewaySignIn, PasswordsAreArgon2id) {
  const std::string hash = HashPassword("correct horse");
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_NE(hash, HashPassword("correct horse"));
  EXPECT_TRUE(PasswordFits(hash, "correct horse"));
  EXPECT_FALSE(PasswordFits(hash, "correct horsf"));
  EXPECT_FALSE(PasswordFits(hash, ""));
  EXPECT_FALSE(PasswordFits("nonsense", "correct horse"));
}

TEST_F(GatewaySignIn, UsersAreKept) {
  {
    auto users = OpenUsers();
    ASSERT_TRUE(users->Add(anna_user_, "correct horse").ok());
    ASSERT_TRUE(users
                    ->Add({.name = "bert", .display_name = "Bert", .roles = {rpc::Role::kPlanner}},
                          "battery staple")
                    .ok());
  }
  auto users = OpenUsers();
  ASSERT_EQ(users->List()->size(), 2u);
  EXPECT_EQ(users->List()->at(0), anna_user_);
  EXPECT_EQ(*users->SignIn("anna", "correct horse"), anna_user_);
  EXPECT_EQ(users->Add(anna_user_, "correct horse").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(users->SetPassword("anna", "another horse").ok());
  EXPECT_TRUE(users->SignIn("anna", "another horse").ok());
  const absl::Status wrong = users->SignIn("anna", "correct horse").status();
  const absl::Status unknown = users->SignIn("nobody", "correct horse").status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(unknown, wrong);
  EXPECT_EQ(users->SignIn("nobody", "nobody").status(), wrong);
  EXPECT_TRUE(users->Remove("anna").ok());
  EXPECT_EQ(users->SignIn("anna", "another horse").status(), wrong);
  EXPECT_EQ(users->Remove("anna").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(users->SetPassword("anna", "another horse").code(), absl::StatusCode::kNotFound);
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "users.sqlite").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(GatewaySignIn, UsersThatCannotBeAreRefusedWithTheField) {
  auto users = OpenUsers();
  const auto refused = [&](User user, const std::string& password) {
    const absl::Status status = users->Add(user, password);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return FieldAtFault(status);
  };
  User user = anna_user_;
  EXPECT_EQ(refused(user, "short"), "password");
  EXPECT_EQ(refused(user, std::string(257, 'x')), "password");
  user.name = "Anna Peeters";
  EXPECT_EQ(refused(user, "correct horse"), "user");
  user = anna_user_;
  user.roles = {};
  EXPECT_EQ(refused(user, "correct horse"), "roles");
  user = anna_user_;
  user.agent = "";
  EXPECT_EQ(refused(user, "correct horse"), "agent");
  user.roles = {rpc::Role::kAdmin};
  user.agent = "agents/anna";
  EXPECT_EQ(refused(user, "correct horse"), "agent");
  EXPECT_TRUE(users->List()->empty());
}

TEST_F(GatewaySignIn, GuessingGetsSlowerAndSlower) {
  Throttle throttle;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(throttle.Begin("anna", now_), Duration());
  EXPECT_EQ(throttle.Begin("anna", now_), Duration::Seconds(1));
  EXPECT_EQ(throttle.Begin("bert", now_), Duration());
  now_ = now_ + Duration::Seconds(1);
  EXPECT_EQ(throttle.Begin("anna", now_), Duration());
  EXPECT_EQ(throttle.Begin("anna", now_), Duration::Seconds(2));
  for (int i = 0; i < 20; ++i) {
    now_ = now_ + throttle.Begin("anna", now_);
    throttle.Begin("anna", now_);
  }
  EXPECT_EQ(throttle.Begin("anna", now_), Duration::Seconds(60));
  Throttle other;
  for (int i = 0; i < 4; ++i) other.Begin("anna", now_);
  other.Succeeded("anna");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(other.Begin("anna", now_), Duration());
  now_ = now_ + Duration::Minutes(16);
  EXPECT_EQ(throttle.Begin("anna", now_), Duration());
}

TEST_F(GatewaySignIn, WhoGuessesIsNotForgottenForInventedNames) {
  Throttle throttle;
  while (throttle.Begin("anna", now_) == Duration()) continue;
  for (int i = 0; i < 30'000; ++i) throttle.Begin(std::to_string(i), now_);
  EXPECT_GT(throttle.Begin("anna", now_), Duration());
}

// Calls a unary handler and waits for its answer.
template <class Response, class Request>
absl::StatusOr<Response> Call(const rpc::MethodTable& methods, const char* name,
                              const rpc::Context& context, const Request& request) {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<absl::StatusOr<Response>> result;
  methods.Find(name)->unary(
      context, request, [&](absl::Status status, std::unique_ptr<google::protobuf::Message> reply) {
        std::lock_guard lock(mutex);
        if (status.ok()) {
          result = static_cast<const Response&>(*reply);
        } else {
          result = status;
        }
        answered.notify_all();
      });
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return result.has_value(); });
  return *result;
}

class GatewayAuthService : public GatewaySignIn {
 protected:
  absl::StatusOr<v1::SignInUserResponse> SignIn(const std::string& user,
                                                const std::string& password,
                                                const std::string& peer = "10.0.0.1:999") {
    v1::SignInUserRequest request;
    request.set_user(user);
    request.set_password(password);
    return Call<v1::SignInUserResponse>(methods_, "wissel.v1.AuthService.SignInUser",
                                        {.peer = peer}, request);
  }

  void Start(AuthOptions options) {
    tokens_ = OpenTokens(!options.demo_users.empty());
    users_ = OpenUsers();
    ended_ = *EndedSessions::Open(folder_.string(), now_);
    service_ = std::make_unique<AuthService>(std::move(options), *users_, *tokens_, *ended_,
                                             [this] { return now_; });
    service_->Register(&methods_);
  }

  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Users> users_;
  std::unique_ptr<EndedSessions> ended_;
  std::unique_ptr<AuthService> service_;
  rpc::MethodTable methods_;
};

TEST_F(GatewayAuthService, SignsInAndTellsWhoOneIs) {
  Start({.center = "Fund"});
  ASSERT_TRUE(users_->Add(anna_user_, "correct horse").ok());
  for (const char* name : {"anna", "users/anna"}) {
    auto response = SignIn(name, "correct horse");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->user().name(), "users/anna");
    EXPECT_EQ(response->user().display_name(), "Anna Peeters");
    EXPECT_EQ(response->expire_time().seconds(), kNow.millis() / 1000 + 12 * 3600);
    auto caller = tokens_->Verify(response->token());
    ASSERT_TRUE(caller.ok()) << caller.status();
    auto user = Call<v1::User>(methods_, "wissel.v1.AuthService.GetCurrentUser",
                               {.caller = *caller}, v1::GetCurrentUserRequest());
    ASSERT_TRUE(user.ok());
    EXPECT_EQ(user->SerializeAsString(), response->user().SerializeAsString());
    EXPECT_EQ(user->roles_size(), 2);
    EXPECT_EQ(user->roles(0), v1::AGENT);
    EXPECT_EQ(user->agent(), "agents/anna");
  }
  auto options = Call<v1::SignInOptions>(methods_, "wissel.v1.AuthService.GetSignInOptions", {},
                                         v1::GetSignInOptionsRequest());
  EXPECT_EQ(options->center(), "Fund");
  EXPECT_FALSE(options->demo());
  EXPECT_EQ(options->demo_users_size(), 0);
}

TEST_F(GatewayAuthService, SigningOutEndsTheSessionForGood) {
  Start({.center = "Fund"});
  ASSERT_TRUE(users_->Add(anna_user_, "correct horse").ok());
  const auto verify = [this](const EndedSessions& ended, const std::string& token) {
    return (*Tokens::Open(
                folder_, false, [this] { return now_; }, &ended))
        ->Verify(token);
  };
  const std::string token = SignIn("anna", "correct horse")->token();
  const std::string other = SignIn("anna", "correct horse")->token();
  auto caller = verify(*ended_, token);
  ASSERT_TRUE(caller.ok());
  const auto sign_out = [this](const rpc::Caller& who) {
    return Call<v1::SignOutUserResponse>(methods_, "wissel.v1.AuthService.SignOutUser",
                                         {.caller = who}, v1::SignOutUserRequest())
        .status();
  };
  EXPECT_TRUE(sign_out(*caller).ok());
  EXPECT_TRUE(sign_out(*caller).ok());
  EXPECT_EQ(verify(*ended_, token).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(verify(*ended_, other).ok());
  EXPECT_EQ(sign_out(anna_).code(), absl::StatusCode::kFailedPrecondition);
  // Another process, or this one after a restart, knows of it.
  const auto reopened = *EndedSessions::Open(folder_.string(), now_);
  EXPECT_EQ(verify(*reopened, token).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(verify(*reopened, other).ok());
}

TEST_F(GatewayAuthService, EndingAUserEndsWhatWasMadeBefore) {
  Start({.center = "Fund"});
  auto tokens = Tokens::Open(
      folder_, false, [this] { return now_; }, ended_.get());
  const std::string before = (*tokens)->Make(anna_, Duration::Hours(1)).text;
  EXPECT_TRUE((*tokens)->Verify(before).ok());
  {
    // Another process ends it; this one sees it soon.
    const auto command = *EndedSessions::Open(folder_.string(), now_);
    ASSERT_TRUE(command->EndUser("users/anna", now_, now_ + Duration::Hours(1)).ok());
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while ((*tokens)->Verify(before).ok() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_FALSE((*tokens)->Verify(before).ok());
  now_ = now_ + Duration::Millis(1);
  EXPECT_TRUE((*tokens)->Verify((*tokens)->Make(anna_, Duration::Hours(1)).text).ok());
}

TEST_F(GatewayAuthService, ABrowserGetsItsTokenAsACookieAlone) {
  Start({.center = "Fund"});
  ASSERT_TRUE(users_->Add(anna_user_, "correct horse").ok());
  v1::SignInUserRequest request;
  request.set_user("anna");
  request.set_password("correct horse");
  request.set_browser_session(true);
  const auto browser = std::make_shared<rpc::Browser>();
  const auto response = Call<v1::SignInUserResponse>(methods_, "wissel.v1.AuthService.SignInUser",
                                                     {.browser = browser}, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->token(), "");
  ASSERT_EQ(browser->set_cookies.size(), 1u);
  const std::string& cookie = browser->set_cookies[0];
  EXPECT_THAT(cookie, StartsWith("__Host-wissel="));
  EXPECT_THAT(cookie, HasSubstr("; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict"));
  const size_t start = cookie.find('=') + 1;
  EXPECT_TRUE(tokens_->Verify(cookie.substr(start, cookie.find(';') - start)).ok());
  EXPECT_EQ(FieldAtFault(Call<v1::SignInUserResponse>(methods_, "wissel.v1.AuthService.SignInUser",
                                                      {}, request)
                             .status()),
            "browser_session");
}

TEST_F(GatewayAuthService, DemoUsersAreShownAndNeverStored) {
  Start({.center = "Demo", .demo_users = {{.user = anna_user_, .password = "demo"}}});
  auto options = Call<v1::SignInOptions>(methods_, "wissel.v1.AuthService.GetSignInOptions", {},
                                         v1::GetSignInOptionsRequest());
  EXPECT_TRUE(options->demo());
  ASSERT_EQ(options->demo_users_size(), 1);
  EXPECT_EQ(options->demo_users(0).user(), "anna");
  EXPECT_EQ(options->demo_users(0).password(), "demo");
  auto response = SignIn("anna", "demo");
  ASSERT_TRUE(response.ok()) << response.status();
  auto user =
      Call<v1::User>(methods_, "wissel.v1.AuthService.GetCurrentUser",
                     {.caller = *tokens_->Verify(response->token())}, v1::GetCurrentUserRequest());
  EXPECT_EQ(user->display_name(), "Anna Peeters");
  EXPECT_TRUE(users_->List()->empty());
  EXPECT_EQ(SignIn("anna", "wrong").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(GatewayAuthService, RefusesAndSlowsDown) {
  Start({});
  ASSERT_TRUE(users_->Add(anna_user_, "correct horse").ok());
  EXPECT_EQ(FieldAtFault(SignIn("", "x").status()), "user");
  EXPECT_EQ(FieldAtFault(SignIn(std::string(100, 'a'), "x").status()), "user");
  const absl::Status wrong = SignIn("anna", "wrong").status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(SignIn("nobody", "wrong").status(), wrong);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(SignIn("anna", "wrong", "10.0.0.1:1000").status(), wrong);
  const absl::Status slow = SignIn("anna", "correct horse").status();
  EXPECT_EQ(slow.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(gateway::RetryAfterSeconds(slow), 1);
  // From elsewhere, and after the wait, it goes on.
  EXPECT_TRUE(SignIn("anna", "correct horse", "10.0.0.2:999").ok());
  now_ = now_ + Duration::Seconds(1);
  EXPECT_TRUE(SignIn("anna", "correct horse").ok());
}

TEST_F(GatewayAuthService, TooManyAtOnceAreTurnedAway) {
  Start({.threads = 1, .longest_queue = 2});
  std::atomic<int> turned_away = 0;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 20; ++i) {
    v1::SignInUserRequest request;
    request.set_user("user" + std::to_string(i));
    methods_.Find("wissel.v1.AuthService.SignInUser")
        ->unary({}, request, [&](const absl::Status& status, const auto&) {
          if (status.code() == absl::StatusCode::kResourceExhausted) ++turned_away;
          ++answered;
        });
  }
  EXPECT_GE(turned_away, 15);
  EXPECT_LT(answered, 20);
  service_.reset();  // what waited is dropped; its door answers for it
}

}  // namespace
}  // namespace wissel::sign_in
