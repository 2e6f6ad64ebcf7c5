// A list of people to be called: which entry's turn it is, and when the next one's will be. Pure;
// not thread-safe.
//
// It holds the entries that have no outcome yet. What it decides it says as entries as they shall
// be; they are so once they have been `Put`, which whoever drives it does when they are durable.
//
// Invariants: at most `most_open` entries are open; none is opened before its time, at or after its
// deadline, or beyond its attempts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "channels/outbound/core/entry.h"

namespace wissel::outbound {

class List {
 public:
  List(ListRules rules, Phase phase) : rules_(rules), phase_(phase) {}

  const ListRules& rules() const { return rules_; }
  Phase phase() const { return phase_; }
  void SetRules(ListRules rules) { rules_ = rules; }
  void SetPhase(Phase phase) { phase_ = phase; }

  // New or changed; one with an outcome goes.
  void Put(const Entry& entry);
  const Entry* Find(int64_t number) const;
  const std::map<int64_t, Entry>& entries() const { return entries_; }
  int open() const { return open_; }

  // Those that end without another attempt: their time has passed, their attempts are used up (the
  // rules may have changed), or the list has been stopped. At most `most`.
  std::vector<Entry> Over(Instant now, int most) const;
  // Those whose attempt begins now, at most `most`: the longest due first, as many as have room.
  std::vector<Entry> Next(Instant now, int most) const;
  // When one of the two will have something to say, if nothing else happens before.
  std::optional<Instant> NextTime() const;

 private:
  void Remove(int64_t number);
  bool Tried(const Entry& entry) const { return entry.attempts >= rules_.attempts; }

  ListRules rules_;
  Phase phase_;
  std::map<int64_t, Entry> entries_;
  int open_ = 0;
  // Of the pending ones.
  std::set<std::pair<Instant, int64_t>> turns_;
  std::set<std::pair<Instant, int64_t>> deadlines_;
  std::set<std::pair<int, int64_t>> attempts_;
};

}  // namespace wissel::outbound
