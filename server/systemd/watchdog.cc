#include "server/systemd/watchdog.h"

#include <utility>

namespace wissel::systemd {

Watchdog::Watchdog(ServiceManager& manager, std::vector<Part> parts,
                   std::function<std::string()> status)
    : manager_(manager), parts_(std::move(parts)), status_(std::move(status)) {
  Ask();
}

void Watchdog::Ask() {
  silent_ = std::make_shared<std::atomic<size_t>>(parts_.size());
  for (const Part& part : parts_) {
    part([silent = silent_] { --*silent; });
  }
}

void Watchdog::Tick() {
  if (std::string status = status_(); status != told_) {
    manager_.Status(status);
    told_ = std::move(status);
  }
  if (*silent_ > 0) return;
  manager_.Alive();
  Ask();
}

}  // namespace wissel::systemd
