#include "server/feed/live_check.h"

#include <utility>

#include "fmt/format.h"

namespace wissel::feed {
namespace {

using LiveStub = wissel::v1::LiveService::Stub::async_interface;
using wissel::v1::QueueLive;

constexpr size_t kMostDisagreements = 20;

}  // namespace

LiveCheck::LiveCheck(EventLoop& loop, Client& client, const Book& book)
    : loop_(loop), client_(client), book_(book) {
  for (const auto& queue : book.queues()) queues_.insert(queue.name());
}

bool LiveCheck::Begin() {
  bool done = false;
  Look([&] { done = true; });
  loop_.RunUntil([&] { return done; });
  first_ = last_;
  return first_.size() == queues_.size();
}

void LiveCheck::KeepLooking() {
  if (stopped_) return;
  Look([this] { loop_.After(std::chrono::seconds(2), [this] { KeepLooking(); }); });
}

void LiveCheck::End() {
  stopped_ = true;
  bool done = false;
  Look([&] { done = true; });
  loop_.RunUntil([&] { return done; });
  Compare();
}

void LiveCheck::Look(std::function<void()> done) {
  client_.Call<LiveStub, wissel::v1::GetLiveRequest, wissel::v1::LiveUpdate>(
      client_.live(), &LiveStub::GetLive, {},
      [this, done = std::move(done)](const grpc::Status& status, wissel::v1::LiveUpdate& update) {
        if (status.ok()) See(update);
        if (!status.ok() && disagreements_.size() < kMostDisagreements) {
          disagreements_.push_back("the live view cannot be had: " + status.error_message());
        }
        done();
      });
}

void LiveCheck::See(const wissel::v1::LiveUpdate& update) {
  ++looks_;
  for (const QueueLive& queue : update.queues()) {
    if (!queues_.contains(queue.name())) continue;
    last_[queue.name()] = queue;
    const int64_t accounted =
        queue.answered() + queue.abandoned() + queue.ended_otherwise() + queue.waiting();
    if (queue.offered() == accounted || disagreements_.size() >= kMostDisagreements) continue;
    disagreements_.push_back(fmt::format(
        "{} at sequence {}: offered {} but answered {} + abandoned {} + ended otherwise {} + "
        "waiting {} = {}",
        queue.name(), update.sequence(), queue.offered(), queue.answered(), queue.abandoned(),
        queue.ended_otherwise(), queue.waiting(), accounted));
  }
}

void LiveCheck::Compare() {
  std::map<std::string, Tally> ours;
  for (size_t i = 0; i < book_.queues().size(); ++i) {
    Tally& sum = ours[book_.queues()[i].name()];
    sum.offered += book_.tallies()[i].offered;
    sum.answered += book_.tallies()[i].answered;
    sum.abandoned += book_.tallies()[i].abandoned;
  }
  for (const auto& [name, tally] : ours) {
    const QueueLive& before = first_[name];
    const QueueLive& after = last_[name];
    // At midnight the view begins to count anew.
    if (before.day_start().seconds() != after.day_start().seconds()) continue;
    const auto check = [&, &queue = name](const char* what, int64_t seen, int64_t brought) {
      if (seen >= brought || disagreements_.size() >= kMostDisagreements) return;
      disagreements_.push_back(
          fmt::format("{}: the live view counts {} {} since the begin, the feed {}", queue, seen,
                      what, brought));
    };
    check("offered", after.offered() - before.offered(), tally.offered);
    check("answered", after.answered() - before.answered(), tally.answered);
    check("abandoned", after.abandoned() - before.abandoned(), tally.abandoned);
  }
}

}  // namespace wissel::feed
