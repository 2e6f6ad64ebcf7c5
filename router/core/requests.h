// Request ids that have been carried out, for as long as they are remembered: a repetition is
// answered from here and changes nothing (AIP-155).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "base/time.h"
#include "router/core/event.h"

namespace wissel {

class Requests {
 public:
  Requests(size_t kept, Duration kept_for) : kept_(kept), kept_for_(kept_for) {}

  const RequestCarriedOut* Find(const RequestKey& key) const {
    auto it = by_key_.find(key);
    return it == by_key_.end() ? nullptr : &it->second;
  }

  // Forgets what is too old or too much.
  void Remember(Instant at, const RequestCarriedOut& request) {
    by_key_[request.key] = request;
    oldest_first_.push_back({at, request.key});
    while (oldest_first_.size() > kept_ || oldest_first_.front().at + kept_for_ < at) {
      by_key_.erase(oldest_first_.front().key);
      oldest_first_.pop_front();
    }
  }

  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Remembered& r : oldest_first_) visit(r.at, by_key_.at(r.key));
  }

 private:
  struct Remembered {
    Instant at;
    RequestKey key;
  };
  struct Hash {
    size_t operator()(const RequestKey& key) const {
      return key.low;
    }  // evenly spread by its maker
  };

  size_t kept_;
  Duration kept_for_;
  absl::flat_hash_map<RequestKey, RequestCarriedOut, Hash> by_key_;
  std::deque<Remembered> oldest_first_;
};

}  // namespace wissel
