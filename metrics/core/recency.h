// Rows in the order of their last change, so that "what changed since" costs only what changed.
//
// Rows are numbered densely (the ids of queues or agents). A change has a version (every change of
// the board gets a higher one) and the journal's sequence that it belongs to; both only rise. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/invariant.h"

namespace wissel::metrics {

class RecencyList {
 public:
  struct Stamp {
    uint64_t version = 0;
    uint64_t sequence = 0;
  };

  // Adds the row, or moves it to the front.
  void Touch(uint32_t row, Stamp stamp) {
    if (row >= links_.size()) links_.resize(row + 1);
    if (links_[row].listed) Unlink(row);
    INVARIANT(head_ == kNone || links_[head_].stamp.version <= stamp.version);
    links_[row] = {stamp, kNone, head_, true};
    if (head_ != kNone) links_[head_].newer = row;
    head_ = row;
  }

  void Remove(uint32_t row) {
    if (row < links_.size() && links_[row].listed) Unlink(row);
  }

  bool Has(uint32_t row) const { return row < links_.size() && links_[row].listed; }

  // Newest first, those changed after `version`.
  template <class Visit>
  void ForEachSince(uint64_t version, Visit visit) const {
    for (uint32_t row = head_; row != kNone && links_[row].stamp.version > version;
         row = links_[row].older) {
      visit(row);
    }
  }

  // The version of the newest change that belongs before `sequence`; 0 if there is none.
  uint64_t VersionBefore(uint64_t sequence) const {
    uint32_t row = head_;
    while (row != kNone && links_[row].stamp.sequence >= sequence) row = links_[row].older;
    return row == kNone ? 0 : links_[row].stamp.version;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Link {
    Stamp stamp;
    uint32_t newer = kNone;
    uint32_t older = kNone;
    bool listed = false;
  };

  void Unlink(uint32_t row) {
    Link& link = links_[row];
    if (link.newer == kNone) {
      head_ = link.older;
    } else {
      links_[link.newer].older = link.older;
    }
    if (link.older != kNone) links_[link.older].newer = link.newer;
    link.listed = false;
  }

  std::vector<Link> links_;
  uint32_t head_ = kNone;
};

}  // namespace wissel::metrics
