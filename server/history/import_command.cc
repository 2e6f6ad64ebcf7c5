#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/history_import.h"
#include "server/history/history.h"
#include "server/history/import_report.h"
#include "server/history/open.h"

namespace wissel::history {
namespace {

using metrics::CsvOptions;
using metrics::HistoryImport;
using metrics::ImportPreview;

constexpr size_t kPiece = 1 << 20;
constexpr int kUsage = 2;

std::pair<std::string, std::string> AtEquals(const std::string& text) {
  const size_t at = text.rfind('=');
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

absl::StatusOr<CsvOptions> OptionsOf(const ImportOptions& options) {
  CsvOptions csv{.zone = options.zone, .queue = options.queue, .channel = options.channel};
  csv.interval_minutes = options.interval_min;
  for (const std::string& rename : options.renames) {
    auto [from, to] = AtEquals(rename);
    if (from.empty() || to.empty()) {
      return RefuseField("--rename", fmt::format("\"{}\" renames nothing", rename),
                         "\"Phone NL=phone-nl\"");
    }
    csv.queues[from] = to;
  }
  for (const std::string& given : options.columns) {
    const size_t at = given.find('=');
    const auto column = metrics::ColumnNamed(given.substr(0, at));
    if (at == std::string::npos || !column) {
      return RefuseField("--column", fmt::format("\"{}\" names no column", given),
                         "\"arrivals=Calls in\"; start, date, time, queue, arrivals, answered, "
                         "abandoned, aht, handle, channel, topic, minutes");
    }
    csv.columns[*column] = given.substr(at + 1);
  }
  if (options.separator == "tab") {
    csv.separator = '\t';
  } else if (options.separator.size() == 1) {
    csv.separator = options.separator[0];
  } else if (!options.separator.empty()) {
    return RefuseField("--separator", fmt::format("\"{}\" is no separator", options.separator),
                       "one sign, or tab");
  }
  if (!options.decimal.empty()) csv.decimal = options.decimal[0];
  if (options.dates == "day-first") csv.dates = metrics::DateOrder::kDayFirst;
  if (options.dates == "month-first") csv.dates = metrics::DateOrder::kMonthFirst;
  return csv;
}

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

// The file into the import, with how far it is where somebody looks.
absl::Status FeedFile(const std::string& name, HistoryImport& import) {
  const std::unique_ptr<std::FILE, Closer> file(name == "-" ? stdin
                                                            : std::fopen(name.c_str(), "rb"));
  if (file == nullptr) return absl::NotFoundError(fmt::format("{} cannot be read", name));
  const bool shown = isatty(STDERR_FILENO) == 1;
  std::string piece(kPiece, '\0');
  for (size_t pieces = 0;; ++pieces) {
    const size_t read = std::fread(piece.data(), 1, piece.size(), file.get());
    WISSEL_RETURN_IF_ERROR(import.Feed(std::string_view(piece).substr(0, read)));
    if (read < piece.size()) break;
    if (shown && pieces % 16 == 15) fmt::print(stderr, "\rreading, {} MB", pieces + 1);
  }
  if (shown) fmt::print(stderr, "\r\033[K");
  if (std::ferror(file.get()) != 0) {
    return absl::UnavailableError(fmt::format("{} cannot be read to its end", name));
  }
  return absl::OkStatus();
}

void PrintPreview(const ImportOptions& options, const ImportPreview& preview) {
  if (options.json) {
    fmt::print("{}\n", PreviewJson(preview));
  } else if (options.dry_run || preview.change_count > 0) {
    fmt::print("{}", PreviewText(preview));
  }
}

absl::StatusOr<int> Run(const ImportOptions& options, const CsvOptions& csv) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(options.data));
  WISSEL_ASSIGN_OR_RETURN(const auto import, HistoryImport::Begin(tables, csv, Now()));
  WISSEL_RETURN_IF_ERROR(FeedFile(options.file, *import));
  WISSEL_ASSIGN_OR_RETURN(const ImportPreview preview, import->Preview());
  PrintPreview(options, preview);
  if (!preview.ok()) {
    fmt::print(stderr, "{}wissel: {} faults, nothing was imported\n",
               FaultsText(options.file, preview), preview.fault_count);
    return 1;
  }
  if (options.dry_run) return 0;
  WISSEL_ASSIGN_OR_RETURN(const metrics::ImportOutcome outcome, import->Commit(options.replace));
  fmt::print("{}", options.json ? OutcomeJson(outcome) + "\n"
                                : OutcomeText(outcome, preview.layout->interval_minutes));
  return 0;
}

}  // namespace

int RunImport(const ImportOptions& options) {
  const auto csv = OptionsOf(options);
  if (!csv.ok()) {
    Fail(csv.status());
    return kUsage;
  }
  const auto code = Run(options, *csv);
  return code.ok() ? *code : Fail(code.status());
}

}  // namespace wissel::history
