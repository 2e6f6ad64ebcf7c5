// Items by id. Ids rise, so a table of pages leads from an id to its slot in two steps; slots are
// used again, most recent first, and a page goes when the last of its items has gone.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/invariant.h"
#include "router/core/item.h"
#include "router/core/wait_lines.h"

namespace wissel {

class ItemTable {
 public:
  // An item, where the index of waiting items has it, and for when its timers were last set: they
  // need not be set again for the same moment.
  struct Row {
    Item item;
    WaitPlace place;
    Instant step_timer;
    Instant show_timer;
    Instant overflow_timer;

    void ForgetTimers() { step_timer = show_timer = overflow_timer = Instant(); }
  };

  Row* Find(ItemId id) {
    const uint32_t slot = SlotOf(id);
    return slot == 0 ? nullptr : &RowAt(slot);
  }
  const Row* Find(ItemId id) const { return const_cast<ItemTable*>(this)->Find(id); }
  Row& Get(ItemId id) {
    Row* row = Find(id);
    INVARIANT(row != nullptr);
    return *row;
  }
  const Row& Get(ItemId id) const { return const_cast<ItemTable*>(this)->Get(id); }

  Row& Insert(ItemId id) {
    const uint64_t page = id.value() / kPageSize;
    if (pages_.empty()) first_page_ = page;
    while (page < first_page_) {
      pages_.emplace_front();
      --first_page_;
    }
    while (page >= first_page_ + pages_.size()) pages_.emplace_back();
    std::unique_ptr<Page>& p = pages_[page - first_page_];
    if (p == nullptr) p = std::make_unique<Page>();
    uint32_t& slot = p->slots[id.value() % kPageSize];
    INVARIANT(slot == 0);
    slot = TakeSlot();
    ++p->used;
    ++size_;
    return RowAt(slot);
  }

  void Erase(ItemId id) {
    const uint64_t page = id.value() / kPageSize - first_page_;
    uint32_t& slot = pages_[page]->slots[id.value() % kPageSize];
    INVARIANT(slot != 0);
    RowAt(slot) = Row();
    free_.push_back(slot);
    slot = 0;
    --size_;
    if (--pages_[page]->used == 0) pages_[page].reset();
    while (!pages_.empty() && pages_.front() == nullptr) {
      pages_.pop_front();
      ++first_page_;
    }
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
        const uint32_t slot = pages_[p]->slots[i];
        if (slot == 0 || base + i < from.value()) continue;
        if (!visit(const_cast<ItemTable*>(this)->RowAt(slot))) return;
      }
    }
  }

 private:
  static constexpr uint64_t kPageSize = 1024;
  struct Page {
    std::array<uint32_t, kPageSize> slots = {};  // slot + 1; 0: none
    uint32_t used = 0;
  };

  uint32_t SlotOf(ItemId id) const {
    const uint64_t page = id.value() / kPageSize;
    if (page < first_page_ || page >= first_page_ + pages_.size()) return 0;
    const Page* p = pages_[page - first_page_].get();
    return p == nullptr ? 0 : p->slots[id.value() % kPageSize];
  }
  Row& RowAt(uint32_t slot) { return chunks_[(slot - 1) / kPageSize][(slot - 1) % kPageSize]; }
  uint32_t TakeSlot() {
    if (free_.empty()) {
      const uint32_t first = static_cast<uint32_t>(chunks_.size() * kPageSize) + 1;
      chunks_.push_back(std::make_unique<Row[]>(kPageSize));
      for (uint32_t i = kPageSize; i > 0; --i) free_.push_back(first + i - 1);
    }
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  std::deque<std::unique_ptr<Page>> pages_;
  uint64_t first_page_ = 0;
  std::vector<std::unique_ptr<Row[]>> chunks_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
};

}  // namespace wissel
