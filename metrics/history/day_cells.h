// The imported intervals of one series in one day (UTC), and how they are kept: a day is one row of
// history.sqlite, so that ten years of five minutes are 3,650 rows. Pure.
//
// An interval has its own length, and stays what it was imported as: half an hour is not made into
// two quarters. A cell belongs to the day in which it begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::metrics {

// Counts in thousandths: a table of means has fractions.
struct Cell {
  int minute = 0;    // of the day, 0 to 1439
  int minutes = 15;  // length; divides 60
  int64_t arrivals = 0;
  std::optional<int64_t> answered;
  std::optional<int64_t> abandoned;
  std::optional<int64_t> handle_ms;  // sum

  int end() const { return minute + minutes; }
  bool Overlaps(const Cell& other) const { return minute < other.end() && other.minute < end(); }
  bool operator==(const Cell&) const = default;
};

// By `minute`; none overlaps another.
using DayCells = std::vector<Cell>;

// False, and nothing added, when it overlaps one that is there.
bool AddCell(DayCells& cells, const Cell& cell);

std::string EncodeCells(const DayCells& cells);
// DATA_LOSS for bytes that are no day.
absl::StatusOr<DayCells> DecodeCells(std::string_view bytes);

struct CellChange {
  Cell known;  // the first of those that `fresh` overlaps
  Cell fresh;
};
struct MergedDay {
  DayCells cells;
  int64_t added = 0;      // not known before
  int64_t completed = 0;  // known, and now with more detail
  int64_t same = 0;
  std::vector<CellChange> changed;  // another count, or another length
};
// `fresh` into `known`. What differs stays as it was unless `replace`.
MergedDay MergeCells(const DayCells& known, const DayCells& fresh, bool replace);

}  // namespace wissel::metrics
