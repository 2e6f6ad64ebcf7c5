// `wissel history ...`: what happened, brought in from files and given out again, with what people
// say of it. A server may run on the same folder meanwhile. docs/HISTORY.md has the formats.
//
// Each prints what it found and returns the exit code: 0 done, 1 failed or refused, 2 a flag that
// cannot be meant so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wissel::history {

struct ImportOptions {
  std::string data;
  std::string file;  // "-": standard input
  std::string zone;  // of times without an offset; empty: the center's
  std::string queue;
  std::string channel;
  std::vector<std::string> renames;  // "Phone NL=phone-nl"
  std::vector<std::string> columns;  // "arrivals=Calls in"
  std::string separator;             // one sign, or "tab"; empty: found out
  std::string decimal;               // "." or ","
  std::string dates;                 // "day-first" or "month-first"
  std::optional<int> interval_min;
  bool dry_run = false;  // the preview alone
  bool replace = false;
  bool json = false;
};
int RunImport(const ImportOptions& options);

// The counts of the center anew, from its journal. A server may run, and waits a little.
int RunRecount(const std::string& data);

struct ExportOptions {
  std::string data;
  std::vector<std::string> queues;  // empty: all
  std::string channel;
  std::string topic;
  std::string from;  // "2026-03-01"
  std::string to;    // the last day
  std::string zone;  // empty: the center's
  std::string format = "csv";
  std::string output;  // empty: standard output
  int interval_min = 15;
};
int RunExport(const ExportOptions& options);

struct MarkOptions {
  std::string data;
  std::string queue;  // empty: all
  std::string kind;
  std::string label;
  std::string from;  // "2026-03-01", or "2026-03-01T09:00"
  std::string to;    // the last day, or the moment at which it is over; empty: the day of `from`
  std::string zone;
  int64_t id = 0;
  bool json = false;
};
int RunMarkAdd(const MarkOptions& options);
int RunMarkList(const MarkOptions& options);
int RunMarkDelete(const MarkOptions& options);

}  // namespace wissel::history
