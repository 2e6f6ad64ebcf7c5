// A file of past counts into the history, beside a loop that does nothing but cut it into cells.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/history_import.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 5;
constexpr int kQueues = 40;
constexpr int kDays = 365;
constexpr size_t kPiece = 1 << 20;
constexpr Instant kNow = Instant::FromMillis(1'798'761'600'000);  // 1 January 2027

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A year of quarters of 40 queues in local time, as most programs write it; how many lines.
int64_t WriteFile(const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  out << "start;queue;arrivals;answered;aht\n";
  int64_t lines = 1;
  const int32_t first = *metrics::DayNumber(2025, 1, 1);
  uint64_t state = 1;
  for (int day = 0; day < kDays; ++day) {
    const std::string date = metrics::DayText(first + day);
    for (int quarter = 0; quarter < 96; ++quarter) {
      // The hour that is left out on 30 March.
      if (date == "2025-03-30" && quarter / 4 == 2) continue;
      for (int queue = 0; queue < kQueues; ++queue) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const uint64_t count = state >> 58;
        out << fmt::format("{} {:02}:{:02};queue-{};{};{};{},5\n", date, quarter / 4,
                           quarter % 4 * 15, queue, count, count - count / 8, 120 + count);
        ++lines;
      }
    }
  }
  return lines;
}

// The least that any reader does.
double CutIntoCells(const std::string& path) {
  const double start = Seconds();
  std::ifstream in(path, std::ios::binary);
  std::string line;
  std::vector<std::string> cells;
  size_t bytes = 0;
  while (std::getline(in, line)) {
    cells.clear();
    for (size_t at = 0;;) {
      const size_t end = line.find(';', at);
      cells.push_back(line.substr(at, end - at));
      bytes += cells.back().size();
      if (end == std::string::npos) break;
      at = end + 1;
    }
  }
  INVARIANT(bytes > 0);
  return Seconds() - start;
}

// From the file to the committed history, preview and all.
absl::StatusOr<double> ImportInto(const std::string& folder, const std::string& path) {
  const std::string database = folder + "/import.sqlite";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(database + end);
  WISSEL_ASSIGN_OR_RETURN(auto tables, metrics::HistoryTables::Open(database));
  const double start = Seconds();
  WISSEL_ASSIGN_OR_RETURN(auto import,
                          metrics::HistoryImport::Begin(tables, {.zone = "Europe/Brussels"}, kNow));
  std::ifstream in(path, std::ios::binary);
  std::string piece(kPiece, '\0');
  while (in.read(piece.data(), kPiece), in.gcount() > 0) {
    WISSEL_RETURN_IF_ERROR(
        import->Feed(std::string_view(piece).substr(0, static_cast<size_t>(in.gcount()))));
  }
  WISSEL_RETURN_IF_ERROR(import->Commit(false).status());
  return Seconds() - start;
}

// What a reader finds, and nothing is kept.
absl::StatusOr<double> ReadAlone(const std::string& path) {
  const double start = Seconds();
  int64_t sum = 0;
  WISSEL_ASSIGN_OR_RETURN(
      auto reader,
      metrics::HistoryCsvReader::Open({.zone = "Europe/Brussels"}, kNow,
                                      [&](const metrics::CsvRow& row) { sum += row.arrivals; }));
  std::ifstream in(path, std::ios::binary);
  std::string piece(kPiece, '\0');
  while (in.read(piece.data(), kPiece), in.gcount() > 0) {
    reader.Feed(std::string_view(piece).substr(0, static_cast<size_t>(in.gcount())));
  }
  reader.End();
  INVARIANT(reader.fault_count() == 0 && sum > 0);
  return Seconds() - start;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkHistory(const std::string& scratch) {
  const std::string path = scratch + "/history.csv";
  const auto lines = static_cast<double>(WriteFile(path));
  std::vector<double> cut, read, imported;
  for (int round = 0; round < kRounds; ++round) {
    cut.push_back(lines / CutIntoCells(path));
    WISSEL_ASSIGN_OR_RETURN(const double reading, ReadAlone(path));
    read.push_back(lines / reading);
    WISSEL_ASSIGN_OR_RETURN(const double importing, ImportInto(scratch, path));
    imported.push_back(lines / importing);
  }
  const double base = Median(cut);
  const std::string base_is = "std::getline and a split at the separators, of the same file";
  return std::vector<Figure>{
      {"history.import_lines_per_s", Median(imported), "lines/s", base, base_is},
      {"history.read_lines_per_s", Median(read), "lines/s", base, base_is}};
}

}  // namespace wissel::benchmark
