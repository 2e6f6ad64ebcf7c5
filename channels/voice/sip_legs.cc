// What is sent on a leg.
#include <algorithm>
#include <random>
#include <utility>

#include "channels/voice/sdp_text.h"
#include "channels/voice/sip_agent.h"
#include "fmt/format.h"

#include <sofia-sip/sip_util.h>

namespace wissel::voice {
namespace {

// A user part that needs no escaping; whatever else is in it is left out.
std::string PlainUser(const std::string& user) {
  std::string plain;
  for (char c : user) {
    if (std::isalnum(static_cast<unsigned char>(c)) || std::strchr("+-_.*#", c) != nullptr) {
      plain += c;
    }
  }
  return plain;
}

uint64_t RandomSession() {
  static thread_local std::random_device source;
  return (static_cast<uint64_t>(source()) << 20 | source() >> 12) & 0x7fffffffffffffff;
}

// Half of the interval, so that one refresh can fail (RFC 4028, 10).
Steady::time_point In(unsigned seconds) { return Steady::now() + std::chrono::seconds(seconds); }

}  // namespace

SipLeg* SipAgent::Find(LegKey key) {
  auto it = legs_.find(key);
  return it == legs_.end() ? nullptr : it->second.get();
}

SipLeg& SipAgent::Make(LegKey key) {
  auto leg = std::make_unique<SipLeg>();
  leg->agent = this;
  leg->key = key;
  leg->session = RandomSession();
  return *(legs_[key] = std::move(leg));
}

// The transactions that it had go on by themselves to their end.
void SipAgent::Drop(SipLeg& leg) {
  for (nta_outgoing_t** request : {&leg.ours, &leg.bye}) {
    if (*request != nullptr) nta_outgoing_destroy(*request);
    *request = nullptr;
  }
  for (nta_incoming_t** request : {&leg.theirs, &leg.refer}) {
    if (*request != nullptr) nta_incoming_destroy(*request);
    *request = nullptr;
  }
  if (leg.dialog != nullptr) nta_leg_destroy(leg.dialog);
  leg.dialog = nullptr;
  leg.ending = true;
  dropped_.push_back(leg.key);
}

// One session with a version that rises when it says something else (RFC 3264, 8).
std::string SipAgent::Told(SipLeg& leg, const std::string& sdp) {
  if (sdp.empty()) return "";
  std::string bare = WithoutOrigin(sdp);
  if (bare != leg.last) ++leg.version;
  leg.last = std::move(bare);
  return WithOrigin(sdp, {leg.session, leg.version, options_.host});
}

// --- Their INVITE

void SipAgent::Inform(LegKey key, int status, const std::string& text) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->theirs == nullptr || leg->up) return;
  nta_incoming_treply(leg->theirs, status, text.c_str(), SIPTAG_CONTACT(nta_agent_contact(nta_)),
                      SIPTAG_ALLOW_STR(kAllow), TAG_END());
}

void SipAgent::Accept(LegKey key, const std::string& sdp) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->theirs == nullptr) return;
  if (leg->cancelled) {
    // Nothing will acknowledge what was cancelled.
    Told([this, key, sdp] { listener_.OnAck(key, sdp); });
    return;
  }
  leg->up = true;
  const std::string session =
      fmt::format("{};refresher={}", leg->session_seconds, leg->they_refresh ? "uac" : "uas");
  const std::string text = Told(*leg, sdp);
  nta_incoming_treply(
      leg->theirs, SIP_200_OK, SIPTAG_CONTACT(nta_agent_contact(nta_)), SIPTAG_ALLOW_STR(kAllow),
      SIPTAG_SUPPORTED_STR("timer"), SIPTAG_CONTENT_TYPE_STR(kSdpType),
      SIPTAG_PAYLOAD_STR(text.c_str()),
      TAG_IF(leg->session_seconds > 0, SIPTAG_SESSION_EXPIRES_STR(session.c_str())),
      TAG_IF(leg->session_seconds > 0 && leg->they_refresh, SIPTAG_REQUIRE_STR("timer")),
      TAG_END());
  Time(*leg);
}

void SipAgent::Reject(LegKey key, int status, std::optional<Duration> retry_after) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->theirs == nullptr) return;
  const std::string seconds = std::to_string(retry_after.value_or(Duration()).millis() / 1000);
  nta_incoming_treply(leg->theirs, status, sip_status_phrase(status),
                      TAG_IF(retry_after, SIPTAG_RETRY_AFTER_STR(seconds.c_str())), TAG_END());
  if (!leg->up) Drop(*leg);
}

// --- Ours

void SipAgent::Ring(LegKey key, const std::string& sdp, const Outbound& to) {
  SipLeg& leg = Make(key);
  const bool six = options_.host.find(':') != std::string::npos;
  const std::string host = six ? fmt::format("[{}]", options_.host) : options_.host;
  const std::string user = PlainUser(to.from_user);
  const std::string from = user.empty() ? "\"Anonymous\" <sip:anonymous@anonymous.invalid>"
                                        : fmt::format("<sip:{}@{}>", user, host);
  const std::string remote = fmt::format("<{}>", to.uri);
  leg.dialog = nta_leg_tcreate(nta_, &SipAgent::OnRequest, &leg, SIPTAG_FROM_STR(from.c_str()),
                               SIPTAG_TO_STR(remote.c_str()), TAG_END());
  if (leg.dialog != nullptr) {
    nta_leg_tag(leg.dialog, nullptr);
    const std::string text = Told(leg, sdp);
    const std::string hops = std::to_string(to.max_forwards);
    const std::string session = fmt::format("{};refresher=uac", kSessionSeconds);
    leg.session_seconds = kSessionSeconds;
    leg.ours = nta_outgoing_tcreate(
        leg.dialog, &SipAgent::OnResponse, &leg,
        to.route.empty() ? nullptr : URL_STRING_MAKE(to.route.c_str()), SIP_METHOD_INVITE,
        URL_STRING_MAKE(to.uri.c_str()), SIPTAG_CONTACT(nta_agent_contact(nta_)),
        SIPTAG_ALLOW_STR(kAllow), SIPTAG_SUPPORTED_STR("timer"), SIPTAG_USER_AGENT_STR(kServer),
        SIPTAG_MAX_FORWARDS_STR(hops.c_str()), SIPTAG_SESSION_EXPIRES_STR(session.c_str()),
        TAG_IF(!text.empty(), SIPTAG_CONTENT_TYPE_STR(kSdpType)),
        TAG_IF(!text.empty(), SIPTAG_PAYLOAD_STR(text.c_str())), TAG_END());
  }
  if (leg.ours != nullptr) {
    leg.inviting = true;
    return;
  }
  Told([this, key] {
    listener_.OnFailed(key, 503);
    if (SipLeg* leg = Find(key)) Drop(*leg);
  });
}

void SipAgent::Reinvite(LegKey key, const std::string& sdp) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->ending || !leg->up) return;
  if (leg->ours != nullptr) nta_outgoing_destroy(leg->ours);
  const std::string text = Told(*leg, sdp);
  const std::string session = fmt::format("{};refresher=uac", leg->session_seconds);
  const bool timed = leg->session_seconds > 0 && !leg->they_refresh;
  leg->ours = nta_outgoing_tcreate(
      leg->dialog, &SipAgent::OnResponse, leg, nullptr, SIP_METHOD_INVITE, nullptr,
      SIPTAG_CONTACT(nta_agent_contact(nta_)), SIPTAG_ALLOW_STR(kAllow),
      SIPTAG_SUPPORTED_STR("timer"), TAG_IF(timed, SIPTAG_SESSION_EXPIRES_STR(session.c_str())),
      TAG_IF(!text.empty(), SIPTAG_CONTENT_TYPE_STR(kSdpType)),
      TAG_IF(!text.empty(), SIPTAG_PAYLOAD_STR(text.c_str())), TAG_END());
  leg->open = leg->ours != nullptr;
  if (!leg->open) Told([this, key] { listener_.OnFailed(key, 481); });
}

void SipAgent::Acknowledge(LegKey key, const std::string& sdp) {
  SipLeg* leg = Find(key);
  if (leg != nullptr) SendAck(*leg, sdp);
}

void SipAgent::SendAck(SipLeg& leg, const std::string& sdp) {
  if (!std::exchange(leg.ack_owed, false)) return;
  const std::string text = Told(leg, sdp);
  sip_cseq_t* cseq = sip_cseq_create(home_, leg.invite_cseq, SIP_METHOD_ACK);
  nta_outgoing_t* ack = nta_outgoing_tcreate(
      leg.dialog, nullptr, nullptr, nullptr, SIP_METHOD_ACK, nullptr, SIPTAG_CSEQ(cseq),
      TAG_IF(!text.empty(), SIPTAG_CONTENT_TYPE_STR(kSdpType)),
      TAG_IF(!text.empty(), SIPTAG_PAYLOAD_STR(text.c_str())), TAG_END());
  su_free(home_, cseq);
  if (ack != nullptr) nta_outgoing_destroy(ack);
}

void SipAgent::SendBye(SipLeg& leg) {
  leg.ending = true;
  leg.timer.reset();
  leg.bye = nta_outgoing_tcreate(leg.dialog, &SipAgent::OnByeResponse, &leg, nullptr,
                                 SIP_METHOD_BYE, nullptr, TAG_END());
  if (leg.bye != nullptr) return;
  Told([this, key = leg.key] {
    if (SipLeg* leg = Find(key)) Drop(*leg);
  });
}

void SipAgent::End(LegKey key) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->ending) return;
  if (leg->inviting) {
    leg->ending = true;
    nta_outgoing_cancel(leg->ours);
    return;
  }
  if (!leg->up) return Reject(key, 480, std::nullopt);
  if (leg->theirs != nullptr && nta_incoming_status(leg->theirs) < 200) {
    nta_incoming_treply(leg->theirs, SIP_487_REQUEST_TERMINATED, TAG_END());
  }
  SendAck(*leg, "");
  SendBye(*leg);
}

void SipAgent::Establish(SipLeg& leg, const sip_t* sip) {
  leg.up = true;
  nta_leg_rtag(leg.dialog, sip->sip_to->a_tag);
  nta_leg_client_route(leg.dialog, sip->sip_record_route, sip->sip_contact);
  if (const sip_session_expires_t* session = sip->sip_session_expires) {
    leg.session_seconds = static_cast<unsigned>(
        std::clamp<unsigned long>(session->x_delta, kLeastSessionSeconds, 86'400));
    leg.they_refresh =
        session->x_refresher != nullptr && strcasecmp(session->x_refresher, "uas") == 0;
  }
  Time(leg);
}

// --- REFER

void SipAgent::AnswerRefer(LegKey key, int status) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->refer == nullptr) return;
  nta_incoming_treply(leg->refer, status, sip_status_phrase(status),
                      SIPTAG_CONTACT(nta_agent_contact(nta_)), TAG_END());
  nta_incoming_destroy(std::exchange(leg->refer, nullptr));
}

void SipAgent::Notify(LegKey key, int status) {
  SipLeg* leg = Find(key);
  if (leg == nullptr || leg->ending || !leg->up) return;
  const std::string fragment = fmt::format("SIP/2.0 {} {}\r\n", status, sip_status_phrase(status));
  nta_outgoing_t* notify = nta_outgoing_tcreate(
      leg->dialog, nullptr, nullptr, nullptr, SIP_METHOD_NOTIFY, nullptr, SIPTAG_EVENT_STR("refer"),
      SIPTAG_SUBSCRIPTION_STATE_STR("terminated;reason=noresource"),
      SIPTAG_CONTACT(nta_agent_contact(nta_)), SIPTAG_CONTENT_TYPE_STR("message/sipfrag"),
      SIPTAG_PAYLOAD_STR(fragment.c_str()), TAG_END());
  if (notify != nullptr) nta_outgoing_destroy(notify);
}

// --- Sessions (RFC 4028)

// The other side gave a sign of life, or we are to give one.
void SipAgent::Time(SipLeg& leg) {
  if (leg.session_seconds == 0) return;
  const unsigned grace = std::min(32u, leg.session_seconds / 3);
  leg.timer = In(leg.they_refresh ? leg.session_seconds - grace : leg.session_seconds / 2);
}

void SipAgent::OnTimers() {
  const auto now = Steady::now();
  for (auto& [key, leg] : legs_) {
    if (!leg->timer || *leg->timer > now || leg->ending) continue;
    if (leg->they_refresh) {
      SendBye(*leg);
      Told([this, key = key] { listener_.OnEnded(key); });
    } else {
      Time(*leg);
      Told([this, key = key] { listener_.OnRefresh(key); });
    }
  }
}

}  // namespace wissel::voice
