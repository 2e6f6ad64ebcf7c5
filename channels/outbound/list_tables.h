// The rows of lists, entries and attempts. Belongs to the thread of its file; changes are made
// inside a transaction of the caller (StoreFile::Change).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/outbound/core/entry.h"
#include "channels/outbound/store_file.h"

namespace wissel::outbound {

// What a list says of itself.
struct ListRecord {
  int64_t number = 0;  // of its row
  std::string id;      // last part of its name
  std::string display_name;
  std::string queue;  // last part of the resource name
  Channel channel = Channel::kOutbound;
  ListRules rules;
  std::vector<std::string> refused_reasons;
  std::vector<std::string> mark_reasons;  // of a completion that asks for a do-not-contact mark
  Phase phase = Phase::kPaused;
  Instant created;

  bool operator==(const ListRecord&) const = default;
};

struct Attempt {
  ItemId item;
  Instant ended;
  AttemptEnd end = AttemptEnd::kMissed;
  std::string agent;  // who had it last, last part of the resource name

  bool operator==(const Attempt&) const = default;
};

struct EntryPlace {
  int64_t list = 0;
  Entry entry;
};

class ListTables {
 public:
  explicit ListTables(StoreFile& file) : file_(file) {}

  // Gives a new one its number.
  absl::StatusOr<ListRecord> SaveList(ListRecord list);
  absl::StatusOr<std::vector<ListRecord>> LoadLists();

  // `key`, `fingerprint`: keyed hashes of what its owner calls it, and of what was said.
  absl::Status AddEntry(int64_t list, const Entry& entry, const std::string& key,
                        const std::string& fingerprint);
  absl::Status SaveEntry(int64_t list, const Entry& entry);
  struct Known {
    int64_t number = 0;
    std::string fingerprint;
  };
  absl::StatusOr<std::optional<Known>> FindKey(int64_t list, const std::string& key);
  absl::StatusOr<std::optional<EntryPlace>> FindContact(const std::string& contact);
  absl::StatusOr<std::optional<Entry>> FindEntry(int64_t list, int64_t number);
  absl::StatusOr<int64_t> LastNumber(int64_t list);
  absl::StatusOr<std::vector<Entry>> LoadUnfinished(int64_t list);
  // In the order of their numbers, from that one on; of one state, or of all.
  absl::StatusOr<std::vector<Entry>> ListEntries(int64_t list, std::optional<EntryState> state,
                                                 int64_t from, int most);
  absl::StatusOr<std::map<EntryState, int64_t>> CountEntries(int64_t list);

  // Once an item.
  absl::Status AddAttempt(int64_t list, int64_t entry, const Attempt& attempt);
  // Oldest first.
  absl::StatusOr<std::vector<Attempt>> LoadAttempts(int64_t list, int64_t entry);

 private:
  StoreFile& file_;
};

}  // namespace wissel::outbound
