#include "server/lifeline.h"

#include <string>
#include <utility>

namespace wissel::server {
namespace {

// How often the status is looked at when the manager asks for no sign of life.
constexpr Duration kForStatus = Duration::Seconds(5);
constexpr int kSignsOfLife = 4;  // in the time that the manager gives

std::string StatusOf(const Center& center) {
  const absl::Status ready = center.Ready();
  return ready.ok() ? "serves" : std::string(ready.message());
}

}  // namespace

Lifeline::Lifeline(Center& center, gateway::HttpDoor& http) {
  if (!systemd::HasServiceManager()) return;
  systemd::ServiceManager& manager = systemd::ThisServiceManager();
  manager.Ready(StatusOf(center));
  watchdog_.emplace(
      manager,
      std::vector<systemd::Watchdog::Part>{
          [&center](std::function<void()> answered) {
            center.shard().Read([answered = std::move(answered)](const Engine&) { answered(); });
          },
          [&http](std::function<void()> answered) { http.ComeRound(std::move(answered)); }},
      [&center] { return StatusOf(center); });
  const std::optional<Duration> given = systemd::WatchdogTime();
  const Duration period = given ? Duration::Millis(given->millis() / kSignsOfLife) : kForStatus;
  ticker_.emplace("lifeline", period, [this] { watchdog_->Tick(); });
}

Lifeline::~Lifeline() {
  ticker_.reset();
  systemd::ThisServiceManager().Stopping();
}

}  // namespace wissel::server
