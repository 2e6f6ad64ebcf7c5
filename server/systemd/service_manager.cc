#include "server/systemd/service_manager.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "fmt/format.h"

namespace wissel::systemd {
namespace {

// A manager that cannot be reached is no reason to end: it will judge by its own clock.
class Notifier final : public ServiceManager {
 public:
  void Ready(std::string_view status) override { Tell(fmt::format("READY=1\nSTATUS={}", status)); }
  void Status(std::string_view status) override { Tell(fmt::format("STATUS={}", status)); }
  void Alive() override { Tell("WATCHDOG=1"); }
  void Stopping() override { Tell("STOPPING=1\nSTATUS=ends"); }

 private:
  static void Tell(const std::string& state) { sd_notify(/*unset_environment=*/0, state.c_str()); }
};

}  // namespace

bool HasServiceManager() { return std::getenv("NOTIFY_SOCKET") != nullptr; }

ServiceManager& ThisServiceManager() {
  static Notifier notifier;
  return notifier;
}

std::optional<Duration> WatchdogTime() {
  uint64_t micros = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &micros) <= 0) return std::nullopt;
  return Duration::Millis(static_cast<int64_t>(micros / 1000));
}

}  // namespace wissel::systemd
