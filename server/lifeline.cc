#include "server/lifeline.h"

#include <string>
#include <utility>

namespace wissel::server {
namespace {

// How often the status is looked at when the manager asks for no sign of life.
constexpr Duration kForStatus = Duration::Seconds(5);
constexpr int kSignsOfLife = 4;  // in the time that the manager gives

}  // namespace

Lifeline::Lifeline(std::vector<systemd::Watchdog::Part> parts,
                   std::function<std::string()> status) {
  if (!systemd::HasServiceManager()) return;
  systemd::ServiceManager& manager = systemd::ThisServiceManager();
  manager.Ready(status());
  watchdog_.emplace(manager, std::move(parts), std::move(status));
  const std::optional<Duration> given = systemd::WatchdogTime();
  const Duration period = given ? Duration::Millis(given->millis() / kSignsOfLife) : kForStatus;
  ticker_.emplace("lifeline", period, [this] { watchdog_->Tick(); });
}

Lifeline::~Lifeline() {
  ticker_.reset();
  systemd::ThisServiceManager().Stopping();
}

}  // namespace wissel::server
