#include "integration/events/hub.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <utility>

#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "fmt/format.h"
#include "integration/events/follower.h"

namespace wissel::events {
namespace {

using Steady = std::chrono::steady_clock;

// Read in one go: as many as the SQLite reader fetches at once.
constexpr size_t kRowsInTurn = 64;
// Each has a book of the living items.
constexpr size_t kMostReadBack = 8;
constexpr size_t kAlways = SIZE_MAX / 2;
constexpr auto kTurn = std::chrono::milliseconds(250);  // signs of life, and whoever had to wait
constexpr auto kAfterFailure = std::chrono::seconds(1);

absl::Status Stopping() { return absl::UnavailableError("the server is stopping; ask it again"); }

absl::Status Beyond(uint64_t after, uint64_t end) {
  return Refuse(
      absl::StatusCode::kOutOfRange, "after",
      fmt::format("position {} is beyond the last event, {}: it is of another journal", after, end),
      "read the state anew, then follow from now on");
}

}  // namespace

class Hub::Parts : public std::enable_shared_from_this<Hub::Parts> {
 public:
  Parts(Shard& shard, Follower front, std::unique_ptr<JournalReader> journal, HubOptions options)
      : shard_(shard),
        options_(std::move(options)),
        journal_(std::move(journal)),
        front_(std::move(front)),
        window_from_(front_.sequence()) {}

  void Observe() {
    shard_.AddObserver([self = weak_from_this()](const CommittedBatch&, const Engine&) {
      if (auto parts = self.lock()) parts->Ring();
    });
  }

  void Start() {
    thread_ = std::make_unique<Thread>("events", [this] { Run(); });
  }
  void Stop() {
    inbox_.Close();
    if (thread_ != nullptr) thread_->Join();
  }

  // However often it is rung between two looks, it is one task.
  void Ring() {
    if (rung_.exchange(true)) return;
    Post([this] { rung_ = false; });
  }

  void Subscribe(std::shared_ptr<Consumer> consumer, std::optional<uint64_t> after, Filter filter) {
    const uint64_t end = shard_.last_sequence();
    ++consumers_count_;
    const bool posted = Post([=, this, filter = std::move(filter)] {
      if (after && *after > end) {
        --consumers_count_;
        return consumer->End(Beyond(*after, end));
      }
      subscriptions_[consumer.get()] = {consumer, filter, after.value_or(end), shard_.now(), {}};
    });
    if (posted) return;
    --consumers_count_;
    consumer->End(Stopping());
  }

  void Leave(std::shared_ptr<const Consumer> consumer) {
    Post([this, consumer = std::move(consumer)] { Forget(consumer.get()); });
  }

  size_t consumers() const { return consumers_count_; }
  const std::string& source() const { return options_.source; }

  void Settle() {
    std::promise<void> done;
    if (Post([&] { settled_.push_back(&done); })) done.get_future().wait();
  }

 private:
  using Task = std::function<void()>;
  struct ReadBack {
    Follower follower;
    std::deque<PublishedPtr> found;
  };
  struct Subscription {
    std::shared_ptr<Consumer> consumer;
    Filter filter;
    uint64_t position = 0;  // everything up to here has been given
    Instant given;          // when something was, a sign of life included
    std::optional<ReadBack> back;
  };

  bool Post(Task task) { return inbox_.Push(task, kAlways) == PushResult::kPushed; }

  void Run() {
    std::vector<Task> tasks;
    std::optional<Steady::time_point> wake = Steady::now();
    while (inbox_.Drain(tasks, wake)) {
      for (Task& task : tasks) task();
      tasks.clear();
      const bool more = Step();
      if (!more) {
        for (std::promise<void>* settled : std::exchange(settled_, {})) settled->set_value();
      }
      wake = more ? Steady::now() : Steady::now() + kTurn;
    }
    for (auto& [key, subscription] : subscriptions_) subscription.consumer->End(Stopping());
    subscriptions_.clear();
    consumers_count_ = 0;
  }

  // True: there is more to be done at once.
  bool Step() {
    bool more = ReadFront();
    std::vector<std::pair<const Consumer*, absl::Status>> failed;
    for (auto& [key, subscription] : subscriptions_) {
      absl::StatusOr<bool> served = Serve(subscription);
      if (!served.ok()) failed.emplace_back(key, served.status());
      more |= served.ok() && *served;
    }
    for (const auto& [key, status] : failed) {
      const std::shared_ptr<Consumer> consumer = subscriptions_[key].consumer;
      Forget(key);
      consumer->End(status);
    }
    return std::exchange(place_freed_, false) || more;
  }

  bool ReadFront() {
    if (front_.sequence() >= shard_.last_sequence() || Steady::now() < read_again_) return false;
    const absl::StatusOr<bool> more = front_.ReadOn(*journal_, kRowsInTurn, 0, window_);
    if (!more.ok()) {
      Log(LogLevel::kError, "the journal cannot be read for events",
          {{"reason", std::string(more.status().message())}});
      read_again_ = Steady::now() + kAfterFailure;
      return false;
    }
    while (window_.size() > options_.window) {
      window_from_ = window_.front()->sequence;
      window_.pop_front();
    }
    return *more;
  }

  // True: there is more for it, and it has room.
  absl::StatusOr<bool> Serve(Subscription& s) {
    const size_t room = s.consumer->room();
    if (room == 0) return false;
    std::vector<PublishedPtr> events;
    if (s.position < window_from_) {
      WISSEL_RETURN_IF_ERROR(FromJournal(s, room, events));
    } else {
      FromWindow(s, room, events);
    }
    // What a reading back has found beyond is in the window too.
    if (s.position >= window_from_) EndReadBack(s);
    const Instant now = shard_.now();
    if (!events.empty() || now - s.given >= options_.sign_of_life) {
      s.given = now;
      s.consumer->Take(std::move(events), s.position);
    }
    const bool waits_its_turn = s.position < window_from_ && !s.back;
    return !waits_its_turn && s.position < front_.sequence() && s.consumer->room() > 0;
  }

  void FromWindow(Subscription& s, size_t room, std::vector<PublishedPtr>& events) {
    auto next = std::upper_bound(
        window_.begin(), window_.end(), s.position,
        [](uint64_t position, const PublishedPtr& event) { return position < event->sequence; });
    for (; next != window_.end(); ++next) {
      if (!s.filter.Passes(**next)) continue;
      if (events.size() == room) {
        s.position = events.back()->sequence;
        return;
      }
      events.push_back(*next);
    }
    s.position = std::max(s.position, front_.sequence());
  }

  absl::Status FromJournal(Subscription& s, size_t room, std::vector<PublishedPtr>& events) {
    if (!s.back) {
      if (reading_back_ == kMostReadBack && !TakeFromWhoTakesNothing()) return absl::OkStatus();
      ++reading_back_;
      s.back.emplace(ReadBack{Follower::From(options_.source, options_.snapshots, s.position), {}});
    }
    std::deque<PublishedPtr>& found = s.back->found;
    if (found.empty()) {
      WISSEL_RETURN_IF_ERROR(
          s.back->follower.ReadOn(*journal_, kRowsInTurn, s.position, found).status());
    }
    while (!found.empty() && events.size() < room) {
      s.position = found.front()->sequence;
      if (s.filter.Passes(*found.front())) events.push_back(std::move(found.front()));
      found.pop_front();
    }
    if (!found.empty()) return absl::OkStatus();
    s.position = std::max(s.position, s.back->follower.sequence());
    return absl::OkStatus();
  }

  // A reading whose consumer has no room is given up for one whose has; taken up again, it goes on
  // where it was. Of several, that of who has taken nothing for the longest time.
  bool TakeFromWhoTakesNothing() {
    Subscription* idle = nullptr;
    for (auto& [key, subscription] : subscriptions_) {
      if (!subscription.back || subscription.consumer->room() > 0) continue;
      if (idle == nullptr || subscription.given < idle->given) idle = &subscription;
    }
    if (idle != nullptr) EndReadBack(*idle);
    return idle != nullptr;
  }

  void EndReadBack(Subscription& s) {
    if (!s.back) return;
    --reading_back_;
    s.back.reset();
    place_freed_ = true;
  }

  void Forget(const Consumer* consumer) {
    auto found = subscriptions_.find(consumer);
    if (found == subscriptions_.end()) return;
    EndReadBack(found->second);
    subscriptions_.erase(found);
    --consumers_count_;
  }

  Shard& shard_;
  const HubOptions options_;
  const std::unique_ptr<JournalReader> journal_;
  std::atomic<bool> rung_ = false;
  std::atomic<size_t> consumers_count_ = 0;
  Inbox<Task> inbox_{0};
  // Of the thread.
  Follower front_;
  std::deque<PublishedPtr> window_;
  uint64_t window_from_;  // what is published after it stands in the window
  std::map<const Consumer*, Subscription> subscriptions_;
  size_t reading_back_ = 0;
  bool place_freed_ = false;  // somebody who waits for one may read back now
  Steady::time_point read_again_;
  std::vector<std::promise<void>*> settled_;
  std::unique_ptr<Thread> thread_;
};

absl::StatusOr<std::unique_ptr<Hub>> Hub::Open(Shard& shard, const Engine& engine,
                                               std::unique_ptr<JournalReader> journal,
                                               HubOptions options) {
  WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, journal->Tail());
  Follower front(Publisher(options.source, Book::Of(engine)), tail.end);
  auto parts =
      std::make_shared<Parts>(shard, std::move(front), std::move(journal), std::move(options));
  parts->Observe();
  return std::unique_ptr<Hub>(new Hub(std::move(parts)));
}

Hub::Hub(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
Hub::~Hub() { Stop(); }

void Hub::Start() { parts_->Start(); }
void Hub::Stop() { parts_->Stop(); }
void Hub::Subscribe(std::shared_ptr<Consumer> consumer, std::optional<uint64_t> after,
                    Filter filter) {
  parts_->Subscribe(std::move(consumer), after, std::move(filter));
}
void Hub::Leave(std::shared_ptr<const Consumer> consumer) { parts_->Leave(std::move(consumer)); }
void Hub::Wake() { parts_->Ring(); }
const std::string& Hub::source() const { return parts_->source(); }
size_t Hub::consumers() const { return parts_->consumers(); }
void Hub::Settle() { parts_->Settle(); }

}  // namespace wissel::events
