// One piece of work at a time for each key, in the order of asking; a piece may go on over several
// threads and ends when its turn is ended. For changes that touch two stores.
//
// Thread-safe. The next piece begins on the thread that ended the last turn. After Close none does:
// what waits is dropped, so that nothing begins when what it would use is being taken down.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"

namespace wissel {

class Turns : public std::enable_shared_from_this<Turns> {
 public:
  class Turn {
   public:
    Turn(std::shared_ptr<Turns> turns, std::string key)
        : turns_(std::move(turns)), key_(std::move(key)) {}
    // A turn that nobody can end any more has ended.
    ~Turn() { End(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // At the latest when the work is answered; callbacks may live on for a while after they ran.
    void End() {
      if (!ended_.exchange(true)) turns_->Next(key_);
    }

   private:
    const std::shared_ptr<Turns> turns_;
    const std::string key_;
    std::atomic<bool> ended_ = false;
  };
  using Work = std::function<void(std::shared_ptr<Turn>)>;

  void Take(const std::string& key, Work work) {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      auto [waiting, first] = waiting_.try_emplace(key);
      if (!first) return waiting->second.push_back(std::move(work));
    }
    work(std::make_shared<Turn>(shared_from_this(), key));
  }

  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  void Next(const std::string& key) {
    Work work;
    {
      std::lock_guard lock(mutex_);
      auto waiting = waiting_.find(key);
      if (closed_ || waiting->second.empty()) {
        waiting_.erase(waiting);
        return;
      }
      work = std::move(waiting->second.front());
      waiting->second.pop_front();
    }
    work(std::make_shared<Turn>(shared_from_this(), key));
  }

  std::mutex mutex_;
  bool closed_ = false;
  std::map<std::string, std::deque<Work>> waiting_;  // of the keys whose work is under way
};

// The same reply, which ends the turn.
template <class Response>
rpc::Reply<Response> EndingTurn(std::shared_ptr<Turns::Turn> turn, rpc::Reply<Response> reply) {
  return rpc::Reply<Response>(
      [turn = std::move(turn), reply = std::move(reply)](
          absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
        turn->End();
        if (!status.ok()) return reply(std::move(status));
        reply(std::move(static_cast<Response&>(*response)));
      });
}

}  // namespace wissel
