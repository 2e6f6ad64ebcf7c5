#include "router/journal/memory_journal.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/status.h"

namespace wissel {

class MemoryJournalStore {
 public:
  bool TakeWriter() {
    std::lock_guard lock(mutex_);
    return !std::exchange(has_writer_, true);
  }
  void LeaveWriter() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
  }
  uint64_t AcquireEpoch() {
    std::lock_guard lock(mutex_);
    return ++tail_.epoch;
  }
  JournalTail Tail() const {
    std::lock_guard lock(mutex_);
    return tail_;
  }
  absl::Status Append(const RowHeader& header, std::string_view payload) {
    std::lock_guard lock(mutex_);
    WISSEL_RETURN_IF_ERROR(CheckFence(tail_, header));
    const ChainHash hash = NextInChain(tail_.end.hash, header, payload);
    // Rows do not move once written: readers keep what they were given.
    rows_.push_back(std::make_shared<JournalRow>(JournalRow{header, hash, std::string(payload)}));
    tail_.end = {header.last_sequence, hash};
    return absl::OkStatus();
  }
  // Null after the last one.
  std::shared_ptr<const JournalRow> FirstAfter(uint64_t sequence) const {
    std::lock_guard lock(mutex_);
    auto row = std::partition_point(rows_.begin(), rows_.end(), [&](const auto& r) {
      return r->header.first_sequence <= sequence;
    });
    return row == rows_.end() ? nullptr : *row;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const JournalRow>> rows_;
  JournalTail tail_;
  bool has_writer_ = false;
};

namespace {

absl::Status ScanStore(const MemoryJournalStore& store, uint64_t sequence,
                       const JournalReader::Visitor& visit) {
  while (auto row = store.FirstAfter(sequence)) {
    WISSEL_RETURN_IF_ERROR(visit(*row));
    sequence = row->header.first_sequence;
  }
  return absl::OkStatus();
}

class MemoryReader : public JournalReader {
 public:
  explicit MemoryReader(std::shared_ptr<const MemoryJournalStore> store)
      : store_(std::move(store)) {}
  absl::StatusOr<JournalTail> Tail() override { return store_->Tail(); }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return ScanStore(*store_, sequence, visit);
  }

 private:
  std::shared_ptr<const MemoryJournalStore> store_;
};

class MemoryJournal : public Journal {
 public:
  explicit MemoryJournal(std::shared_ptr<MemoryJournalStore> store) : store_(std::move(store)) {}
  ~MemoryJournal() override { store_->LeaveWriter(); }

  absl::StatusOr<uint64_t> AcquireEpoch() override { return store_->AcquireEpoch(); }
  absl::StatusOr<JournalTail> Tail() override { return store_->Tail(); }
  absl::Status Append(const RowHeader& header, std::string_view payload) override {
    INVARIANT(header.first_sequence <= header.last_sequence);
    return store_->Append(header, payload);
  }
  absl::Status CheckWritable() override { return absl::OkStatus(); }
  absl::Status Maintain(bool) override { return absl::OkStatus(); }
  absl::StatusOr<std::unique_ptr<JournalReader>> OpenReader() override {
    return std::make_unique<MemoryReader>(store_);
  }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return ScanStore(*store_, sequence, visit);
  }

 private:
  std::shared_ptr<MemoryJournalStore> store_;
};

}  // namespace

std::shared_ptr<MemoryJournalStore> MakeMemoryJournalStore() {
  return std::make_shared<MemoryJournalStore>();
}

absl::StatusOr<std::unique_ptr<Journal>> OpenMemoryJournal(
    std::shared_ptr<MemoryJournalStore> store) {
  if (!store->TakeWriter())
    return absl::FailedPreconditionError("the journal is already open to write");
  return std::make_unique<MemoryJournal>(std::move(store));
}

}  // namespace wissel
