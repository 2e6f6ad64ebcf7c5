// What a service tells the manager that started it, by sd_notify(3): that it serves, how it stands,
// that it is alive, that it ends. Without a manager (no NOTIFY_SOCKET) nothing is told, and nothing
// fails.
//
// Thread-safe. A call sends one datagram and may wait for the manager to take it: not for the
// sequencer's thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace wissel::systemd {

class ServiceManager {
 public:
  virtual ~ServiceManager() = default;

  virtual void Ready(std::string_view status) = 0;
  // One line, as `systemctl status` shows it.
  virtual void Status(std::string_view status) = 0;
  virtual void Alive() = 0;
  virtual void Stopping() = 0;
};

// Whether anybody listens.
bool HasServiceManager();

// The one of this process.
ServiceManager& ThisServiceManager();

// How long this service may go without Alive before it is ended and started again (WatchdogSec=);
// none: as long as it likes.
std::optional<Duration> WatchdogTime();

}  // namespace wissel::systemd
