#include "channels/voice/sip_door.h"

#include <utility>

#include "base/status.h"
#include "channels/voice/sip_agent.h"

namespace wissel::voice {

absl::StatusOr<std::unique_ptr<SipDoor>> SipDoor::Open(const SipDoorOptions& options,
                                                       SipListener& listener) {
  auto agent = std::make_unique<SipAgent>(options, listener);
  WISSEL_RETURN_IF_ERROR(agent->Open());
  return std::unique_ptr<SipDoor>(new SipDoor(std::move(agent)));
}

SipDoor::SipDoor(std::unique_ptr<SipAgent> agent) : agent_(std::move(agent)) {}
SipDoor::~SipDoor() = default;

uint16_t SipDoor::port() const { return agent_->port(); }
size_t SipDoor::legs() const { return agent_->legs(); }
void SipDoor::Run(Duration at_most) { agent_->Run(at_most); }
void SipDoor::Wake() { agent_->Wake(); }

void SipDoor::Do(LegKey key, const Inform& a) { agent_->Inform(key, a.status, a.text); }
void SipDoor::Do(LegKey key, const Accept& a) { agent_->Accept(key, a.sdp); }
void SipDoor::Do(LegKey key, const Reject& a) { agent_->Reject(key, a.status, a.retry_after); }
void SipDoor::Do(LegKey key, const Ring& a, const Outbound& to) { agent_->Ring(key, a.sdp, to); }
void SipDoor::Do(LegKey key, const Reinvite& a) { agent_->Reinvite(key, a.sdp); }
void SipDoor::Do(LegKey key, const Acknowledge& a) { agent_->Acknowledge(key, a.sdp); }
void SipDoor::Do(LegKey key, const End&) { agent_->End(key); }
void SipDoor::Do(LegKey key, const AnswerRefer& a) { agent_->AnswerRefer(key, a.status); }
void SipDoor::Do(LegKey key, const Notify& a) { agent_->Notify(key, a.status); }

}  // namespace wissel::voice
