#include "router/service/requests.h"

#include <openssl/evp.h>

#include <array>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr size_t kLongestRequestId = 64;

using Sha256 = std::array<unsigned char, 32>;

Sha256 HashOf(const std::string& bytes) {
  // Looked up once: the look-up costs more than the hash.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256 hash;
  INVARIANT(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, kSha256, nullptr) == 1);
  return hash;
}

uint64_t WordAt(const Sha256& hash, size_t at) {
  uint64_t word = 0;
  for (size_t i = at; i < at + 8; ++i) word = word << 8 | hash[i];
  return word;
}

// Parts kept apart by their lengths, so that no two pairs look the same.
std::string Joined(std::string_view first, std::string_view second) {
  return fmt::format("{}:{}{}", first.size(), first, second);
}

void AppendDeterministic(const google::protobuf::Message& message, std::string& bytes) {
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

}  // namespace

absl::StatusOr<Origin> OriginOf(const rpc::Caller& caller, std::string_view method,
                                const std::string& request_id,
                                const google::protobuf::Message& request) {
  using rpc::Role;
  Origin origin;
  if (caller.roles.Intersects({Role::kManager, Role::kAdmin})) origin.by = caller.user;
  if (request_id.empty()) return origin;
  if (CountCharacters(request_id) > kLongestRequestId) {
    return RefuseField("requestId", "the request id is too long", "1 to 64 characters");
  }
  const Sha256 key = HashOf(Joined(caller.user, request_id));
  // The content holds the id as well, which is the same wherever two fingerprints are compared.
  std::string content = Joined(method, "");
  AppendDeterministic(request, content);
  const Sha256 fingerprint = HashOf(content);
  origin.request = RequestIdentity{{WordAt(key, 0), WordAt(key, 8)}, WordAt(fingerprint, 0)};
  return origin;
}

absl::Status CheckMayBe(const rpc::Caller& caller, std::string_view agent, Deed deed) {
  using rpc::Role;
  if (caller.roles.Intersects({Role::kManager, Role::kIntegration, Role::kAdmin})) {
    return absl::OkStatus();
  }
  if (deed == Deed::kLook && caller.roles.Has(Role::kPlanner)) return absl::OkStatus();
  if (caller.roles.Has(Role::kAgent) && !agent.empty() && caller.agent == agent) {
    return absl::OkStatus();
  }
  if (caller.agent.empty()) {
    return absl::PermissionDeniedError("you are not an agent of this center");
  }
  return absl::PermissionDeniedError(fmt::format("you may act only as {}", caller.agent));
}

absl::StatusOr<std::string> AgentMeant(const rpc::Caller& caller, const std::string& agent) {
  if (!agent.empty()) return agent;
  if (!caller.agent.empty()) return caller.agent;
  return RefuseField("agent", "the token names no agent", Collection<AgentId>::kForm);
}

absl::Status NoLook() {
  return Refuse(absl::StatusCode::kUnavailable, "", "the server is stopping, or too busy to look",
                "the same request again in a second or two");
}

Command CommandOf(absl::StatusOr<CommandBody> body, const Origin& origin) {
  if (body.ok()) return {*std::move(body), origin.request, origin.by};
  // Ids begin at 1: nothing has this one.
  return {DeleteSkill{SkillId(0), std::nullopt}, origin.request, ""};
}

absl::Status RefusalOf(const absl::Status& before, const absl::Status& by_engine) {
  if (before.ok() || FieldAtFault(by_engine) == "requestId") return by_engine;
  return before;
}

absl::Status WithFieldRenamed(const absl::Status& refusal, std::string_view from,
                              std::string_view to) {
  if (from == to || FieldAtFault(refusal) != from) return refusal;
  return Refuse(refusal.code(), to, std::string(refusal.message()), WhatWouldBeRight(refusal));
}

}  // namespace wissel
