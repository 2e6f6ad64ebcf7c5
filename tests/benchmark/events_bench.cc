// A recorded day read from the SQLite journal as the event stream reads it, up to the bytes of its
// messages, beside reading the same journal and doing nothing with it.
#include <time.h>

#include <deque>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "integration/events/follower.h"
#include "router/journal/codec.h"
#include "router/journal/inspect.h"
#include "router/journal/sqlite_journal.h"
#include "tests/benchmark/suites.h"
#include "tests/simulation/recorded_day.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 7;
constexpr size_t kEventsInBatch = 100;  // about a group commit under load
constexpr int kEventsInMessage = 100;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The number of events.
absl::StatusOr<uint64_t> WriteDay(const simulation::RecordedDay& day, const std::string& folder) {
  WISSEL_ASSIGN_OR_RETURN(auto journal, OpenSqliteJournal(folder));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t epoch, journal->AcquireEpoch());
  uint64_t sequence = 0;
  uint64_t first = 1;
  std::string payload;
  const auto append = [&]() -> absl::Status {
    if (payload.empty()) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(journal->Append({epoch, first, sequence}, payload));
    payload.clear();
    first = sequence + 1;
    return absl::OkStatus();
  };
  for (const auto& batch : day.journal) {
    for (const Event& event : batch.events) {
      AppendEvent(payload, event);
      ++sequence;
    }
    if (sequence - first >= kEventsInBatch) WISSEL_RETURN_IF_ERROR(append());
  }
  WISSEL_RETURN_IF_ERROR(append());
  return sequence;
}

absl::StatusOr<double> ReadBare(JournalReader& reader) {
  const double start = CpuSeconds();
  WISSEL_RETURN_IF_ERROR(ReadEventsAfter(reader, JournalPosition(), [](const auto&, const auto&) {
                           return absl::OkStatus();
                         }).status());
  return CpuSeconds() - start;
}

absl::StatusOr<double> ReadAsStream(JournalReader& reader, const events::Book& book) {
  const double start = CpuSeconds();
  events::Follower follower(events::Publisher("/wissel", book), JournalPosition());
  std::deque<events::PublishedPtr> found;
  v1::StreamEventsResponse message;
  std::string bytes;
  while (true) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, follower.ReadOn(reader, 64, 0, found));
    for (const events::PublishedPtr& event : found) {
      *message.add_events() = event->event;
      if (message.events_size() < kEventsInMessage) continue;
      message.SerializeToString(&bytes);
      message.Clear();
    }
    found.clear();
    if (!more) return CpuSeconds() - start;
  }
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkEvents(const std::string& scratch) {
  const std::string folder = scratch + "/events";
  std::filesystem::create_directories(folder);
  const simulation::RecordedDay day = simulation::RecordDay({.agents = 500, .hours = 4});
  const events::Book book = events::Book::Of(day.start);
  WISSEL_ASSIGN_OR_RETURN(const uint64_t events, WriteDay(day, folder));
  WISSEL_ASSIGN_OR_RETURN(auto reader, OpenSqliteReader(folder));
  std::vector<double> bare_rates, stream_rates;
  for (int round = 0; round <= kRounds; ++round) {
    WISSEL_ASSIGN_OR_RETURN(const double bare, ReadBare(*reader));
    WISSEL_ASSIGN_OR_RETURN(const double stream, ReadAsStream(*reader, book));
    if (round == 0) continue;  // warm
    bare_rates.push_back(static_cast<double>(events) / bare);
    stream_rates.push_back(static_cast<double>(events) / stream);
  }
  return std::vector<Figure>{{"events.stream", Median(stream_rates), "events/s", Median(bare_rates),
                              "read the journal and do nothing"}};
}

}  // namespace wissel::benchmark
