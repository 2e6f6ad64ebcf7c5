// The front door of the voice channel: calls by SIP over a shard and the contact store, and
// VoiceService for the desk.
//
// Order: open before the shard is started (it adds an observer), `Register` before a door opens,
// `Start` once the shard runs and the center has its queues. On the way down: close the doors,
// `Stop`, stop the store and the shard, destroy. One thread of its own has the network and all
// calls.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/voice/admission.h"
#include "channels/voice/call.h"
#include "channels/voice/destinations.h"
#include "channels/voice/sip_door.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::voice {

struct OutsideRules {
  // "sip:10.0.0.5:5060": the trunk that calls to the outside go through; empty: none is made.
  std::string target;
  DestinationRules destinations;
};

struct VoiceOptions {
  SipDoorOptions sip;
  std::map<std::string, std::string> queues;  // by called number, "*": any other; "queues/..."
  CallRules rules;
  AdmissionLimits limits;
  OutsideRules outside;
  // Of callers' numbers that name no country: "BE". Empty: such callers are not known again.
  std::string region;
  // Whether this customer ("customers/...", or empty) may be called unasked at this number, in
  // E.164: OK, or a refusal on `number`; `done` comes once, from any thread. None: everybody may.
  std::function<void(std::string customer, std::string number,
                     std::function<void(const absl::Status&)> done)>
      may_call;
  // Says how long it will be, and must outlive the channel; none: nobody is told.
  const Waits* waits = nullptr;
  // The SIP URI of an agent's phone, by the last part of the resource name; empty: none.
  std::function<std::string(std::string_view)> agent_phone;
};

class VoiceChannel {
 public:
  static std::unique_ptr<VoiceChannel> Open(Shard& shard, contacts::ContactStore& store,
                                            VoiceOptions options);
  ~VoiceChannel();

  void Register(rpc::MethodTable& table);

  // Ends what an earlier process had under way, then takes calls. FAILED_PRECONDITION: the address
  // cannot be had.
  absl::Status Start();
  // Ends every call and every stream.
  void Stop();

  // Of the SIP door, once started.
  uint16_t port() const;
  // Phones that are rung, talk or are being let go.
  size_t legs() const;

 private:
  class Parts;
  explicit VoiceChannel(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::voice
