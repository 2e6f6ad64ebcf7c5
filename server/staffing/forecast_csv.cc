#include "server/staffing/forecast_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "fmt/format.h"
#include "server/config/suggest.h"

namespace wissel::staffing {
namespace {

constexpr size_t kMostIntervals = 100'000;
constexpr double kMostCalls = 1e7;

class Reader {
 public:
  Reader(const std::string& path, double aht_s) : path_(path), aht_s_(aht_s) {}

  void ReadHeader(const std::string& line) {
    for (char mark : {';', '\t'}) {
      if (line.find(mark) != std::string::npos) separator_ = mark;
    }
    static const std::vector<std::string> kKnown = {"start", "calls", "aht", "cv", "work"};
    for (std::string name : Split(line)) {
      absl::AsciiStrToLower(&name);
      const bool repeated = std::count(columns_.begin(), columns_.end(), name) > 0;
      if (repeated) Fault(1, fmt::format("column `{}` is there twice", name));
      columns_.push_back(name);
      if (std::count(kKnown.begin(), kKnown.end(), name) > 0 || LevelOf(name)) continue;
      const auto meant = config::Suggest(name, kKnown);
      Fault(1, fmt::format("unknown column `{}`{}", name,
                           meant ? fmt::format("; did you mean `{}`?", *meant)
                                 : "; known are start, calls, aht, cv, work and q01 to q99"));
    }
    if (std::count(columns_.begin(), columns_.end(), "calls") == 0) {
      Fault(1, "the header has no column `calls`");
    }
  }

  void ReadLine(int number, const std::string& line) {
    if (absl::StripAsciiWhitespace(absl::string_view(line)).empty()) return;
    const std::vector<std::string> cells = Split(line);
    if (cells.size() != columns_.size()) {
      return Fault(number,
                   fmt::format("has {} columns, the header {}", cells.size(), columns_.size()));
    }
    if (file_.intervals.size() >= kMostIntervals) {
      return Fault(number, fmt::format("more than {} intervals", kMostIntervals));
    }
    ForecastInterval interval;
    interval.aht_s = aht_s_;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (columns_[i] == "start") {
        file_.starts.push_back(cells[i]);
      } else {
        Set(number, columns_[i], cells[i], interval);
      }
    }
    std::sort(interval.quantiles.begin(), interval.quantiles.end(),
              [](const Quantile& a, const Quantile& b) { return a.level < b.level; });
    if (!interval.quantiles.empty()) {
      const auto spread = QuantileSpread(interval.quantiles);
      if (!spread.ok()) Fault(number, std::string(spread.status().message()));
    }
    file_.intervals.push_back(std::move(interval));
  }

  absl::StatusOr<ForecastFile> Take() {
    if (faults_.empty() && file_.intervals.empty()) Fault(2, "there is no interval");
    if (!faults_.empty()) return absl::InvalidArgumentError(faults_);
    return std::move(file_);
  }

 private:
  void Fault(int line, const std::string& what) {
    if (++fault_count_ > 20) return;
    if (!faults_.empty()) faults_ += '\n';
    faults_ += fmt::format("{}:{}: {}", path_, line, what);
  }

  std::vector<std::string> Split(const std::string& line) const {
    std::vector<std::string> cells = absl::StrSplit(line, separator_);
    for (std::string& cell : cells) {
      cell = std::string(absl::StripAsciiWhitespace(cell));
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
        cell = cell.substr(1, cell.size() - 2);
      }
    }
    return cells;
  }

  // "q05" is 0.05.
  static std::optional<double> LevelOf(const std::string& column) {
    if (column.size() != 3 || column[0] != 'q' || !absl::ascii_isdigit(column[1]) ||
        !absl::ascii_isdigit(column[2]) || column == "q00") {
      return std::nullopt;
    }
    return ((column[1] - '0') * 10 + (column[2] - '0')) / 100.0;
  }

  std::optional<double> Number(std::string cell) const {
    if (separator_ != ',') std::replace(cell.begin(), cell.end(), ',', '.');
    double number = 0;
    const char* end = cell.data() + cell.size();
    const auto [parsed, error] = std::from_chars(cell.data(), end, number);
    if (error != std::errc() || parsed != end || !std::isfinite(number)) return std::nullopt;
    return number;
  }

  void Set(int line, const std::string& column, const std::string& cell,
           ForecastInterval& interval) {
    const auto level = LevelOf(column);
    // What an optional column leaves out has its usual value.
    if (cell.empty() && !level && column != "calls") return;
    const auto number = Number(cell);
    if (!number || *number < 0 || *number > kMostCalls || (column == "aht" && *number == 0)) {
      return Fault(line, fmt::format("`{}` is no {}", cell, level ? "number of calls" : column));
    }
    if (level) interval.quantiles.push_back({*level, *number});
    if (column == "calls") interval.calls = *number;
    if (column == "aht") interval.aht_s = *number;
    if (column == "cv") interval.cv = *number;
    if (column == "work") interval.deferrable_s = *number * 3600;
  }

  const std::string& path_;
  const double aht_s_;
  char separator_ = ',';
  std::vector<std::string> columns_;
  ForecastFile file_;
  std::string faults_;
  int fault_count_ = 0;
};

}  // namespace

absl::StatusOr<ForecastFile> ParseForecast(const std::string& path, const std::string& text,
                                           double aht_s) {
  Reader reader(path, aht_s);
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    if (++number == 1) {
      absl::ConsumePrefix(&line, "\xef\xbb\xbf");  // a byte order mark
      reader.ReadHeader(std::string(line));
    } else {
      reader.ReadLine(number, std::string(line));
    }
  }
  return reader.Take();
}

absl::StatusOr<ForecastFile> ReadForecast(const std::string& path, double aht_s) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(fmt::format("cannot read {}", path));
  std::stringstream text;
  text << file.rdbuf();
  return ParseForecast(path, text.str(), aht_s);
}

}  // namespace wissel::staffing
