#include "server/feed/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fmt/format.h"

namespace wissel::feed {
namespace {

double Mean(const std::vector<float>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string Row(const std::string& name, const Tally& tally) {
  const std::optional<double> level = ServiceLevel(tally);
  return fmt::format("{:<24} {:>8} {:>8} {:>9} {:>6} {:>9} {:>8} {:>8} {:>9} {:>9}\n", name,
                     tally.offered, tally.answered, tally.abandoned, tally.short_abandoned,
                     tally.ended_otherwise, tally.waiting(),
                     level ? fmt::format("{:.1f} %", *level * 100) : "-",
                     fmt::format("{:.1f} s", Mean(tally.answered_waits_s)),
                     fmt::format("{:.1f} s", Percentile(tally.answered_waits_s, 0.8)));
}

}  // namespace

std::string ProgressLine(const std::string& when, double done, const Tally& total, int busy_agents,
                         int agents) {
  constexpr int kWidth = 24;
  const int filled = static_cast<int>(std::clamp(done, 0.0, 1.0) * kWidth);
  std::string line =
      fmt::format("{} [{}{}] {:3.0f} %  offered {}  answered {}  abandoned {}  waiting {}", when,
                  std::string(filled, '#'), std::string(kWidth - filled, '.'), done * 100,
                  total.offered, total.answered, total.abandoned, total.waiting());
  if (agents > 0) line += fmt::format("  agents busy {}/{}", busy_agents, agents);
  return line;
}

std::string ReportTable(const Book& book) {
  std::string text = fmt::format("{:<24} {:>8} {:>8} {:>9} {:>6} {:>9} {:>8} {:>8} {:>9} {:>9}\n",
                                 "queue", "offered", "answered", "abandoned", "short", "otherwise",
                                 "waiting", "level", "mean wait", "P80 wait");
  for (size_t i = 0; i < book.queues().size(); ++i) {
    text += Row(book.queues()[i].name(), book.tallies()[i]);
  }
  if (book.queues().size() > 1) text += Row("all", book.Total());
  return text;
}

double Percentile(std::vector<float> values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  const size_t index = std::clamp<size_t>(rank, 1, values.size()) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index),
                   values.end());
  return values[index];
}

std::optional<double> ServiceLevel(const Tally& tally) {
  const int64_t counted = tally.answered + tally.abandoned - tally.short_abandoned;
  if (counted == 0) return std::nullopt;
  return static_cast<double>(tally.answered_in_time) / static_cast<double>(counted);
}

}  // namespace wissel::feed
