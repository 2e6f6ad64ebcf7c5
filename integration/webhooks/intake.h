// Takes the events of one webhook from the hub, a handful at a time, over to the dispatcher's
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "integration/events/hub.h"

namespace wissel::webhooks {

class Intake : public events::Consumer {
 public:
  struct Given {
    std::vector<events::PublishedPtr> events;
    uint64_t position = 0;
    absl::Status end;  // not OK: nothing comes any more
  };
  // `give` is called on the hub's thread.
  explicit Intake(std::function<void(Given)> give) : give_(std::move(give)) {}

  // The dispatcher has sent all of it; wake the hub after.
  void AskForMore() { room_ = kAtOnce; }
  bool asked() const { return room_ > 0; }

  size_t room() override { return room_; }
  void Take(std::vector<events::PublishedPtr> events, uint64_t position) override {
    room_ = 0;
    give_({std::move(events), position, absl::OkStatus()});
  }
  void End(const absl::Status& status) override { give_({{}, 0, status}); }

 private:
  static constexpr size_t kAtOnce = 32;
  const std::function<void(Given)> give_;
  std::atomic<size_t> room_ = kAtOnce;
};

}  // namespace wissel::webhooks
