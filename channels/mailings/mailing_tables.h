// The rows of mailings and their recipients, in mailings.sqlite. Belongs to the thread of its file;
// changes are made inside a transaction of the caller (StoreFile::Change).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/mailings/core/mailing.h"
#include "channels/mailings/core/recipient.h"
#include "channels/outbound/store_file.h"

namespace wissel::mailings {

struct RecipientPlace {
  int64_t mailing = 0;  // number of its row
  Recipient recipient;
};

class MailingTables {
 public:
  static const char* const kSchema;

  explicit MailingTables(outbound::StoreFile& file) : file_(file) {}

  // Gives a new one its number.
  absl::StatusOr<Mailing> Save(Mailing mailing);
  absl::StatusOr<std::vector<Mailing>> Load();

  // `key`, `fingerprint`: keyed hashes of what its owner calls it, and of what was said.
  absl::Status Add(int64_t mailing, const Recipient& recipient, const std::string& key,
                   const std::string& fingerprint);
  absl::Status Save(int64_t mailing, const Recipient& recipient);
  struct Known {
    int64_t number = 0;
    std::string fingerprint;
  };
  absl::StatusOr<std::optional<Known>> FindKey(int64_t mailing, const std::string& key);
  absl::StatusOr<std::optional<RecipientPlace>> FindContact(const std::string& contact);
  absl::StatusOr<std::optional<Recipient>> Find(int64_t mailing, int64_t number);
  absl::StatusOr<int64_t> LastNumber(int64_t mailing);
  // In the order of their numbers, from that one on; of one state, or of all.
  absl::StatusOr<std::vector<Recipient>> List(int64_t mailing, std::optional<RecipientState> state,
                                              int64_t from, int most);
  absl::StatusOr<Counts> Count(int64_t mailing);

  // Pending ones whose time has come, the longest due first.
  absl::StatusOr<std::vector<Recipient>> Due(int64_t mailing, Instant now, int most);
  // When the next pending one is due.
  absl::StatusOr<std::optional<Instant>> NextDue(int64_t mailing);
  absl::StatusOr<std::vector<RecipientPlace>> Sending();
  // All pending ones of a mailing that was stopped.
  absl::Status Withdraw(int64_t mailing, Instant now);
  // Those that were withdrawn and have a contact still.
  absl::StatusOr<std::vector<RecipientPlace>> ToForget(int most);
  absl::Status ForgetContact(int64_t mailing, int64_t number);

 private:
  outbound::StoreFile& file_;
};

}  // namespace wissel::mailings
