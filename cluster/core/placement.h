// Which node serves which shard. Every node works it out for itself from the same table, and they
// come to the same answer, so that nobody has to lead. Pure.
//
// What goes wrong here costs time, never truth: two nodes that both believe to own a shard are told
// apart by the epoch in the journal, where the effect happens.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"

namespace wissel::cluster {

struct NodeView {
  std::string name;
  bool alive = false;
  bool draining = false;  // it is being stopped: takes nothing and gives away what it has
};

struct ShardView {
  std::string tenant;
  std::string owner;           // empty: nobody yet
  bool served = false;         // by the node that asks, under the lease in the table
  Duration lease_over_for;     // of the owner; zero or less: it holds. Without an owner: long
  std::string wanted;          // where an operator wants it; empty: anywhere
  std::set<std::string> warm;  // nodes whose engines have followed its journal to the end
};

struct Gift {
  std::string tenant;
  std::string to;
  // The other's engine is as far as the journal: it serves within moments.
  bool warm = false;

  bool operator==(const Gift&) const = default;
};

// What one node is to do.
struct Duties {
  std::vector<std::string> take;
  std::vector<Gift> give;
  std::vector<std::string> follow;  // so as to be warm

  bool operator==(const Duties&) const = default;
};

// A free shard goes to a warm node, then to the node with the fewest. Nodes that differ by two or
// more shards give some away, one of each node at a time. What an operator wants goes before both.
// A node that does not take what is its to take within `patience` loses it to whoever looks first.
Duties DutiesOf(const std::string& node, const std::vector<NodeView>& nodes,
                const std::vector<ShardView>& shards, Duration patience = Duration::Seconds(3));

}  // namespace wissel::cluster
