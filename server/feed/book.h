// The feed's own books: what became of each contact that it brought, as the server told. Kept apart
// from the server's counters, so that the two can be held against each other.
//
// Waits are in the file's seconds: those of the server's clock times the feed's speed. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "google/protobuf/timestamp.pb.h"
#include "server/feed/plan.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::feed {

// Of one queue that is fed.
struct Tally {
  int64_t offered = 0;
  int64_t refused = 0;  // at the door: never entered, counted nowhere else
  int64_t answered = 0;
  int64_t answered_in_time = 0;
  int64_t abandoned = 0;
  int64_t short_abandoned = 0;
  int64_t ended_otherwise = 0;
  int64_t unaccounted = 0;  // entered, and then unknown to the server
  std::vector<float> answered_waits_s;

  int64_t waiting() const { return offered - answered - abandoned - ended_otherwise - unaccounted; }
};

struct Contact {
  enum class Fate { kWaiting, kAnswered, kAbandoned, kEndedOtherwise, kUnaccounted };
  PlannedContact plan;
  std::string name;  // "workItems/{number}"
  double entered_s = 0;
  Fate fate = Fate::kWaiting;
};

class Book {
 public:
  Book(std::vector<wissel::v1::Queue> queues, double speed);

  void Enter(const PlannedContact& plan, const wissel::v1::WorkItem& item);
  void Refuse(size_t source, const std::string& message);
  void Answer(const std::string& item, const google::protobuf::Timestamp& accepted);
  // Whatever the item says of itself.
  void Observe(const wissel::v1::WorkItem& item);
  // The server does not know it (any more).
  void Miss(const std::string& item);
  // A call that failed, for the report.
  void Failure(const std::string& what) { ++failures_[what]; }

  // Null for an item that this feed did not bring.
  const Contact* Find(const std::string& item) const;
  const std::vector<wissel::v1::Queue>& queues() const { return queues_; }
  const std::vector<Tally>& tallies() const { return tallies_; }
  const std::map<std::string, int64_t>& failures() const { return failures_; }
  const std::map<std::string, int64_t>& refusals() const { return refusals_; }
  double speed() const { return speed_; }
  Tally Total() const;
  // Names of those that wait; at most `limit`, beginning after the one given last.
  std::vector<std::string> SomeWaiting(size_t limit);

 private:
  Contact* Open(const std::string& item);
  double WaitOf(const Contact& contact, const google::protobuf::Timestamp& end) const;

  std::vector<wissel::v1::Queue> queues_;
  double speed_;
  std::vector<Tally> tallies_;  // by source
  std::unordered_map<std::string, Contact> contacts_;
  std::set<std::string> waiting_;  // names
  std::string looked_at_last_;
  std::map<std::string, int64_t> failures_;
  std::map<std::string, int64_t> refusals_;
};

}  // namespace wissel::feed
