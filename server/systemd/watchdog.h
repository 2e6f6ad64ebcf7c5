// Tells the service manager that the service is alive, when it is: each part that must answer is
// asked for a sign of life, and only after all of them have given it is the manager told. A part
// that hangs gets the service started again; a part that works and has bad news (a full disk) does
// not, for that is no cure: it stands in the status.
//
// Tick from one thread, every so often: four times in the time that the manager gives.
// Answers come from any thread, also after the watchdog is gone.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/systemd/service_manager.h"

namespace wissel::systemd {

class Watchdog {
 public:
  // Asks a part for a sign of life. It calls `answered` once, from a thread that does the part's
  // work; or not, when it hangs or ends.
  using Part = std::function<void(std::function<void()> answered)>;

  // `status`: how the service stands, in one line.
  Watchdog(ServiceManager& manager, std::vector<Part> parts, std::function<std::string()> status);

  void Tick();

 private:
  void Ask();

  ServiceManager& manager_;
  const std::vector<Part> parts_;
  const std::function<std::string()> status_;
  std::string told_;
  std::shared_ptr<std::atomic<size_t>> silent_;  // parts that have yet to answer
};

}  // namespace wissel::systemd
