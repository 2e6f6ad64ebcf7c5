// The user agent of the door: its event loop, and what comes in.
#include "channels/voice/sip_agent.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>

extern "C" {
extern su_log_t nta_log[];
extern su_log_t tport_log[];
extern su_log_t sresolv_log[];
}

namespace wissel::voice {
namespace {

// A datagram has no more; what comes by TCP and is longer is no message of a phone.
constexpr unsigned kLargestMessage = 64 * 1024;
// Milliseconds: of a connection that nothing comes by, and of a message that stops in the middle.
constexpr unsigned kIdle = 600'000;
constexpr unsigned kHalfMessage = 10'000;

// The library would write to standard error on its own; what is worth knowing is counted.
void Silence() {
  static const bool once = [] {
    const auto nowhere = [](void*, char const*, va_list) {};
    su_init();
    AnswerNoStun();
    for (su_log_t* log : {su_log_default, su_log_global, nta_log, tport_log, sresolv_log}) {
      su_log_redirect(log, nowhere, nullptr);
      su_log_set_level(log, 0);
    }
    return true;
  }();
  (void)once;
}

std::string UriOf(const std::string& host, const std::string& port, const char* scheme) {
  const bool six = host.find(':') != std::string::npos;
  return fmt::format("{}:{}{}{}:{}", scheme, six ? "[" : "", host, six ? "]" : "", port);
}

}  // namespace

absl::Status SipAgent::Open() {
  Silence();
  su_home_init(home_);
  root_ = su_root_create(nullptr);
  if (root_ == nullptr) return absl::InternalError("no event loop for SIP");
  gate_ = MakeGate(this);
  if (gate_ == nullptr) return absl::ResourceExhaustedError("no memory for SIP");
  const std::string port = options_.port == 0 ? "*" : std::to_string(options_.port);
  const std::string uri = UriOf(options_.host, port, "sip");
  nta_ = nta_agent_create(root_, URL_STRING_MAKE(uri.c_str()), &SipAgent::OnMessage, this,
                          NTATAG_UA(1), NTATAG_MERGE_482(1), NTATAG_CANCEL_487(1),
                          NTATAG_MAXSIZE(kLargestMessage), NTATAG_USE_NAPTR(0),
                          NTATAG_MCLASS(MessagesOf(*gate_)), TPTAG_IDLE(kIdle),
                          TPTAG_TIMEOUT(kHalfMessage), TAG_END());
  if (nta_ == nullptr) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "sip",
                  fmt::format("calls cannot be taken at {}", uri),
                  "an address of this machine with a free port");
  }
  if (options_.tls_port) {
    const std::string tls = UriOf(options_.tls_host, std::to_string(*options_.tls_port), "sips");
    if (nta_agent_add_tport(nta_, URL_STRING_MAKE(tls.c_str()),
                            TPTAG_CERTIFICATE(options_.certificates.c_str()), TAG_END()) < 0) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "sips",
                    fmt::format("calls cannot be taken at {}", tls),
                    "a free port, and a folder of certificates with agent.pem and cafile.pem");
    }
  }
  const sip_via_t* via = nta_agent_via(nta_);
  port_text_ = via != nullptr && via->v_port != nullptr ? via->v_port : "5060";
  port_ = static_cast<uint16_t>(std::stoi(port_text_));
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  su_wait_t wait[1] = {SU_WAIT_INIT};
  if (wake_ < 0 || su_wait_create(wait, wake_, SU_WAIT_IN) < 0 ||
      su_root_register(root_, wait, &SipAgent::OnWake, this, 0) < 0) {
    return absl::InternalError("no way to wake the event loop of SIP");
  }
  return absl::OkStatus();
}

SipAgent::~SipAgent() {
  for (auto& [key, leg] : legs_) Drop(*leg);
  legs_.clear();
  if (nta_ != nullptr) nta_agent_destroy(nta_);
  if (root_ != nullptr) su_root_destroy(root_);
  if (wake_ >= 0) close(wake_);
  su_home_deinit(home_);
}

int SipAgent::OnWake(su_root_magic_t*, su_wait_t*, SipAgent* self) {
  uint64_t count = 0;
  return read(self->wake_, &count, sizeof count) < 0 ? -1 : 0;
}

void SipAgent::Wake() {
  const uint64_t one = 1;
  if (write(wake_, &one, sizeof one) < 0) return;  // it is full, so the loop will wake
}

void SipAgent::Run(Duration at_most) {
  if (events_.empty()) su_root_step(root_, std::max<int64_t>(0, at_most.millis()));
  OnTimers();
  CloseStrangers();
  while (!events_.empty()) {
    const std::function<void()> event = std::move(events_.front());
    events_.pop_front();
    event();
  }
  for (LegKey key : std::exchange(dropped_, {})) legs_.erase(key);
}

// --- Requests outside of any dialog that we know

int SipAgent::OnMessage(SipAgent* self, nta_agent_t* nta, msg_t* message, sip_t* sip) {
  // A request is of a known source: the gate has let it in.
  const bool request = sip != nullptr && sip->sip_request != nullptr;
  if (!request || sip->sip_request->rq_method == sip_method_ack) {
    nta_msg_discard(nta, message);
    return 0;
  }
  if (sip->sip_to->a_tag != nullptr || sip->sip_request->rq_method == sip_method_cancel) {
    return nta_msg_treply(nta, message, SIP_481_NO_TRANSACTION, TAG_END());
  }
  const sip_method_t method = sip->sip_request->rq_method;
  if (method != sip_method_options && method != sip_method_invite) {
    return nta_msg_treply(nta, message, SIP_405_METHOD_NOT_ALLOWED, SIPTAG_ALLOW_STR(kAllow),
                          TAG_END());
  }
  if (auto fault = FaultOf(sip)) {
    self->AnswerPlainly(message, *fault);
    return 0;
  }
  if (method == sip_method_options) {
    return nta_msg_treply(nta, message, SIP_200_OK, SIPTAG_ALLOW_STR(kAllow),
                          SIPTAG_ACCEPT_STR(kSdpType), SIPTAG_SUPPORTED_STR("timer"), TAG_END());
  }
  const std::optional<IpAddress> source = SourceOf(msg_addr(message));
  if (!source || !self->options_.trunks.Has(*source)) {
    return nta_msg_treply(nta, message, SIP_403_FORBIDDEN, TAG_END());
  }
  for (const SipDoorOptions::Password& password : self->options_.passwords) {
    if (!password.trunk.Has(*source)) continue;
    auto challenge = ChallengeFor(sip, password.digest);
    if (!challenge) break;
    self->AnswerPlainly(message, {401, "Unauthorized", "", false, false, *challenge});
    return 0;
  }
  self->TakeInvite(message, sip);
  return 0;
}

void SipAgent::AnswerPlainly(msg_t* message, const RequestFault& fault) {
  nta_msg_treply(
      nta_, message, fault.status, fault.phrase.c_str(),
      TAG_IF(!fault.unsupported.empty(), SIPTAG_UNSUPPORTED_STR(fault.unsupported.c_str())),
      TAG_IF(fault.accept, SIPTAG_ACCEPT_STR(kSdpType)),
      TAG_IF(!fault.challenge.empty(), SIPTAG_WWW_AUTHENTICATE_STR(fault.challenge.c_str())),
      TAG_IF(fault.min_se, SIPTAG_MIN_SE_STR(std::to_string(kLeastSessionSeconds).c_str())),
      TAG_END());
}

void SipAgent::TakeInvite(msg_t* message, sip_t* sip) {
  if (auto fault = InviteFaultOf(sip, options_.host, port_text_)) {
    return AnswerPlainly(message, *fault);
  }
  Invitation invitation;
  const char* called = sip->sip_request->rq_url->url_user;
  invitation.called = called == nullptr ? "" : called;
  invitation.caller = CallerIn(sip);
  invitation.sdp = SdpIn(sip);
  invitation.call_id = sip->sip_call_id->i_id;
  // A caller of the SIP before has none (RFC 3261, 12.1.1).
  const char* tag = sip->sip_from->a_tag;
  invitation.from_tag = tag == nullptr ? "" : tag;
  invitation.cseq = sip->sip_cseq->cs_seq;
  if (sip->sip_max_forwards != nullptr) {
    invitation.max_forwards = static_cast<int>(sip->sip_max_forwards->mf_count);
  }
  SipLeg& leg = Make({++calls_, kCaller});
  leg.dialog = nta_leg_tcreate(nta_, &SipAgent::OnRequest, &leg, SIPTAG_CALL_ID(sip->sip_call_id),
                               SIPTAG_FROM(sip->sip_to), SIPTAG_TO(sip->sip_from), TAG_END());
  if (sip->sip_session_expires != nullptr) {
    leg.session_seconds =
        static_cast<unsigned>(std::min<unsigned long>(sip->sip_session_expires->x_delta, 86'400));
    // A proxy may have asked for it on behalf of a phone that cannot (RFC 4028, 9).
    const char* refresher = sip->sip_session_expires->x_refresher;
    leg.they_refresh = sip_has_feature(sip->sip_supported, "timer") &&
                       (refresher == nullptr || strcasecmp(refresher, "uas") != 0);
  }
  nta_leg_server_route(leg.dialog, sip->sip_record_route, sip->sip_contact);
  leg.theirs = nta_incoming_create(nta_, leg.dialog, message, sip, TAG_END());
  if (leg.theirs == nullptr) return Drop(leg);
  nta_leg_tag(leg.dialog, nta_incoming_tag(leg.theirs, nullptr));
  nta_incoming_bind(leg.theirs, &SipAgent::OnAckOrCancel, &leg);
  nta_incoming_treply(leg.theirs, SIP_100_TRYING, TAG_END());
  Told([this, key = leg.key, invitation = std::move(invitation)] {
    if (Find(key) == nullptr) return;
    const auto refusal = listener_.OnInvite(key.call, invitation);
    if (refusal) Reject(key, refusal->status, refusal->retry_after);
  });
}

// --- Within a dialog

int SipAgent::OnRequest(SipLeg* leg, nta_leg_t*, nta_incoming_t* request, const sip_t* sip) {
  SipAgent* self = leg->agent;
  const LegKey key = leg->key;
  switch (sip->sip_request->rq_method) {
    case sip_method_bye:
      if (!std::exchange(leg->ending, true)) {
        self->Told([self, key] { self->listener_.OnEnded(key); });
      }
      if (leg->theirs != nullptr && nta_incoming_status(leg->theirs) < 200) {
        nta_incoming_treply(leg->theirs, SIP_487_REQUEST_TERMINATED, TAG_END());
      }
      self->Told([self, key] {
        if (SipLeg* leg = self->Find(key)) self->Drop(*leg);
      });
      return 200;
    case sip_method_invite: {
      if (leg->ending || !leg->up) return 481;
      if (auto fault = ContentFaultOf(sip)) return fault->status;
      if (leg->theirs != nullptr && nta_incoming_status(leg->theirs) < 200) return 500;
      if (leg->theirs != nullptr) nta_incoming_destroy(leg->theirs);
      leg->theirs = request;
      leg->cancelled = false;
      nta_leg_server_route(leg->dialog, nullptr, sip->sip_contact);
      nta_incoming_bind(request, &SipAgent::OnAckOrCancel, leg);
      self->Time(*leg);
      self->Told([self, key, sdp = SdpIn(sip)] { self->listener_.OnReinvite(key, sdp); });
      return 0;
    }
    case sip_method_update:
      if (!SdpIn(sip).empty()) return 488;
      self->Time(*leg);
      nta_incoming_treply(
          request, SIP_200_OK,
          TAG_IF(leg->session_seconds > 0, SIPTAG_SESSION_EXPIRES(sip->sip_session_expires)),
          TAG_IF(leg->session_seconds > 0, SIPTAG_REQUIRE_STR("timer")), TAG_END());
      nta_incoming_destroy(request);
      return 0;
    case sip_method_refer: {
      const sip_refer_to_t* to = sip->sip_refer_to;
      if (to == nullptr || to->r_next != nullptr) return 400;
      // With Replaces it is an attended transfer: two calls would have to be known (RFC 5589, 7).
      if (to->r_url->url_headers != nullptr) return 501;
      if (leg->refer != nullptr) return 491;
      leg->refer = request;
      char* uri = url_as_string(self->home_, to->r_url);
      const std::string user = to->r_url->url_user == nullptr ? "" : to->r_url->url_user;
      self->Told([self, key, user, uri = std::string(uri == nullptr ? "" : uri)] {
        self->listener_.OnRefer(key, user, uri);
      });
      su_free(self->home_, uri);
      return 0;
    }
    // Of something that is not open: what is, has its own (OnAckOrCancel; RFC 3261, 9.2).
    case sip_method_cancel:
      return 481;
    case sip_method_options:
      return 200;
    case sip_method_ack:
      return 0;
    default:
      return 405;
  }
}

int SipAgent::OnAckOrCancel(SipLeg* leg, nta_incoming_t* request, const sip_t* sip) {
  SipAgent* self = leg->agent;
  const LegKey key = leg->key;
  if (sip == nullptr) {
    // No ACK came (RFC 3261, 13.3.1.4).
    if (leg->up && !leg->ending && nta_incoming_status(request) < 300) {
      self->SendBye(*leg);
      self->Told([self, key] { self->listener_.OnEnded(key); });
    }
    return 0;
  }
  if (sip->sip_request->rq_method == sip_method_ack) {
    self->Told([self, key, sdp = SdpIn(sip)] { self->listener_.OnAck(key, sdp); });
    return 0;
  }
  if (leg->up) {
    leg->cancelled = true;  // of a re-INVITE: the dialog goes on
    return 0;
  }
  if (!std::exchange(leg->ending, true)) {
    self->Told([self, key] {
      self->listener_.OnEnded(key);
      if (SipLeg* leg = self->Find(key)) self->Drop(*leg);
    });
  }
  return 0;
}

int SipAgent::OnResponse(SipLeg* leg, nta_outgoing_t* request, const sip_t* sip) {
  SipAgent* self = leg->agent;
  const LegKey key = leg->key;
  if (request != leg->ours) return 0;
  const int status = sip != nullptr && sip->sip_status != nullptr ? sip->sip_status->st_status
                                                                  : nta_outgoing_status(request);
  if (status < 200) {
    if (leg->inviting && (status == 180 || status == 183)) {
      self->Told([self, key] { self->listener_.OnRinging(key); });
    }
    return 0;
  }
  const bool first = std::exchange(leg->inviting, false);
  if (!first && !std::exchange(leg->open, false)) return 0;
  if (status < 300 && sip != nullptr) {
    leg->ack_owed = true;
    leg->invite_cseq = sip->sip_cseq->cs_seq;
    if (first) self->Establish(*leg, sip);
    if (leg->ending) {
      // It crossed with our CANCEL or BYE (RFC 3261, 9.1): taken, and ended.
      self->SendAck(*leg, "");
      if (first) self->SendBye(*leg);
      return 0;
    }
    self->Told([self, key, sdp = SdpIn(sip)] { self->listener_.OnAnswered(key, sdp); });
    return 0;
  }
  if (!leg->ending) self->Told([self, key, status] { self->listener_.OnFailed(key, status); });
  if (first) {
    self->Told([self, key] {
      if (SipLeg* leg = self->Find(key)) self->Drop(*leg);
    });
  }
  return 0;
}

int SipAgent::OnByeResponse(SipLeg* leg, nta_outgoing_t* request, const sip_t* sip) {
  const int status = sip != nullptr && sip->sip_status != nullptr ? sip->sip_status->st_status
                                                                  : nta_outgoing_status(request);
  if (status < 200) return 0;
  SipAgent* self = leg->agent;
  self->Told([self, key = leg->key] {
    if (SipLeg* leg = self->Find(key)) self->Drop(*leg);
  });
  return 0;
}

}  // namespace wissel::voice
