// What is looked at in a request before anybody is told of it.
#include <netinet/in.h>

#include <cstring>
#include <string_view>

#include "channels/voice/sip_agent.h"
#include "fmt/format.h"

#include <sofia-sip/sdp.h>
#include <sofia-sip/su_alloc.h>

namespace wissel::voice {
namespace {

struct FreeHome {
  void operator()(su_home_t* home) const { su_home_unref(home); }
};
struct FreeParser {
  void operator()(sdp_parser_t* parser) const { sdp_parser_free(parser); }
};

// Carriers write origins and names that the grammar would refuse; what has to be right is what is
// acted on.
bool IsSdp(const std::string& text) {
  std::unique_ptr<su_home_t, FreeHome> home(
      static_cast<su_home_t*>(su_home_new(sizeof(su_home_t))));
  std::unique_ptr<sdp_parser_t, FreeParser> parser(
      sdp_parse(home.get(), text.data(), static_cast<issize_t>(text.size()), sdp_f_insane));
  return parser != nullptr && sdp_session(parser.get()) != nullptr;
}

std::string_view UserIn(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return "";
  uri.remove_prefix(colon + 1);
  return uri.substr(0, uri.find_first_of("@;>?"));
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
  if (sip->sip_content_encoding != nullptr) {
    return RequestFault{.status = 415, .phrase = "Unsupported Media Type", .accept = true};
  }
  const sip_content_type_t* type = sip->sip_content_type;
  if (type == nullptr || type->c_type == nullptr || strcasecmp(type->c_type, kSdpType) != 0) {
    return RequestFault{.status = 415, .phrase = "Unsupported Media Type", .accept = true};
  }
  if (sdp.find('\0') != std::string::npos || !IsSdp(sdp)) {
    return RequestFault{.status = 400, .phrase = "Bad Session Description"};
  }
  return std::nullopt;
}

std::optional<RequestFault> FaultOf(const sip_t* sip, const std::string& host,
                                    const std::string& port) {
  if (sip->sip_max_forwards != nullptr && sip->sip_max_forwards->mf_count == 0) {
    return RequestFault{.status = 483, .phrase = "Too Many Hops"};
  }
  for (const sip_via_t* via = sip->sip_via; via != nullptr; via = via->v_next) {
    if (IsOwn(via, host, port)) return RequestFault{.status = 482, .phrase = "Loop Detected"};
  }
  const url_t* uri = sip->sip_request->rq_url;
  if (uri->url_type != url_sip && uri->url_type != url_sips) {
    return RequestFault{.status = 416, .phrase = "Unsupported URI Scheme"};
  }
  if (sip->sip_require != nullptr) {
    std::string unsupported;
    for (const auto* tag = sip->sip_require->k_items; tag != nullptr && *tag != nullptr; ++tag) {
      if (strcasecmp(*tag, "timer") == 0) continue;
      if (!unsupported.empty()) unsupported += ", ";
      unsupported += *tag;
    }
    if (!unsupported.empty()) {
      return RequestFault{.status = 420, .phrase = "Bad Extension", .unsupported = unsupported};
    }
  }
  if (sip->sip_contact == nullptr || sip->sip_from->a_tag == nullptr) {
    return RequestFault{.status = 400, .phrase = "Contact and a From tag are needed"};
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

std::optional<IpAddress> SourceOf(msg_t* message) {
  const su_sockaddr_t* from = msg_addr(message);
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
