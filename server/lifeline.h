// What ties a serving process to its service manager: says READY, then tells it again and again
// that the sequencer and the HTTP door answer, and how the service stands; says STOPPING at the
// end.
//
// Made once the doors serve; one thread makes and ends it. Before the doors are closed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/runtime/thread.h"
#include "server/systemd/service_manager.h"
#include "server/systemd/watchdog.h"

namespace wissel::server {

class Lifeline {
 public:
  // `parts` are asked for signs of life; `status`: how the service stands, in one line. Does
  // nothing where no service manager listens.
  Lifeline(std::vector<systemd::Watchdog::Part> parts, std::function<std::string()> status);
  // Says STOPPING; from here on nobody says that the service is alive.
  ~Lifeline();

 private:
  std::optional<systemd::Watchdog> watchdog_;
  std::optional<Ticker> ticker_;  // last: it uses the other
};

}  // namespace wissel::server
