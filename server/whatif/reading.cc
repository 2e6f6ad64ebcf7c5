#include "server/whatif/reading.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/recorder.h"
#include "router/core/describe.h"
#include "router/journal/address.h"
#include "router/journal/inspect.h"
#include "router/service/recovery.h"

namespace wissel::whatif {
namespace {

using forecasting::Pause;
using forecasting::Recorder;
using forecasting::Tally;

// Ends a reading that has seen enough.
absl::Status Enough() { return absl::CancelledError(); }

bool IsConfiguration(const Event& event) {
  static const size_t kFirstItemEvent = EventBody(ItemEntered()).index();
  return event.body.index() < kFirstItemEvent ||
         std::holds_alternative<RequestCarriedOut>(event.body);
}

// The state before the first work or person.
absl::StatusOr<Recovered> Furnished(JournalReader& reader) {
  Recovered start{Engine(), JournalPosition(), 0};
  const auto furnish = [&](const JournalRow& row, const std::vector<Event>& events) {
    if (!std::all_of(events.begin(), events.end(), IsConfiguration)) return Enough();
    for (const Event& event : events) start.engine.Record(event);
    start.position = {row.header.last_sequence, row.hash};
    return absl::OkStatus();
  };
  const auto end = ReadEventsAfter(reader, JournalPosition(), furnish);
  if (!end.ok() && !absl::IsCancelled(end.status())) return end.status();
  return start;
}

// A moment before the journal's first is no beginning.
absl::StatusOr<Recovered> StartAt(JournalReader& reader, const SnapshotStore& snapshots,
                                  std::optional<Instant> from) {
  if (!from) return Furnished(reader);
  WISSEL_ASSIGN_OR_RETURN(Recovered start, RecoverAt(reader, &snapshots, {}, *from));
  if (start.position.sequence == 0) return Furnished(reader);
  return start;
}

class PeriodReader {
 public:
  PeriodReader(JournalReader& reader, const Recovered& start, Instant from,
               std::optional<Instant> until, const ReadingWatch& watch, uint64_t last_sequence)
      : reader_(reader),
        watch_(watch),
        last_sequence_(last_sequence),
        position_(start.position),
        saved_(start.engine.Save()),
        engine_(start.engine),
        from_(from),
        until_(until) {}

  absl::StatusOr<Reading> Read() {
    for (;;) {
      Recorder recorder(saved_, from_, {}, stalls_);
      Tally figures(engine_, from_, kInterval);
      const absl::Status status = ReadInto(recorder, figures);
      if (recorder.stall() && stalls_.size() < kMostStalls) {
        stalls_.push_back(*recorder.stall());
        continue;
      }
      WISSEL_RETURN_IF_ERROR(status);
      Reading reading{recorder.Finish(), std::move(figures)};
      reading.figures.Finish(reading.recording.until);
      return reading;
    }
  }

 private:
  static constexpr size_t kMostStalls = 100;
  static constexpr uint64_t kRowsBetweenProgress = 500;

  double ShareOf(uint64_t sequence) const {
    const auto all = static_cast<double>(last_sequence_ - position_.sequence);
    return all > 0 ? static_cast<double>(sequence - position_.sequence) / all : 1;
  }

  absl::Status ReadInto(Recorder& recorder, Tally& figures) {
    uint64_t count = 0;
    uint64_t rows = 0;
    const auto read = [&](const JournalRow& row, const std::vector<Event>& events) {
      if (!events.empty() && until_ && events.front().at > *until_) return Enough();
      count += events.size();
      if (count > watch_.most_events) {
        return absl::OutOfRangeError(
            fmt::format("more than {} events happened in this period: choose a shorter one",
                        watch_.most_events));
      }
      if (++rows % kRowsBetweenProgress == 0) {
        WISSEL_RETURN_IF_ERROR(watch_.progress(ShareOf(row.header.last_sequence)));
      }
      const absl::Status status =
          recorder.Add({row.header.first_sequence, row.header.epoch, events});
      if (!status.ok()) return status;
      for (const Event& event : events) figures.Fold(event);
      return status;
    };
    const absl::Status status = ReadEventsAfter(reader_, position_, read).status();
    return absl::IsCancelled(status) ? absl::OkStatus() : status;
  }

  JournalReader& reader_;
  const ReadingWatch& watch_;
  uint64_t last_sequence_;
  JournalPosition position_;
  SavedState saved_;
  const Engine& engine_;
  Instant from_;
  std::optional<Instant> until_;
  std::vector<Pause> stalls_;
};

}  // namespace

absl::StatusOr<Reading> ReadPeriod(const std::string& data, std::optional<Instant> from,
                                   std::optional<Instant> until, const ReadingWatch& watch) {
  WISSEL_ASSIGN_OR_RETURN(const auto reader, OpenJournalReader(data));
  WISSEL_ASSIGN_OR_RETURN(Recovered start, StartAt(*reader, SnapshotStore(data), from));
  const bool begins_before = start.engine.now() < from.value_or(Instant());
  const Instant begin = begins_before ? *from : start.engine.now();
  WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, reader->Tail());
  WISSEL_ASSIGN_OR_RETURN(
      Reading reading, PeriodReader(*reader, start, begin, until, watch, tail.end.sequence).Read());
  if (!reading.recording.items.empty()) return reading;
  return absl::NotFoundError(fmt::format(
      "no work item was there between {} and {}; the journal's last event before that "
      "is of {}",
      FormatInstant(begin), until ? FormatInstant(*until) : "its end",
      start.position.sequence == 0 ? "no time: it is empty" : FormatInstant(start.engine.now())));
}

}  // namespace wissel::whatif
