#include <iostream>

#include "fmt/format.h"
#include "router/journal/inspect.h"
#include "server/commands.h"

namespace wissel::server {
namespace {

int Fail(const absl::Status& status) {
  fmt::print(stderr, "wissel journal: {}\n", std::string(status.message()));
  return 1;
}

}  // namespace

int VerifyJournalIn(const std::string& data) {
  auto report = VerifyJournal(data);
  if (!report.ok()) return Fail(report.status());
  fmt::print("whole: {} events in {} batches of {} writers, {} bytes, up to sequence {}\n",
             report->events, report->batches, report->epochs, report->payload_bytes,
             report->end.sequence);
  return 0;
}

int DumpJournalIn(const std::string& data, uint64_t from, std::optional<uint64_t> to) {
  const absl::Status status = DumpJournal(data, from, to, std::cout);
  std::cout.flush();
  return status.ok() ? 0 : Fail(status);
}

}  // namespace wissel::server
