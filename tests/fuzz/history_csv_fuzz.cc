// Any bytes as a table of past counts: read, or refused by its lines, never a crash.
//
// The first byte chooses what the caller says beside the file, the second into which pieces it is
// cut. Beyond not crashing: every row is an interval that can be kept, faults are told in the order
// of their lines, and the same file in one piece is the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/invariant.h"
#include "metrics/history/csv/reader.h"
#include "metrics/history/day_cells.h"

namespace {

using wissel::metrics::CsvOptions;
using wissel::metrics::CsvRow;
using wissel::metrics::HistoryCsvReader;

constexpr wissel::Instant kNow = wissel::Instant::FromMillis(1'798'761'600'000);

CsvOptions OptionsOf(uint8_t choice) {
  CsvOptions options;
  if (choice & 1) options.zone = "Europe/Brussels";
  if (choice & 2) options.queue = "tax";
  if (choice & 4) options.decimal = ',';
  if (choice & 8) options.dates = wissel::metrics::DateOrder::kMonthFirst;
  if (choice & 16) options.interval_minutes = 30;
  return options;
}

struct Outcome {
  std::vector<CsvRow> rows;
  std::vector<std::string> faults;
  uint64_t lines = 0;
};

Outcome Read(uint8_t choice, std::string_view text, size_t piece) {
  Outcome outcome;
  auto reader = HistoryCsvReader::Open(OptionsOf(choice), kNow,
                                       [&](const CsvRow& row) { outcome.rows.push_back(row); });
  INVARIANT(reader.ok());
  for (size_t at = 0; at < text.size(); at += piece) reader->Feed(text.substr(at, piece));
  reader->End();
  uint64_t line = 0;
  for (const auto& fault : reader->faults()) {
    INVARIANT(fault.line >= line && !fault.what.empty());
    line = fault.line;
    outcome.faults.push_back(fault.what);
  }
  INVARIANT(reader->fault_count() >= reader->faults().size());
  outcome.lines = reader->lines();
  for (const CsvRow& row : outcome.rows) {
    INVARIANT(row.series < reader->series().size());
    INVARIANT(wissel::metrics::IsIntervalLength(row.minutes));
    INVARIANT(row.start_s >= 0 && row.start_s % 60 == 0);
    INVARIANT((row.start_s + row.minutes * 60) * 1000 <= kNow.millis());
    INVARIANT(row.arrivals >= 0 && row.arrivals <= HistoryCsvReader::kMostCount * 1000);
    INVARIANT(row.answered.value_or(0) >= 0 && row.handle_ms.value_or(0) >= 0);
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Days as they are kept, from a file that somebody else may have written.
  if (const auto cells = wissel::metrics::DecodeCells(bytes); cells.ok()) {
    const auto again = wissel::metrics::DecodeCells(wissel::metrics::EncodeCells(*cells));
    INVARIANT(again.ok() && *again == *cells);
  }
  if (size < 2) return 0;
  const std::string_view text = bytes.substr(2);
  const Outcome pieces = Read(data[0], text, 1 + data[1]);
  const Outcome whole = Read(data[0], text, text.size() + 1);
  INVARIANT(pieces.faults == whole.faults && pieces.rows.size() == whole.rows.size());
  for (size_t i = 0; i < whole.rows.size(); ++i) {
    INVARIANT(pieces.rows[i].start_s == whole.rows[i].start_s);
    INVARIANT(pieces.rows[i].arrivals == whole.rows[i].arrivals);
  }
  return 0;
}
