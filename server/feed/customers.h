// The simulated customers: each enters when the plan says, waits, and hangs up when their patience
// has run out (on a channel where a customer waits on the line: voice and chat).
//
// Belongs to the loop's thread. Call Stop, and let the client's calls end, before it goes.
#pragma once

#include <optional>
#include <vector>

#include "server/feed/book.h"
#include "server/feed/client.h"
#include "server/feed/event_loop.h"
#include "server/feed/plan.h"
#include "server/feed/timeline.h"

namespace wissel::feed {

class Customers {
 public:
  // No one comes at or after `end`; none: until the plan ends.
  Customers(EventLoop& loop, Client& client, Book& book, Plan& plan, const Timeline& timeline,
            bool hang_up, std::optional<double> end);

  void Start();
  // No one comes any more. Who waits goes on waiting, and may still hang up.
  void Stop() { stopped_ = true; }
  bool done() const { return stopped_ && entering_ == 0; }

  // Asks the server about some who wait, for those whom others have answered.
  void LookAround(size_t limit);

 private:
  void ScheduleNext();
  void EnterDue();
  void Entered(const std::vector<PlannedContact>& due,
               const wissel::v1::BatchCreateWorkItemsResponse& response);
  void RunOutOfPatience(const std::string& item);
  void Look(const std::string& item);

  EventLoop& loop_;
  Client& client_;
  Book& book_;
  Plan& plan_;
  const Timeline& timeline_;
  const bool hang_up_;
  const std::optional<double> end_;
  bool stopped_ = false;
  int entering_ = 0;  // batches under way
};

}  // namespace wissel::feed
