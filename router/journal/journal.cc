#include "router/journal/journal.h"

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

absl::Status Damaged(uint64_t sequence, std::string_view what) {
  return absl::DataLossError(
      fmt::format("the journal is damaged at sequence {}: {}", sequence, what));
}

absl::Status CheckRow(const JournalPosition& before, uint64_t epoch_before, const JournalRow& row) {
  const uint64_t expected = before.sequence + 1;
  if (row.header.first_sequence != expected)
    return Damaged(expected, fmt::format("the next row starts at {}", row.header.first_sequence));
  if (row.header.last_sequence < row.header.first_sequence)
    return Damaged(expected, fmt::format("its row ends at {}", row.header.last_sequence));
  if (row.hash != NextInChain(before.hash, row.header, row.payload))
    return Damaged(expected, "its row does not have the hash that it was written with");
  if (row.header.epoch < epoch_before)
    return Damaged(expected, "its row is of an older epoch than the row before");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JournalPosition> JournalReader::ReadAfter(const JournalPosition& position,
                                                         const Visitor& visit) {
  WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, Tail());
  if (tail.end.sequence < position.sequence)
    return Damaged(tail.end.sequence + 1,
                   fmt::format("it ends here, but has been as far as {}", position.sequence));
  JournalPosition at = position;
  uint64_t epoch = 0;
  WISSEL_RETURN_IF_ERROR(Scan(position.sequence, [&](const JournalRow& row) -> absl::Status {
    WISSEL_RETURN_IF_ERROR(CheckRow(at, epoch, row));
    WISSEL_RETURN_IF_ERROR(visit(row));
    at = {row.header.last_sequence, row.hash};
    epoch = row.header.epoch;
    return absl::OkStatus();
  }));
  // A live journal may have grown since its tail was read.
  if (at.sequence < tail.end.sequence)
    return Damaged(at.sequence + 1, fmt::format("rows up to {} are missing", tail.end.sequence));
  if (at.sequence == tail.end.sequence && at.hash != tail.end.hash)
    return Damaged(at.sequence, "the chain does not end at the tail's hash");
  return at;
}

absl::Status CheckFence(const JournalTail& tail, const RowHeader& header) {
  if (header.epoch != tail.epoch)
    return absl::AbortedError(fmt::format("epoch {} is over: the journal is written under epoch {}",
                                          header.epoch, tail.epoch));
  if (header.first_sequence != tail.end.sequence + 1)
    return absl::FailedPreconditionError(
        fmt::format("sequence {} does not continue the journal, which ends at {}",
                    header.first_sequence, tail.end.sequence));
  return absl::OkStatus();
}

}  // namespace wissel
