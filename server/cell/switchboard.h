// Connects each call that comes to this node's doors with its center: one that is served here, or
// the node that serves it. A call whose center nobody serves at the moment (it is being taken over,
// or handed over) waits a little for who will.
//
// Thread-safe. Invariants: each call is answered once; a call is passed on to another node only
// when nothing of it has been done; one that was passed on is not passed on again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/runtime/thread.h"
#include "base/time.h"
#include "gateway/peers.h"
#include "server/cell/served_center.h"

namespace wissel::server {

// Where a center is; neither: nowhere at the moment.
struct Way {
  std::shared_ptr<ServedCenter> here;
  std::string address;  // of the gRPC door of the node that serves it
};

struct SwitchboardOptions {
  // Whose center is meant; a refusal where that cannot be told.
  std::function<absl::StatusOr<std::string>(const rpc::Context&)> tenant_of;
  std::function<Way(const std::string& tenant)> way_to;
  gateway::PeerOptions peers;
  // How long a call waits for somebody who serves its center, and how many may.
  Duration patience = Duration::Seconds(6);
  size_t most_waiting = 5'000;
};

class Switchboard {
 public:
  explicit Switchboard(SwitchboardOptions options);
  // Refuses those that wait.
  ~Switchboard();

  // Every method of the contract, for the doors; the switchboard outlives it.
  const rpc::MethodTable& methods() const { return methods_; }

  // Nobody will serve those that wait, or come from now on.
  void GiveUp();
  // Some center is served by another now, or by nobody.
  void LookAgain();

 private:
  struct Call;
  void AddMethods();
  void BreakOffAstray();
  void Take(std::shared_ptr<Call> call);
  // False: there is no way to its center now.
  bool Connect(const std::shared_ptr<Call>& call);
  void ConnectHere(const std::shared_ptr<Call>& call, const std::shared_ptr<ServedCenter>& center);
  void PassOn(const std::shared_ptr<Call>& call, const std::string& address);
  // So that it outlives what the door has of it.
  void Keep(Call& call) const;

  const SwitchboardOptions options_;
  gateway::Peers peers_;
  rpc::MethodTable methods_;
  class Waiting;
  const std::shared_ptr<Waiting> waiting_;                   // answers of other nodes may come late
  std::chrono::steady_clock::time_point looked_for_astray_;  // of the ticker
  Ticker ticker_;
};

}  // namespace wissel::server
