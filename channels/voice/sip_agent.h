// The inside of the door (sip_door.h), and the one header that knows sofia-sip. For sip_*.cc alone.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "channels/voice/sip_door.h"

#define NTA_AGENT_MAGIC_T wissel::voice::SipAgent
#define NTA_LEG_MAGIC_T wissel::voice::SipLeg
#define NTA_INCOMING_MAGIC_T wissel::voice::SipLeg
#define NTA_OUTGOING_MAGIC_T wissel::voice::SipLeg
#define SU_WAKEUP_ARG_T wissel::voice::SipAgent
namespace wissel::voice {
struct SipLeg;
class SipAgent;
}  // namespace wissel::voice
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_wait.h>

namespace wissel::voice {

inline constexpr const char* kAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, UPDATE";
inline constexpr const char* kServer = "Wissel";
inline constexpr const char* kSdpType = "application/sdp";
// RFC 4028, 4 and 5: how long a session may stand without a sign of life, and no shorter.
inline constexpr unsigned kSessionSeconds = 1800;
inline constexpr unsigned kLeastSessionSeconds = 90;

using Steady = std::chrono::steady_clock;

// One dialog of a call.
struct SipLeg {
  SipAgent* agent = nullptr;
  LegKey key;
  nta_leg_t* dialog = nullptr;
  nta_incoming_t* theirs = nullptr;  // their INVITE or re-INVITE, until its ACK
  nta_outgoing_t* ours = nullptr;    // our INVITE or re-INVITE, until the next
  nta_outgoing_t* bye = nullptr;
  nta_incoming_t* refer = nullptr;
  bool inviting = false;  // our first INVITE is open
  bool open = false;      // our re-INVITE is
  bool up = false;
  bool ending = false;
  bool ack_owed = false;
  bool cancelled = false;  // their re-INVITE, before we had answered it
  uint32_t invite_cseq = 0;
  uint64_t session = 0;
  uint64_t version = 0;
  std::string last;  // description, without its origin
  bool they_refresh = false;
  unsigned session_seconds = 0;  // 0: none
  std::optional<Steady::time_point> timer;
};

// What a request is refused for; none: it is in order (sip_checks.cc).
struct RequestFault {
  int status = 400;
  std::string phrase;
  std::string unsupported = {};  // of 420
  bool accept = false;           // of 415: say what is accepted
  bool min_se = false;           // of 422
  std::string challenge = {};    // of 401
};
std::optional<RequestFault> FaultOf(const sip_t* sip);
// Of one that begins a call, besides.
std::optional<RequestFault> InviteFaultOf(const sip_t* sip, const std::string& host,
                                          const std::string& port);
// In a dialog: of a re-INVITE or its like.
std::optional<RequestFault> ContentFaultOf(const sip_t* sip);
std::string SdpIn(const sip_t* sip);
// As the trunk asserts it, or From; empty for one who does not say.
std::string CallerIn(const sip_t* sip);
std::optional<IpAddress> SourceOf(const su_sockaddr_t* from);
// None: a password was said, and is right. Otherwise what is to be asked (WWW-Authenticate).
std::optional<std::string> ChallengeFor(const sip_t* sip, const Digest& digest);

// Reads requests of known sources alone (sip_strangers.cc).
struct SipGate;
struct FreeGate {
  void operator()(SipGate* gate) const;
};
std::unique_ptr<SipGate, FreeGate> MakeGate(const SipAgent* agent);
const msg_mclass_t* MessagesOf(const SipGate& gate);
// Of the whole process, before its first agent.
void AnswerNoStun();

class SipAgent {
 public:
  SipAgent(const SipDoorOptions& options, SipListener& listener)
      : options_(options), listener_(listener) {}
  ~SipAgent();
  absl::Status Open();

  void Run(Duration at_most);
  void Wake();
  uint16_t port() const { return port_; }
  size_t legs() const { return legs_.size(); }
  bool Knows(const IpAddress& source) const {
    return options_.trunks.Has(source) || options_.phones.Has(source);
  }

  void Inform(LegKey key, int status, const std::string& text);
  void Accept(LegKey key, const std::string& sdp);
  void Reject(LegKey key, int status, std::optional<Duration> retry_after);
  void Ring(LegKey key, const std::string& sdp, const Outbound& to);
  void Reinvite(LegKey key, const std::string& sdp);
  void Acknowledge(LegKey key, const std::string& sdp);
  void End(LegKey key);
  void AnswerRefer(LegKey key, int status);
  void Notify(LegKey key, int status);

 private:
  static int OnMessage(SipAgent* self, nta_agent_t* nta, msg_t* message, sip_t* sip);
  static int OnRequest(SipLeg* leg, nta_leg_t* dialog, nta_incoming_t* request, const sip_t* sip);
  static int OnAckOrCancel(SipLeg* leg, nta_incoming_t* request, const sip_t* sip);
  static int OnResponse(SipLeg* leg, nta_outgoing_t* request, const sip_t* sip);
  static int OnByeResponse(SipLeg* leg, nta_outgoing_t* request, const sip_t* sip);
  static int OnWake(su_root_magic_t*, su_wait_t*, SipAgent* self);

  void TakeInvite(msg_t* message, sip_t* sip);
  void AnswerPlainly(msg_t* message, const RequestFault& fault);
  void Told(std::function<void()> event) { events_.push_back(std::move(event)); }
  SipLeg* Find(LegKey key);
  SipLeg& Make(LegKey key);
  void Drop(SipLeg& leg);
  void Establish(SipLeg& leg, const sip_t* sip);
  void SendAck(SipLeg& leg, const std::string& sdp);
  void SendBye(SipLeg& leg);
  std::string Told(SipLeg& leg, const std::string& sdp);
  void Time(SipLeg& leg);
  void OnTimers();
  void CloseStrangers();

  const SipDoorOptions options_;
  SipListener& listener_;
  std::unique_ptr<SipGate, FreeGate> gate_;
  su_root_t* root_ = nullptr;
  nta_agent_t* nta_ = nullptr;
  su_home_t home_[1] = {};
  int wake_ = -1;
  uint16_t port_ = 0;
  std::string port_text_;
  uint64_t calls_ = 0;
  std::map<LegKey, std::unique_ptr<SipLeg>> legs_;
  std::deque<std::function<void()>> events_;
  std::vector<LegKey> dropped_;
  Steady::time_point strangers_at_;
};

}  // namespace wissel::voice
