// `wissel history import`: past arrivals for the radar, and later for planning.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/history_tables.h"
#include "metrics/history/import_csv.h"
#include "server/commands.h"

namespace wissel::server {
namespace {

Instant Now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant::FromMillis(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

absl::StatusOr<metrics::ImportOutcome> Import(const std::string& data, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("{} cannot be read", file));
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  auto counts = metrics::ReadHistoryCsv(text, Now());
  if (!counts.ok()) {
    const std::string right = WhatWouldBeRight(counts.status());
    const absl::string_view said = counts.status().message();
    return absl::InvalidArgumentError(fmt::format("{}, {}{}{}", file,
                                                  std::string_view(said.data(), said.size()),
                                                  right.empty() ? "" : ": ", right));
  }
  if (!std::filesystem::is_directory(data)) {
    return absl::NotFoundError(fmt::format("{} is no folder", data));
  }
  const std::string path = (std::filesystem::path(data) / "history.sqlite").string();
  WISSEL_ASSIGN_OR_RETURN(auto tables, metrics::HistoryTables::Open(path));
  return tables.Import(*counts);
}

}  // namespace

int ImportHistory(const std::string& data, const std::string& file) {
  const auto outcome = Import(data, file);
  if (!outcome.ok()) {
    const absl::string_view said = outcome.status().message();
    fmt::print(stderr, "wissel: {}\n", std::string_view(said.data(), said.size()));
    return 1;
  }
  fmt::print("{} quarters of an hour written", outcome->written);
  if (outcome->known_already > 0) {
    fmt::print(", {} left as the center has counted them itself", outcome->known_already);
  }
  fmt::print("\n");
  return 0;
}

}  // namespace wissel::server
