// What ties a serving process to its service manager: says READY, then tells it again and again
// that the sequencer and the HTTP door answer, and how the service stands; says STOPPING at the
// end.
//
// Made once the doors serve; one thread makes and ends it. Before the doors are closed.
#pragma once

#include <memory>
#include <optional>

#include "base/runtime/thread.h"
#include "gateway/http_door.h"
#include "server/center.h"
#include "server/systemd/service_manager.h"
#include "server/systemd/watchdog.h"

namespace wissel::server {

class Lifeline {
 public:
  // Both outlive it. Does nothing where no service manager listens.
  Lifeline(Center& center, gateway::HttpDoor& http);
  // Says STOPPING; from here on nobody says that the service is alive.
  ~Lifeline();

 private:
  std::optional<systemd::Watchdog> watchdog_;
  std::optional<Ticker> ticker_;  // last: it uses the other
};

}  // namespace wissel::server
