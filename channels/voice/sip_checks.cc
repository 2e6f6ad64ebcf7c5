// What is looked at in a request before anybody is told of it.
#include <netinet/in.h>

#include <cstring>
#include <string_view>

#include "channels/voice/sdp_text.h"
#include "channels/voice/sip_agent.h"
#include "fmt/format.h"

#include <sofia-sip/auth_digest.h>
#include <sofia-sip/su_alloc.h>

namespace wissel::voice {
namespace {

// Kept several times for each call; the longest of a phone are a fourth of it.
constexpr size_t kLargestDescription = 16 * 1024;

struct FreeHome {
  void operator()(su_home_t* home) const { su_home_unref(home); }
};
std::string_view UserIn(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return "";
  uri.remove_prefix(colon + 1);
  return uri.substr(0, uri.find_first_of("@;>?"));
}

// Without the header they do (RFC 3261, 20.1).
bool TakesSdp(const sip_accept_t* accept) {
  if (accept == nullptr) return true;
  for (; accept != nullptr; accept = accept->ac_next) {
    for (const char* type : {kSdpType, "application/*", "*/*"}) {
      if (accept->ac_type != nullptr && strcasecmp(accept->ac_type, type) == 0) return true;
    }
  }
  return false;
}

bool IsOwn(const sip_via_t* via, const std::string& host, const std::string& port) {
  const std::string_view their_port = via->v_port != nullptr ? via->v_port : "5060";
  return via->v_host != nullptr && host == via->v_host && port == their_port;
}

}  // namespace

std::string SdpIn(const sip_t* sip) {
  if (sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) return "";
  return {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
}

std::optional<RequestFault> ContentFaultOf(const sip_t* sip) {
  const std::string sdp = SdpIn(sip);
  if (sdp.empty()) return std::nullopt;
  if (sdp.size() > kLargestDescription) {
    return RequestFault{.status = 413, .phrase = "Request Entity Too Large"};
  }
  if (sip->sip_content_encoding != nullptr) {
    return RequestFault{.status = 415, .phrase = "Unsupported Media Type", .accept = true};
  }
  const sip_content_type_t* type = sip->sip_content_type;
  if (type == nullptr || type->c_type == nullptr || strcasecmp(type->c_type, kSdpType) != 0) {
    return RequestFault{.status = 415, .phrase = "Unsupported Media Type", .accept = true};
  }
  if (!IsDescription(sdp)) {
    return RequestFault{.status = 400, .phrase = "Bad Session Description"};
  }
  return std::nullopt;
}

std::optional<RequestFault> FaultOf(const sip_t* sip) {
  const url_t* uri = sip->sip_request->rq_url;
  if (uri->url_type != url_sip && uri->url_type != url_sips) {
    return RequestFault{.status = 416, .phrase = "Unsupported URI Scheme"};
  }
  if (sip->sip_require == nullptr) return std::nullopt;
  std::string unsupported;
  for (const auto* tag = sip->sip_require->k_items; tag != nullptr && *tag != nullptr; ++tag) {
    if (strcasecmp(*tag, "timer") == 0) continue;
    if (!unsupported.empty()) unsupported += ", ";
    unsupported += *tag;
  }
  if (unsupported.empty()) return std::nullopt;
  return RequestFault{.status = 420, .phrase = "Bad Extension", .unsupported = unsupported};
}

std::optional<RequestFault> InviteFaultOf(const sip_t* sip, const std::string& host,
                                          const std::string& port) {
  if (sip->sip_max_forwards != nullptr && sip->sip_max_forwards->mf_count == 0) {
    return RequestFault{.status = 483, .phrase = "Too Many Hops"};
  }
  for (const sip_via_t* via = sip->sip_via; via != nullptr; via = via->v_next) {
    if (IsOwn(via, host, port)) return RequestFault{.status = 482, .phrase = "Loop Detected"};
  }
  if (sip->sip_contact == nullptr) {
    return RequestFault{.status = 400, .phrase = "A Contact is needed"};
  }
  if (sip->sip_request->rq_url->url_headers != nullptr) {
    return RequestFault{.status = 400, .phrase = "No header belongs into this URI"};
  }
  if (!TakesSdp(sip->sip_accept)) {
    return RequestFault{.status = 406, .phrase = "Not Acceptable"};
  }
  if (sip->sip_session_expires != nullptr &&
      sip->sip_session_expires->x_delta < kLeastSessionSeconds) {
    return RequestFault{.status = 422, .phrase = "Session Interval Too Small", .min_se = true};
  }
  return ContentFaultOf(sip);
}

std::string CallerIn(const sip_t* sip) {
  for (const sip_unknown_t* header = sip->sip_unknown; header != nullptr;
       header = header->un_next) {
    if (header->un_name == nullptr || header->un_value == nullptr) continue;
    if (strcasecmp(header->un_name, "P-Asserted-Identity") != 0) continue;
    const std::string_view value = header->un_value;
    const size_t bracket = value.find('<');
    return std::string(
        UserIn(bracket == std::string_view::npos ? value : value.substr(bracket + 1)));
  }
  const char* user = sip->sip_from->a_url->url_user;
  return user == nullptr || strcasecmp(user, "anonymous") == 0 ? "" : user;
}

std::optional<std::string> ChallengeFor(const sip_t* sip, const Digest& digest) {
  const Instant now = Instant::FromMillis(
      std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch())
          .count());
  const auto text = [](const char* value) { return value == nullptr ? std::string_view() : value; };
  bool stale = false;
  for (const auto* said = sip->sip_authorization; said != nullptr; said = said->au_next) {
    if (said->au_scheme == nullptr || strcasecmp(said->au_scheme, "Digest") != 0) continue;
    if (said->au_params == nullptr) continue;
    std::unique_ptr<su_home_t, FreeHome> home(
        static_cast<su_home_t*>(su_home_new(sizeof(su_home_t))));
    auth_response_t parts = {};
    parts.ar_size = sizeof parts;
    if (auth_digest_response_get(home.get(), &parts, said->au_params) < 0) continue;
    if (!parts.ar_md5) continue;
    const DigestAnswer answer{
        text(parts.ar_username), text(parts.ar_realm), text(parts.ar_nonce), text(parts.ar_uri),
        text(parts.ar_response), text(parts.ar_qop),   text(parts.ar_nc),    text(parts.ar_cnonce)};
    const auto verdict = digest.Judge(answer, sip->sip_request->rq_method_name, now);
    if (verdict == Digest::Verdict::kRight) return std::nullopt;
    stale = stale || verdict == Digest::Verdict::kStale;
  }
  return digest.Challenge(stale, now);
}

std::optional<IpAddress> SourceOf(const su_sockaddr_t* from) {
  if (from == nullptr) return std::nullopt;
  IpAddress address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (from->su_family == AF_INET) {
    std::memcpy(address.data() + 12, &from->su_sin.sin_addr, 4);
    return address;
  }
  if (from->su_family != AF_INET6) return std::nullopt;
  std::memcpy(address.data(), &from->su_sin6.sin6_addr, 16);
  return address;
}

}  // namespace wissel::voice
