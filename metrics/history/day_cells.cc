#include "metrics/history/day_cells.h"

#include <algorithm>
#include <array>

namespace wissel::metrics {
namespace {

constexpr int kMinutesOfDay = 1440;
constexpr std::array<int, 12> kLengths = {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60};

// A byte for each cell: which length it has, and which details.
constexpr int kAnswered = 16;
constexpr int kAbandoned = 32;
constexpr int kHandle = 64;

void PutNumber(uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

// Seven bits a byte, the low ones first.
bool TakeNumber(std::string_view& bytes, int64_t& number) {
  uint64_t read = 0;
  for (int shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    read |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      number = static_cast<int64_t>(read);
      return number >= 0;
    }
  }
  return false;
}

bool TakeDetail(std::string_view& bytes, int flags, int flag, std::optional<int64_t>& detail) {
  return (flags & flag) == 0 || TakeNumber(bytes, detail.emplace());
}

// What one says and the other does not is no difference.
bool Agree(const std::optional<int64_t>& a, const std::optional<int64_t>& b) {
  return !a || !b || *a == *b;
}

// Both are of the same interval.
bool Agree(const Cell& a, const Cell& b) {
  return a.arrivals == b.arrivals && Agree(a.answered, b.answered) &&
         Agree(a.abandoned, b.abandoned) && Agree(a.handle_ms, b.handle_ms);
}

Cell Joined(Cell known, const Cell& fresh) {
  if (!known.answered) known.answered = fresh.answered;
  if (!known.abandoned) known.abandoned = fresh.abandoned;
  if (!known.handle_ms) known.handle_ms = fresh.handle_ms;
  return known;
}

}  // namespace

bool AddCell(DayCells& cells, const Cell& cell) {
  if (cells.empty() || cells.back().end() <= cell.minute) {
    cells.push_back(cell);
    return true;
  }
  const auto behind =
      std::lower_bound(cells.begin(), cells.end(), cell.minute,
                       [](const Cell& one, int minute) { return one.minute < minute; });
  if (behind != cells.end() && behind->Overlaps(cell)) return false;
  if (behind != cells.begin() && std::prev(behind)->Overlaps(cell)) return false;
  cells.insert(behind, cell);
  return true;
}

std::string EncodeCells(const DayCells& cells) {
  std::string out;
  int minute = 0;
  for (const Cell& cell : cells) {
    PutNumber(static_cast<uint64_t>(cell.minute - minute), out);
    const auto length = std::find(kLengths.begin(), kLengths.end(), cell.minutes);
    out += static_cast<char>((length - kLengths.begin()) | (cell.answered ? kAnswered : 0) |
                             (cell.abandoned ? kAbandoned : 0) | (cell.handle_ms ? kHandle : 0));
    PutNumber(static_cast<uint64_t>(cell.arrivals), out);
    for (const auto* detail : {&cell.answered, &cell.abandoned, &cell.handle_ms}) {
      if (*detail) PutNumber(static_cast<uint64_t>(**detail), out);
    }
    minute = cell.end();
  }
  return out;
}

absl::StatusOr<DayCells> DecodeCells(std::string_view bytes) {
  const absl::Status damaged = absl::DataLossError("an imported day cannot be read");
  DayCells cells;
  int64_t minute = 0;
  while (!bytes.empty()) {
    int64_t after = 0;
    if (!TakeNumber(bytes, after) || bytes.empty() || after >= kMinutesOfDay) return damaged;
    minute += after;
    const int flags = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    const auto length = static_cast<size_t>(flags & 15);
    if (length >= kLengths.size() || minute >= kMinutesOfDay) return damaged;
    Cell& cell = cells.emplace_back();
    cell.minute = static_cast<int>(minute);
    cell.minutes = kLengths[length];
    if (!TakeNumber(bytes, cell.arrivals) || !TakeDetail(bytes, flags, kAnswered, cell.answered) ||
        !TakeDetail(bytes, flags, kAbandoned, cell.abandoned) ||
        !TakeDetail(bytes, flags, kHandle, cell.handle_ms)) {
      return damaged;
    }
    minute = cell.end();
  }
  return cells;
}

MergedDay MergeCells(const DayCells& known, const DayCells& fresh, bool replace) {
  MergedDay merged;
  merged.cells.reserve(known.size() + fresh.size());
  size_t at = 0;  // in `known`
  const auto keep_until = [&](int minute) {
    while (at < known.size() && known[at].end() <= minute) merged.cells.push_back(known[at++]);
  };
  for (const Cell& cell : fresh) {
    keep_until(cell.minute);
    size_t behind = at;  // behind the known that it overlaps
    while (behind < known.size() && known[behind].minute < cell.end()) ++behind;
    if (behind == at) {
      ++merged.added;
      merged.cells.push_back(cell);
      continue;
    }
    const Cell& first = known[at];
    const bool one =
        behind == at + 1 && first.minute == cell.minute && first.minutes == cell.minutes;
    if (one && Agree(first, cell)) {
      const Cell joined = Joined(first, cell);
      ++(joined == first ? merged.same : merged.completed);
      merged.cells.push_back(joined);
      at = behind;
      continue;
    }
    merged.changed.push_back({first, cell});
    if (!replace) continue;
    merged.cells.push_back(cell);
    at = behind;
  }
  keep_until(kMinutesOfDay * 2);
  return merged;
}

}  // namespace wissel::metrics
