#include "gateway/sign_in/tokens.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"
#include "gateway/sign_in/user.h"
#include "google/protobuf/struct.pb.h"

namespace wissel::sign_in {
namespace {

namespace fs = std::filesystem;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kKeyBytes = 32;
constexpr size_t kLongestToken = 4096;
constexpr size_t kKnownTokens = 10'000;
// A clock elsewhere may be ahead of ours by so much.
constexpr int64_t kClockSkewSeconds = 60;
constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";

absl::Status Bad(std::string_view why) {
  return Refuse(absl::StatusCode::kUnauthenticated, "", why, "a token from AuthService.SignInUser");
}

std::string Base64Url(std::string_view bytes) {
  std::string text = absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// Stricter than absl's: no padding, no white space, no other alphabet.
std::optional<std::string> FromBase64Url(std::string_view text) {
  for (char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
    if (!good) return std::nullopt;
  }
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<Struct> ObjectOf(std::string_view part) {
  const auto json = FromBase64Url(part);
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
  if (!header) return Bad("the token is malformed");
  const Value* algorithm = Field(*header, "alg", Value::kStringValue);
  if (algorithm == nullptr || algorithm->string_value() != "HS256") {
    return Bad("the token is not signed with HS256");
  }
  if (header->fields().contains("crit")) {
    return Bad("the token asks for an extension that is not known");
  }
  return absl::OkStatus();
}

absl::Status System(const fs::path& path, const char* what) {
  return absl::UnavailableError(
      fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

absl::StatusOr<std::string> ReadKey(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return System(path, "read");
  struct stat info {};
  char bytes[kKeyBytes + 1];
  const bool known = ::fstat(file, &info) == 0;
  const ssize_t size = ::read(file, bytes, sizeof(bytes));
  ::close(file);
  if (!known || size < 0) return System(path, "read");
  if ((info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        fmt::format("{} may be read by others; chmod 600 it", path.string()));
  }
  if (size != static_cast<ssize_t>(kKeyBytes)) {
    return absl::DataLossError(
        fmt::format("{} is not a key of {} bytes; remove it to have a new one made (who is signed "
                    "in signs in again)",
                    path.string(), kKeyBytes));
  }
  return std::string(bytes, kKeyBytes);
}

// Written whole under another name first, so that no reader ever sees half a key; whoever links it
// second takes the first one's.
absl::Status MakeKey(const fs::path& path) {
  unsigned char key[kKeyBytes];
  INVARIANT(RAND_bytes(key, sizeof(key)) == 1);
  const fs::path draft = fmt::format("{}.{}", path.string(), ::getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return System(draft, "make");
  const bool written =
      ::write(file, key, sizeof(key)) == static_cast<ssize_t>(sizeof(key)) && ::fsync(file) == 0;
  ::close(file);
  const bool linked = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const absl::Status failure = linked ? absl::OkStatus() : System(path, "write");
  ::unlink(draft.c_str());
  return failure;
}

}  // namespace

Instant SystemWallClock() {
  return Instant::FromMillis(std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count());
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::Open(const fs::path& folder, bool demo,
                                                     WallClock clock) {
  const fs::path path = folder / "token.key";
  if (!fs::exists(path)) WISSEL_RETURN_IF_ERROR(MakeKey(path));
  WISSEL_ASSIGN_OR_RETURN(std::string key, ReadKey(path));
  return std::unique_ptr<Tokens>(new Tokens(std::move(key), demo, std::move(clock)));
}

std::string Tokens::Sign(std::string_view text) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  INVARIANT(made != nullptr);
  return std::string(reinterpret_cast<char*>(digest), size);
}

Tokens::Token Tokens::Make(const rpc::Caller& caller, Duration lifetime) const {
  const int64_t now_s = clock_().millis() / 1000;
  const int64_t expires_s = now_s + lifetime.millis() / 1000;
  std::string payload = "{\"sub\":";
  gateway::AppendJsonString(caller.user, &payload);
  payload += ",\"roles\":[";
  for (const std::string& role : RoleNames(caller.roles)) payload += fmt::format("\"{}\",", role);
  if (payload.ends_with(',')) payload.pop_back();
  payload += ']';
  if (!caller.agent.empty()) {
    payload += ",\"agent\":";
    gateway::AppendJsonString(caller.agent, &payload);
  }
  if (demo_) payload += ",\"demo\":true";
  payload += fmt::format(",\"iat\":{},\"exp\":{}}}", now_s, expires_s);
  const std::string text = fmt::format("{}.{}", Base64Url(kHeader), Base64Url(payload));
  return {.text = fmt::format("{}.{}", text, Base64Url(Sign(text))),
          .expires = Instant::FromMillis(expires_s * 1000)};
}

absl::StatusOr<rpc::Caller> Tokens::Verify(std::string_view token) const {
  if (token.empty()) return rpc::Caller();
  const int64_t now_s = clock_().millis() / 1000;
  {
    std::shared_lock lock(mutex_);
    auto found = known_.find(absl::string_view(token.data(), token.size()));
    if (found != known_.end() && now_s < found->second.expires_s) return found->second.caller;
  }
  WISSEL_ASSIGN_OR_RETURN(Known known, Check(token, now_s));
  std::unique_lock lock(mutex_);
  if (known_.size() >= kKnownTokens) known_.clear();
  return known_.insert_or_assign(std::string(token), std::move(known)).first->second.caller;
}

absl::StatusOr<Tokens::Known> Tokens::Check(std::string_view token, int64_t now_s) const {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (token.size() > kLongestToken || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return Bad("the token is malformed");
  }
  WISSEL_RETURN_IF_ERROR(CheckHeader(token.substr(0, first)));
  const auto signature = FromBase64Url(token.substr(last + 1));
  const std::string expected = Sign(token.substr(0, last));
  if (!signature || signature->size() != expected.size() ||
      CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return Bad("the token's signature is wrong");
  }
  const auto payload = ObjectOf(token.substr(first + 1, last - first - 1));
  if (!payload) return Bad("the token is malformed");

  Known known;
  const Value* subject = Field(*payload, "sub", Value::kStringValue);
  const Value* expires = Field(*payload, "exp", Value::kNumberValue);
  const Value* issued = Field(*payload, "iat", Value::kNumberValue);
  const Value* roles = Field(*payload, "roles", Value::kListValue);
  const Value* agent = Field(*payload, "agent", Value::kStringValue);
  if (subject == nullptr || subject->string_value().empty()) return Bad("the token names no user");
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
  known.caller.user = subject->string_value();
  if (agent != nullptr) known.caller.agent = agent->string_value();
  if (roles != nullptr) {
    for (const Value& value : roles->list_value().values()) {
      if (auto role = RoleNamed(value.string_value())) known.caller.roles.Add(*role);
    }
  }
  if (known.caller.roles.empty()) return Bad("the token names no role");
  known.expires_s = static_cast<int64_t>(expires->number_value());
  return known;
}

}  // namespace wissel::sign_in
