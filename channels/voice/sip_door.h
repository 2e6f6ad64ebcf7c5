// The SIP side of calls: one user agent on sofia-sip's transaction layer (nta). It keeps dialogs
// and transactions (RFC 3261), refuses what is malformed, unknown or too much, and hands everything
// else on as plain values; what a call does next is decided elsewhere (call.h).
//
// Everything here runs on one thread, which makes, runs and destroys it (an event loop of sofia
// belongs to the thread that made it); only Wake may be called from others. Requests that begin
// something are heard from known networks alone: nobody else gets any answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/voice/call.h"
#include "channels/voice/digest.h"
#include "channels/voice/networks.h"

namespace wissel::voice {

struct LegKey {
  uint64_t call = 0;
  LegId leg;
  auto operator<=>(const LegKey&) const = default;
};

struct Invitation {
  std::string called;  // user part of the request's URI
  std::string caller;  // user part of who calls, as the trunk asserts it (RFC 3325), or From
  std::string sdp;     // empty: they want to be offered one
  std::string call_id;
  std::string from_tag;
  uint32_t cseq = 0;
  int max_forwards = 70;
};

// Who is told. Called on the door's thread, never from within a call of the door.
class SipListener {
 public:
  virtual ~SipListener() = default;
  // The number of the call, whose customer's leg is kCaller; or how it is refused.
  struct Refusal {
    int status = 503;
    std::optional<Duration> retry_after;
  };
  virtual std::optional<Refusal> OnInvite(uint64_t call, const Invitation& invitation) = 0;
  virtual void OnRinging(LegKey key) = 0;
  virtual void OnAnswered(LegKey key, std::string sdp) = 0;
  virtual void OnFailed(LegKey key, int status) = 0;
  virtual void OnReinvite(LegKey key, std::string sdp) = 0;
  virtual void OnAck(LegKey key, std::string sdp) = 0;
  virtual void OnEnded(LegKey key) = 0;
  virtual void OnRefer(LegKey key, std::string user, std::string uri) = 0;
  virtual void OnRefresh(LegKey key) = 0;
};

struct SipDoorOptions {
  std::string host;
  uint16_t port = 5060;  // 0: any free one
  // SIP over TLS beside it, and the folder of agent.pem and cafile.pem.
  std::optional<uint16_t> tls_port;
  std::string tls_host;
  std::string certificates;
  Networks trunks;
  Networks phones;  // beside the trunks
  // Of trunks whose calls carry a password as well; the first that has the address counts.
  struct Password {
    Networks trunk;
    Digest digest;
  };
  std::vector<Password> passwords;
};

struct Outbound {
  std::string uri;
  std::string from_user;  // shown to whoever is rung; empty: anonymous
  std::string route;      // where it is sent, if not to the URI itself
  int max_forwards = 70;
};

class SipAgent;

class SipDoor {
 public:
  static absl::StatusOr<std::unique_ptr<SipDoor>> Open(const SipDoorOptions& options,
                                                       SipListener& listener);
  ~SipDoor();

  uint16_t port() const;

  // --- Of one leg (call.h says what each means)
  void Do(LegKey key, const Inform& inform);
  void Do(LegKey key, const Accept& accept);
  void Do(LegKey key, const Reject& refuse);
  void Do(LegKey key, const Ring& ring, const Outbound& to);
  void Do(LegKey key, const Reinvite& reinvite);
  void Do(LegKey key, const Acknowledge& acknowledge);
  void Do(LegKey key, const End& end);
  void Do(LegKey key, const AnswerRefer& answer);
  void Do(LegKey key, const Notify& notify);

  // Waits for the network, but no longer than this, and handles what has come.
  void Run(Duration at_most);
  // Ends Run; from any thread.
  void Wake();
  // Legs that are known, those that are being ended included.
  size_t legs() const;

 private:
  explicit SipDoor(std::unique_ptr<SipAgent> agent);
  std::unique_ptr<SipAgent> agent_;
};

}  // namespace wissel::voice
