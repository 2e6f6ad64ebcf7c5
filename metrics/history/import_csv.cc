#include "metrics/history/import_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::metrics {
namespace {

constexpr int64_t kMostArrivals = 1'000'000;

absl::Status AtLine(size_t line, std::string_view what, std::string_view right) {
  return Refuse(absl::StatusCode::kInvalidArgument, "", fmt::format("line {}: {}", line, what),
                right);
}

std::vector<std::string_view> Split(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  while (true) {
    const size_t at = line.find(separator);
    std::string_view cell = line.substr(0, at);
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '"')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '"')) cell.remove_suffix(1);
    cells.push_back(cell);
    if (at == std::string_view::npos) return cells;
    line.remove_prefix(at + 1);
  }
}

// The next line without its end; `text` goes on behind it.
std::string_view TakeLine(std::string_view& text) {
  const size_t at = text.find('\n');
  std::string_view line = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// 1 to `most` characters of [a-z0-9-].
bool IsName(std::string_view name, size_t most) {
  return !name.empty() && name.size() <= most && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

struct Columns {
  char separator = ',';
  size_t count = 0;
  std::map<std::string_view, size_t> at;
};

absl::StatusOr<Columns> ReadHeader(std::string_view line) {
  constexpr std::array<std::string_view, 4> kKnown = {"start", "queue", "arrivals", "topic"};
  Columns columns;
  for (char separator : {';', '\t'}) {
    if (line.find(separator) != std::string_view::npos) columns.separator = separator;
  }
  for (std::string_view name : Split(line, columns.separator)) {
    if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
      return AtLine(1, fmt::format("there is no column \"{}\"", name),
                    "start, queue, arrivals and, if need be, topic");
    }
    if (!columns.at.emplace(name, columns.count++).second) {
      return AtLine(1, fmt::format("the column \"{}\" stands twice", name), "each column once");
    }
  }
  for (std::string_view name : {"start", "queue", "arrivals"}) {
    if (!columns.at.contains(name)) {
      return AtLine(1, fmt::format("the column \"{}\" is missing", name),
                    "a first line such as start,queue,arrivals");
    }
  }
  return columns;
}

absl::StatusOr<Instant> ReadStart(std::string_view text, size_t line, Instant now) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) {
    return AtLine(line, fmt::format("\"{}\" is no moment", text),
                  "a time with its offset, 2026-11-02T09:00:00+01:00");
  }
  const Instant start = Instant::FromMillis(absl::ToUnixMillis(time));
  if (start.millis() < 0 || StartOfInterval(start) != start) {
    return AtLine(line, fmt::format("{} is no quarter of an hour", text),
                  "minute 00, 15, 30 or 45");
  }
  if (start + kInterval > now) {
    return AtLine(line, fmt::format("the quarter from {} is not over", text), "past quarters only");
  }
  return start;
}

absl::StatusOr<ImportedCount> ReadRow(const Columns& columns, std::string_view text, size_t line,
                                      Instant now) {
  const std::vector<std::string_view> cells = Split(text, columns.separator);
  const bool may_lack_topic =
      columns.at.contains("topic") && columns.at.at("topic") == cells.size();
  if (cells.size() != columns.count && !(may_lack_topic && cells.size() + 1 == columns.count)) {
    return AtLine(line, fmt::format("{} columns", cells.size()),
                  fmt::format("{}, as in the first line", columns.count));
  }
  ImportedCount count;
  WISSEL_ASSIGN_OR_RETURN(count.start, ReadStart(cells[columns.at.at("start")], line, now));
  std::string_view queue = cells[columns.at.at("queue")];
  if (queue.substr(0, 7) == "queues/") queue.remove_prefix(7);
  if (!IsName(queue, 63)) {
    return AtLine(line, fmt::format("\"{}\" is no queue", queue), "phone-nl, or queues/phone-nl");
  }
  count.queue = queue;
  const std::string_view number = cells[columns.at.at("arrivals")];
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), count.arrivals);
  if (error != std::errc() || end != number.data() + number.size() || count.arrivals < 0 ||
      count.arrivals > kMostArrivals) {
    return AtLine(line, fmt::format("\"{}\" is no count", number),
                  fmt::format("a whole number from 0 to {}", kMostArrivals));
  }
  if (columns.at.contains("topic") && !may_lack_topic) {
    const std::string_view topic = cells[columns.at.at("topic")];
    if (!topic.empty() && !IsName(topic, 40)) {
      return AtLine(line, fmt::format("\"{}\" is no topic", topic),
                    "1 to 40 small letters, digits and hyphens, or nothing for all topics");
    }
    count.topic = topic;
  }
  return count;
}

}  // namespace

absl::StatusOr<std::vector<ImportedCount>> ReadHistoryCsv(std::string_view text, Instant now) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  WISSEL_ASSIGN_OR_RETURN(const Columns columns, ReadHeader(TakeLine(text)));
  std::vector<ImportedCount> counts;
  std::set<std::tuple<std::string, std::string, Instant>> seen;
  for (size_t line = 2; !text.empty(); ++line) {
    const std::string_view row = TakeLine(text);
    if (row.empty()) continue;
    WISSEL_ASSIGN_OR_RETURN(ImportedCount count, ReadRow(columns, row, line, now));
    if (!seen.emplace(count.queue, count.topic, count.start).second) {
      return AtLine(line, "this quarter stands in the file already", "each quarter once");
    }
    counts.push_back(std::move(count));
  }
  return counts;
}

}  // namespace wissel::metrics
