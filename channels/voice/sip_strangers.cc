// Whoever is in no known network hears nothing, not even that something is here.
//
// The library answers by itself what it cannot read (400, 413, 505), and STUN requests. So a
// stranger's request ends at its first line, which is taken for garbage and thrown away without a
// word: the source of a message is known before its first line is read.
#include <cstdlib>
#include <vector>

#include "channels/voice/sip_agent.h"

#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/tport.h>
extern "C" {  // it does not say so itself
#include <sofia-sip/tport_plugins.h>
}

namespace wissel::voice {
namespace {

constexpr std::chrono::seconds kLookForStrangersEvery{1};

tport_stun_server_t* MakeStun(su_root_t*, tagi_t const*) {
  static char nothing = 0;
  return reinterpret_cast<tport_stun_server_t*>(&nothing);
}
void EndStun(tport_stun_server_t*) {}
int TakeSocket(tport_stun_server_t*, su_socket_t) { return 0; }
void IgnoreStun(tport_stun_server_t*, su_socket_t, void*, ssize_t, void*, socklen_t) {}

}  // namespace

// A header points at its class: the way from a line that is read back to the agent.
struct SipGate {
  struct msg_hclass_s lines;
  const SipAgent* agent;
  msg_mclass_t* messages;

  static issize_t Read(su_home_t* home, msg_header_t* header, char* text, isize_t size) {
    const auto* gate = reinterpret_cast<const SipGate*>(header->sh_common->h_class);
    // The home of a message is the message (msg_home).
    const std::optional<IpAddress> source = SourceOf(msg_addr(reinterpret_cast<msg_t*>(home)));
    if (!source || !gate->agent->Knows(*source)) return -1;
    return sip_request_class->hc_parse(home, header, text, size);
  }
};

void FreeGate::operator()(SipGate* gate) const {
  std::free(gate->messages);
  delete gate;
}

std::unique_ptr<SipGate, FreeGate> MakeGate(const SipAgent* agent) {
  std::unique_ptr<SipGate, FreeGate> gate(new SipGate{*sip_request_class, agent, nullptr});
  gate->lines.hc_parse = &SipGate::Read;
  gate->messages = msg_mclass_clone(sip_default_mclass(), 0, 0);
  if (gate->messages == nullptr) return nullptr;
  gate->messages->mc_request->hr_class = &gate->lines;
  return gate;
}

const msg_mclass_t* MessagesOf(const SipGate& gate) { return gate.messages; }

// It asks for a table larger than the one it knows.
void AnswerNoStun() {
  static const tport_stun_server_vtable_t kNobody = {2 * sizeof(tport_stun_server_vtable_t),
                                                     MakeStun,
                                                     EndStun,
                                                     TakeSocket,
                                                     TakeSocket,
                                                     IgnoreStun};
  tport_plug_in_stun_server(&kNobody);
}

void SipAgent::CloseStrangers() {
  const auto now = Steady::now();
  if (now < strangers_at_) return;
  strangers_at_ = now + kLookForStrangersEvery;
  std::vector<tport_t*> strangers;
  for (tport_t* door = tport_primaries(nta_agent_tports(nta_)); door != nullptr;
       door = tport_next(door)) {
    for (tport_t* with = tport_secondary(door); with != nullptr; with = tport_next(with)) {
      const su_addrinfo_t* address = tport_get_address(with);
      const auto source = SourceOf(reinterpret_cast<const su_sockaddr_t*>(address->ai_addr));
      if (!source || !Knows(*source)) strangers.push_back(with);
    }
  }
  for (tport_t* stranger : strangers) tport_shutdown(stranger, 2);
}

}  // namespace wissel::voice
