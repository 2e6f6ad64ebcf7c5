// The people directory: what agents are called and where their phones ring. Both are personal data,
// so they stand here and not in the engine or its journal, and they are erased when the agent is
// deleted: deleted content is overwritten with zeros and the write-ahead log is emptied.
//
// One store with one connection, used by one thread of this class. `Find` answers from memory, and
// only what is durable. Thread-safe. Callbacks run on that thread; those of changes
// still under way at destruction run before the destructor returns.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"

namespace wissel {

struct Person {
  std::string display_name;
  std::string phone;  // SIP URI; empty: no phone

  bool empty() const { return display_name.empty() && phone.empty(); }
  bool operator==(const Person&) const = default;
};

class People {
 public:
  using Done = std::function<void(absl::Status)>;

  // UNAVAILABLE where the place cannot be used.
  static absl::StatusOr<std::unique_ptr<People>> Open(const sql::Place& place);
  ~People();

  // `agent` is the last part of the agent's resource name. Empty for one of whom nothing is known.
  Person Get(std::string_view agent) const;
  // The display name alone.
  std::string Find(std::string_view agent) const { return Get(agent).display_name; }

  // An empty person is erased. UNAVAILABLE when the store cannot be written; nothing changes then.
  void Set(std::string agent, Person person, Done done);
  void Erase(std::string agent, Done done);
  // Erases all others: whoever was deleted while their erasure was interrupted.
  void KeepOnly(std::set<std::string> agents, Done done);

 private:
  class Worker;
  explicit People(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace wissel
