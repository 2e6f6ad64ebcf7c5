// Looks at the live view while a feed runs: for each queue that is fed, the view's own books must
// close at every look, and since the feed began it must have counted at least what the feed brought
// (others may use the queue too).
//
// Belongs to the loop's thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/feed/book.h"
#include "server/feed/client.h"
#include "server/feed/event_loop.h"
#include "wissel/v1/live.pb.h"

namespace wissel::feed {

class LiveCheck {
 public:
  LiveCheck(EventLoop& loop, Client& client, const Book& book);

  // The state before the first contact. False when it cannot be had.
  bool Begin();
  // Every two seconds, until Stop.
  void KeepLooking();
  void Stop() { stopped_ = true; }
  // The last look, when all has come to rest; waits for it.
  void End();

  int64_t looks() const { return looks_; }
  const std::vector<std::string>& disagreements() const { return disagreements_; }

 private:
  void Look(std::function<void()> done);
  void See(const wissel::v1::LiveUpdate& update);
  void Compare();

  EventLoop& loop_;
  Client& client_;
  const Book& book_;
  std::set<std::string> queues_;
  std::map<std::string, wissel::v1::QueueLive> first_;
  std::map<std::string, wissel::v1::QueueLive> last_;
  int64_t looks_ = 0;
  bool stopped_ = false;
  std::vector<std::string> disagreements_;
};

}  // namespace wissel::feed
