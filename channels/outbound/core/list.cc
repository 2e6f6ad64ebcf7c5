#include "channels/outbound/core/list.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel::outbound {

void List::Remove(int64_t number) {
  const auto it = entries_.find(number);
  if (it == entries_.end()) return;
  const Entry& entry = it->second;
  if (entry.state == EntryState::kOpen) --open_;
  turns_.erase({entry.next, number});
  attempts_.erase({entry.attempts, number});
  if (entry.deadline) deadlines_.erase({*entry.deadline, number});
  entries_.erase(it);
}

void List::Put(const Entry& entry) {
  Remove(entry.number);
  if (IsOutcome(entry.state)) return;
  entries_.emplace(entry.number, entry);
  if (entry.state == EntryState::kOpen) {
    ++open_;
    return;
  }
  turns_.insert({entry.next, entry.number});
  attempts_.insert({entry.attempts, entry.number});
  if (entry.deadline) deadlines_.insert({*entry.deadline, entry.number});
}

const Entry* List::Find(int64_t number) const {
  const auto it = entries_.find(number);
  return it == entries_.end() ? nullptr : &it->second;
}

std::vector<Entry> List::Over(Instant now, int most) const {
  std::vector<Entry> over;
  const auto full = [&] { return static_cast<int>(over.size()) >= most; };
  if (phase_ == Phase::kStopped) {
    for (auto it = turns_.begin(); it != turns_.end() && !full(); ++it) {
      over.push_back(Ended(entries_.at(it->second), EntryState::kWithdrawn, now));
    }
    return over;
  }
  for (auto it = attempts_.rbegin(); it != attempts_.rend() && !full(); ++it) {
    if (it->first < rules_.attempts) break;
    over.push_back(Ended(entries_.at(it->second), EntryState::kNoAnswer, now));
  }
  for (auto it = deadlines_.begin(); it != deadlines_.end() && !full(); ++it) {
    if (it->first > now) break;
    const Entry& entry = entries_.at(it->second);
    if (!Tried(entry)) over.push_back(Ended(entry, EntryState::kExpired, now));
  }
  return over;
}

std::vector<Entry> List::Next(Instant now, int most) const {
  std::vector<Entry> next;
  if (phase_ != Phase::kRunning) return next;
  const int room = std::min(rules_.most_open - open_, most);
  for (auto it = turns_.begin(); it != turns_.end(); ++it) {
    if (it->first > now || static_cast<int>(next.size()) >= room) break;
    const Entry& entry = entries_.at(it->second);
    if (Tried(entry) || (entry.deadline && *entry.deadline <= now)) continue;
    next.push_back(Opened(entry));
  }
  return next;
}

std::optional<Instant> List::NextTime() const {
  std::optional<Instant> time;
  const auto sooner = [&](Instant t) { time = time ? std::min(*time, t) : t; };
  if (!deadlines_.empty()) sooner(deadlines_.begin()->first);
  const bool room = phase_ == Phase::kRunning && open_ < rules_.most_open;
  if (room && !turns_.empty()) sooner(turns_.begin()->first);
  return time;
}

}  // namespace wissel::outbound
