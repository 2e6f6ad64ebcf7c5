// Items by id. Ids rise, so a table of pages leads from an id to its row in two steps; rows are
// used again, most recent first, and a page goes when the last of its items has gone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "router/core/item.h"
#include "router/core/wait_lines.h"

namespace wissel {

class ItemTable {
 public:
  // An item, where the index of waiting items has it, and for when its timers were last set: they
  // need not be set again for the same moment. What a decision looks at stands together, first,
  // in three lines of the cache.
  struct alignas(64) Row {
    Instant step_timer;
    Instant show_timer;
    Instant overflow_timer;
    std::optional<Instant> slot;  // of a scheduled callback, as it is counted
    WaitPlace place;
    Item item;

    void ForgetTimers() { step_timer = show_timer = overflow_timer = Instant(); }
  };

  Row* Find(ItemId id) {
    const uint64_t page = id.value() / kPageSize - first_page_;  // wraps around before the first
    if (page >= pages_.size() || pages_[page] == nullptr) return nullptr;
    return pages_[page]->rows[id.value() % kPageSize];
  }
  const Row* Find(ItemId id) const { return const_cast<ItemTable*>(this)->Find(id); }
  Row& Get(ItemId id) {
    Row* row = Find(id);
    INVARIANT(row != nullptr);
    return *row;
  }
  // Into the cache: it is about to be asked for, after others.
  void Prefetch(ItemId id) const {
    const char* row = reinterpret_cast<const char*>(Find(id));
    if (row == nullptr) return;
    for (int line = 0; line < 3; ++line) __builtin_prefetch(row + 64 * line);
  }
  const Row& Get(ItemId id) const { return const_cast<ItemTable*>(this)->Get(id); }

  Row& Insert(ItemId id) {
    Page& page = PageFor(id.value() / kPageSize);
    Row*& row = page.rows[id.value() % kPageSize];
    INVARIANT(row == nullptr);
    row = TakeRow();
    ++page.used;
    ++size_;
    return *row;
  }

  void Erase(ItemId id) {
    const uint64_t page = id.value() / kPageSize - first_page_;
    Row*& row = pages_[page]->rows[id.value() % kPageSize];
    INVARIANT(row != nullptr);
    std::destroy_at(row);
    std::construct_at(row);
    free_.push_back(row);
    row = nullptr;
    --size_;
    if (--pages_[page]->used == 0) pages_[page].reset();
    if (pages_.front() == nullptr) DropEmptyPages();
  }

  size_t size() const { return size_; }

  // By rising id; items may change, none may come or go.
  template <class Visit>
  void ForEachRow(Visit visit) {
    ForEach(ItemId(), [&](const Row& row) {
      visit(const_cast<Row&>(row));
      return true;
    });
  }

  // By rising id from `from`, until `visit` returns false.
  template <class Visit>
  void ForEach(ItemId from, Visit visit) const {
    for (uint64_t p = 0; p < pages_.size(); ++p) {
      const uint64_t base = (first_page_ + p) * kPageSize;
      if (pages_[p] == nullptr || base + kPageSize <= from.value()) continue;
      for (uint64_t i = 0; i < kPageSize; ++i) {
        const Row* row = pages_[p]->rows[i];
        if (row == nullptr || base + i < from.value()) continue;
        if (!visit(*row)) return;
      }
    }
  }

 private:
  static constexpr uint64_t kPageSize = 1024;
  struct Page {
    std::array<Row*, kPageSize> rows = {};
    uint32_t used = 0;
  };

  static constexpr size_t kFirstChunk = 16;
  static constexpr size_t kDoublings = 6;
  // Rows side by side, each at the beginning of a line of the cache. Aligned by hand: what malloc
  // gives out for an alignment fills the heap with gaps where engines come and go.
  struct Chunk {
    explicit Chunk(size_t size) : memory(new std::byte[(size + 1) * sizeof(Row)]) {
      void* begin = memory.get();
      size_t space = (size + 1) * sizeof(Row);
      std::align(alignof(Row), size * sizeof(Row), begin, space);
      rows = std::span(static_cast<Row*>(begin), size);
      std::uninitialized_value_construct(rows.begin(), rows.end());
    }
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;
    ~Chunk() { std::destroy(rows.begin(), rows.end()); }

    const std::unique_ptr<std::byte[]> memory;
    std::span<Row> rows;
  };

  Page& PageFor(uint64_t page) {
    if (pages_.empty()) first_page_ = page;
    if (page < first_page_) {
      std::vector<std::unique_ptr<Page>> earlier(first_page_ - page);
      std::move(pages_.begin(), pages_.end(), std::back_inserter(earlier));
      pages_ = std::move(earlier);
      first_page_ = page;
    }
    while (page >= first_page_ + pages_.size()) pages_.emplace_back();
    std::unique_ptr<Page>& p = pages_[page - first_page_];
    if (p == nullptr) p = std::make_unique<Page>();
    return *p;
  }
  // Few and seldom: a page stands for a thousand items.
  void DropEmptyPages() {
    const auto used = [](const std::unique_ptr<Page>& page) { return page != nullptr; };
    const auto first = std::find_if(pages_.begin(), pages_.end(), used);
    first_page_ += static_cast<uint64_t>(first - pages_.begin());
    pages_.erase(pages_.begin(), first);
  }
  Row* TakeRow() {
    if (free_.empty()) {
      const size_t size = kFirstChunk << std::min<size_t>(chunks_.size(), kDoublings);
      chunks_.push_back(std::make_unique<Chunk>(size));
      for (size_t i = size; i > 0; --i) free_.push_back(&chunks_.back()->rows[i - 1]);
    }
    Row* row = free_.back();
    free_.pop_back();
    return row;
  }

  std::vector<std::unique_ptr<Page>> pages_;
  uint64_t first_page_ = 0;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<Row*> free_;
  size_t size_ = 0;
};

}  // namespace wissel
