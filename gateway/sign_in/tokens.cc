#include "gateway/sign_in/tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gateway/base64url.h"
#include "gateway/json_transcoder.h"
#include "gateway/sign_in/user.h"
#include "google/protobuf/struct.pb.h"

namespace wissel::sign_in {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kLookEveryMs = 1000;
constexpr size_t kLongestToken = 4096;
constexpr size_t kKnownTokens = 10'000;
// A clock elsewhere may be ahead of ours by so much.
constexpr int64_t kClockSkewSeconds = 60;
constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";

// What is said of a token before its signature is known to be ours: whoever tries them out learns
// nothing.
constexpr std::string_view kNotOurs = "the token is not one of this server's";

absl::Status Bad(std::string_view why) {
  return Refuse(absl::StatusCode::kUnauthenticated, "", why, "a token from AuthService.SignInUser");
}

std::optional<Struct> ObjectOf(std::string_view part) {
  const auto json = gateway::FromBase64Url(part);
  Struct object;
  if (!json || !gateway::ReadJson(*json, &object).ok()) return std::nullopt;
  return object;
}

const Value* Field(const Struct& object, const char* name, Value::KindCase kind) {
  auto found = object.fields().find(name);
  return found == object.fields().end() || found->second.kind_case() != kind ? nullptr
                                                                             : &found->second;
}

absl::Status CheckHeader(std::string_view part) {
  const auto header = ObjectOf(part);
  if (!header) return Bad(kNotOurs);
  const Value* algorithm = Field(*header, "alg", Value::kStringValue);
  if (algorithm == nullptr || algorithm->string_value() != "HS256") return Bad(kNotOurs);
  return absl::OkStatus();
}

// 128 bits that nobody can guess.
std::string NewSession() {
  unsigned char bytes[16];
  INVARIANT(RAND_bytes(bytes, sizeof(bytes)) == 1);
  return gateway::ToBase64Url(std::string_view(reinterpret_cast<char*>(bytes), sizeof(bytes)));
}

std::string Sign(const std::string& key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  INVARIANT(made != nullptr);
  return std::string(reinterpret_cast<char*>(digest), size);
}

bool Signs(const std::string& key, std::string_view text, std::string_view signature) {
  const std::string expected = Sign(key, text);
  return signature.size() == expected.size() &&
         CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

// What a token says beside who it is.
struct Terms {
  bool demo = false;
  std::optional<int64_t> issued_ms;
  int64_t expires_s = 0;
};

void AppendText(std::string_view key, const std::string& value, std::string* out) {
  if (value.empty()) return;
  *out += fmt::format(",\"{}\":", key);
  gateway::AppendJsonString(value, out);
}

void AppendNames(std::string_view key, const std::vector<std::string>& names, std::string* out) {
  if (names.empty()) return;
  *out += fmt::format(",\"{}\":[\"{}\"]", key, fmt::join(names, "\",\""));
}

// Header and payload in the one form that is ever signed, and ever taken.
std::string SignedText(const rpc::Caller& caller, const Terms& terms) {
  std::string payload = "{\"sub\":";
  gateway::AppendJsonString(caller.user, &payload);
  AppendNames("roles", RoleNames(caller.roles), &payload);
  AppendText("agent", caller.agent, &payload);
  AppendNames("teams", caller.teams, &payload);
  AppendNames("queues", caller.queues, &payload);
  AppendText("tenant", caller.tenant, &payload);
  AppendText("sid", caller.session, &payload);
  if (terms.demo) payload += ",\"demo\":true";
  if (terms.issued_ms) {
    payload += fmt::format(",\"iat\":{}", *terms.issued_ms / 1000);
    payload += fmt::format(".{:03}", *terms.issued_ms % 1000);
  }
  payload += fmt::format(",\"exp\":{}}}", terms.expires_s);
  return fmt::format("{}.{}", gateway::ToBase64Url(kHeader), gateway::ToBase64Url(payload));
}

std::vector<std::string> Texts(const Struct& object, const char* name) {
  std::vector<std::string> texts;
  const Value* list = Field(object, name, Value::kListValue);
  if (list == nullptr) return texts;
  for (const Value& value : list->list_value().values()) texts.push_back(value.string_value());
  return texts;
}

std::string TextOf(const Struct& object, const char* name) {
  const Value* text = Field(object, name, Value::kStringValue);
  return text == nullptr ? "" : text->string_value();
}

absl::Status ReadCaller(const Struct& payload, rpc::Caller* caller) {
  caller->user = TextOf(payload, "sub");
  caller->agent = TextOf(payload, "agent");
  caller->session = TextOf(payload, "sid");
  caller->tenant = TextOf(payload, "tenant");
  caller->teams = Texts(payload, "teams");
  caller->queues = Texts(payload, "queues");
  for (const std::string& name : Texts(payload, "roles")) {
    if (auto role = RoleNamed(name)) caller->roles.Add(*role);
  }
  if (caller->roles.empty()) return Bad("the token names no role");
  if (!AreScopes(caller->teams, kTeamPrefix) || !AreScopes(caller->queues, kQueuePrefix)) {
    return Bad("the token confines to what is no team or queue");
  }
  return absl::OkStatus();
}

}  // namespace

Instant SystemWallClock() {
  return Instant::FromMillis(std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count());
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::Open(const std::filesystem::path& folder, bool demo,
                                                     WallClock clock, const EndedSessions* ended,
                                                     std::string tenant) {
  WISSEL_RETURN_IF_ERROR(ReadOrMakeKeys(folder).status());
  return WithKeys(KeysOf(folder), demo, std::move(clock), ended, std::move(tenant));
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::WithKeys(KeySource source, bool demo,
                                                         WallClock clock,
                                                         const EndedSessions* ended,
                                                         std::string tenant) {
  WISSEL_ASSIGN_OR_RETURN(TokenKeys keys, source());
  return std::unique_ptr<Tokens>(new Tokens(std::move(source), std::move(keys), demo,
                                            std::move(clock), ended, std::move(tenant)));
}

// What cannot be read leaves the keys as they were.
std::shared_ptr<const TokenKeys> Tokens::Keys(int64_t now_ms) const {
  {
    std::shared_lock lock(mutex_);
    if (now_ms >= looked_ms_ && now_ms < looked_ms_ + kLookEveryMs) return keys_;
  }
  auto keys = source_();
  std::unique_lock lock(mutex_);
  looked_ms_ = now_ms;
  if (keys.ok() && *keys != *keys_) {
    keys_ = std::make_shared<const TokenKeys>(*std::move(keys));
    known_.clear();
  }
  return keys_;
}

Tokens::Token Tokens::Make(const rpc::Caller& caller, Duration lifetime) const {
  INVARIANT(tenant_ != kOfAnyTenant);
  const int64_t now_ms = clock_().millis();
  const int64_t expires_s = now_ms / 1000 + lifetime.millis() / 1000;
  rpc::Caller who = caller;
  if (who.session.empty()) who.session = NewSession();
  who.tenant = tenant_;
  const std::string text =
      SignedText(who, {.demo = demo_, .issued_ms = now_ms, .expires_s = expires_s});
  const std::string signature = Sign(Keys(now_ms)->signing, text);
  return {.text = fmt::format("{}.{}", text, gateway::ToBase64Url(signature)),
          .expires = Instant::FromMillis(expires_s * 1000)};
}

absl::StatusOr<rpc::Caller> Tokens::Verify(std::string_view token) const {
  if (token.empty()) return rpc::Caller();
  const int64_t now_ms = clock_().millis();
  const int64_t now_s = now_ms / 1000;
  const std::shared_ptr<const TokenKeys> keys = Keys(now_ms);
  {
    std::shared_lock lock(mutex_);
    auto found = known_.find(absl::string_view(token.data(), token.size()));
    if (found != known_.end() && now_s < found->second.expires_s) return Alive(found->second);
  }
  WISSEL_ASSIGN_OR_RETURN(Known known, Check(token, *keys, now_s));
  std::unique_lock lock(mutex_);
  if (keys != keys_) return Alive(known);  // of a key that may have been retired meanwhile
  if (known_.size() >= kKnownTokens) known_.clear();
  return Alive(known_.insert_or_assign(std::string(token), std::move(known)).first->second);
}

absl::StatusOr<rpc::Caller> Tokens::Alive(const Known& known) const {
  if (ended_ != nullptr && ended_->Ended(known.caller.session, known.caller.user, known.made)) {
    return Bad("the session of the token has ended");
  }
  return known.caller;
}

absl::StatusOr<Tokens::Known> Tokens::Check(std::string_view token, const TokenKeys& keys,
                                            int64_t now_s) const {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (token.size() > kLongestToken || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return Bad(kNotOurs);
  }
  WISSEL_RETURN_IF_ERROR(CheckHeader(token.substr(0, first)));
  const auto signature = gateway::FromBase64Url(token.substr(last + 1));
  const std::string_view text = token.substr(0, last);
  if (!signature || (!Signs(keys.signing, text, *signature) &&
                     (keys.former.empty() || !Signs(keys.former, text, *signature)))) {
    return Bad(kNotOurs);
  }
  const auto payload = ObjectOf(token.substr(first + 1, last - first - 1));
  if (!payload) return Bad("the token is malformed");

  Known known;
  const Value* expires = Field(*payload, "exp", Value::kNumberValue);
  const Value* issued = Field(*payload, "iat", Value::kNumberValue);
  if (TextOf(*payload, "sub").empty()) return Bad("the token names no user");
  // Beyond 2^53 a double is no time any more.
  if (expires == nullptr || !(expires->number_value() < 9e15)) {
    return Bad("the token has no time of expiry");
  }
  if (static_cast<double>(now_s) >= expires->number_value()) return Bad("the token has expired");
  if (issued != nullptr &&
      issued->number_value() > static_cast<double>(now_s + kClockSkewSeconds)) {
    return Bad("the token is of the future");
  }
  if (payload->fields().contains("demo") && !demo_) {
    return Bad("the token is of a demonstration, and this server is none");
  }
  WISSEL_RETURN_IF_ERROR(ReadCaller(*payload, &known.caller));
  if (tenant_ != kOfAnyTenant && known.caller.tenant != tenant_) {
    return Bad("the token is of another tenant");
  }
  if (issued != nullptr) {
    known.made = Instant::FromMillis(std::llround(issued->number_value() * 1000));
  }
  known.expires_s = static_cast<int64_t>(expires->number_value());
  if (known.expires_s - now_s > kLongestTokenLifetime.millis() / 1000 + kClockSkewSeconds) {
    return Bad("the token would live longer than any does");
  }
  const Terms terms{.demo = payload->fields().contains("demo"),
                    .issued_ms = issued == nullptr ? std::optional<int64_t>() : known.made.millis(),
                    .expires_s = known.expires_s};
  // Whatever is said twice, otherwise or beside it: a signature is no reason to guess what is
  // meant.
  if (SignedText(known.caller, terms) != text ||
      gateway::ToBase64Url(*signature) != token.substr(last + 1)) {
    return Bad("the token is not in the form in which tokens are made");
  }
  return known;
}

}  // namespace wissel::sign_in
