#include "router/service/sequencer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/invariant.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "router/journal/codec.h"

namespace wissel {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kTryWritingEvery = std::chrono::seconds(1);
constexpr Duration kLongestSleep = Duration::Hours(1);

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

absl::Status InboxFull() {
  return Refuse(absl::StatusCode::kResourceExhausted, "",
                "more work is coming in than can be carried out",
                "the same request again in a second or two");
}
absl::Status Stopping() {
  return Refuse(absl::StatusCode::kUnavailable, "", "the server is stopping",
                "the same request again when it is back");
}
absl::Status NotWritable() {
  return Refuse(absl::StatusCode::kUnavailable, "",
                "the journal cannot be written; nothing was changed",
                "the same request again when the operator has made room");
}

absl::Status TooLate() {
  return absl::DeadlineExceededError("its turn came after its deadline; nothing was changed");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sequencer>> Sequencer::Open(std::unique_ptr<Journal> journal,
                                                           std::optional<SnapshotStore> snapshots,
                                                           SequencerOptions options,
                                                           std::optional<Recovered> standby) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t epoch, journal->AcquireEpoch());
  WISSEL_ASSIGN_OR_RETURN(
      Recovered recovered,
      standby ? RecoverFrom(*journal, *std::move(standby))
              : Recover(*journal, snapshots ? &*snapshots : nullptr, options.engine));
  std::unique_ptr<JournalReader> reader;
  if (snapshots) {
    WISSEL_ASSIGN_OR_RETURN(reader, journal->OpenReader());
  }
  Log(LogLevel::kInfo, "journal recovered",
      {{"sequence", recovered.position.sequence},
       {"snapshot", recovered.snapshot_sequence},
       {"epoch", epoch}});
  const uint64_t snapshot_sequence = recovered.snapshot_sequence;
  std::unique_ptr<Sequencer> sequencer(new Sequencer(
      std::move(journal), std::move(snapshots), std::move(options), epoch, std::move(recovered)));
  if (reader) {
    sequencer->snapshotter_ = std::make_unique<Snapshotter>(
        *sequencer->snapshots_, std::move(reader), sequencer->options_.engine,
        sequencer->options_.snapshot_every, snapshot_sequence);
  }
  return sequencer;
}

Sequencer::Sequencer(std::unique_ptr<Journal> journal, std::optional<SnapshotStore> snapshots,
                     SequencerOptions options, uint64_t epoch, Recovered recovered)
    : options_(std::move(options)),
      journal_(std::move(journal)),
      snapshots_(std::move(snapshots)),
      epoch_(epoch),
      engine_(std::move(recovered.engine)),
      position_(recovered.position),
      clock_(engine_.now(), options_.time),
      inbox_(options_.inbox_capacity),
      durable_sequence_(position_.sequence) {
  PublishDirectory();
}

Sequencer::~Sequencer() { Stop(); }

void Sequencer::AddObserver(Observer observer) {
  INVARIANT(!thread_);
  observers_.push_back(std::move(observer));
}

void Sequencer::Start() {
  INVARIANT(!thread_);
  thread_ = std::make_unique<Thread>("sequencer", [this] { Run(); });
}

void Sequencer::Stop() {
  inbox_.Close();
  if (!thread_) return;
  thread_.reset();
  if (snapshotter_) snapshotter_->Stop();
  if (!snapshots_ || failed_) return;
  if (auto made = snapshots_->List(); !made.empty() && made.front() == position_.sequence) return;
  if (absl::Status status = snapshots_->Save(TakeSnapshot(engine_, position_)); !status.ok()) {
    Log(LogLevel::kWarning, "no snapshot could be made; the next start replays more",
        {{"reason", std::string(status.message())}});
  }
}

const Engine& Sequencer::engine() const {
  INVARIANT(!thread_);
  return engine_;
}

void Sequencer::Submit(Command command, Done done) {
  if (refusing_) return done(NotWritable(), nothing_);
  Incoming incoming =
      Submission{std::move(command), std::move(done), CallScope::Current(), SteadyClock::now()};
  const PushResult result = inbox_.Push(incoming);
  if (result == PushResult::kPushed) return;
  std::get<Submission>(incoming).done(result == PushResult::kFull ? InboxFull() : Stopping(),
                                      nothing_);
}

bool Sequencer::Read(ReadFunction read) {
  Incoming incoming = std::move(read);
  // Reading goes on for a while when commands are turned away already.
  return inbox_.Push(incoming, options_.inbox_capacity / 4 + 1) == PushResult::kPushed;
}

std::shared_ptr<const Directory> Sequencer::directory() const {
  std::lock_guard lock(directory_mutex_);
  return directory_;
}

// --- The thread

void Sequencer::Run() {
  while (TakeFromInbox()) {
    if (refusing_) {
      RunWithoutJournal();
    } else {
      RunBatch();
    }
    if (failed_) return inbox_.Close();
  }
}

// Sleeps only when nothing is left of the last time. False when there will be no more work.
bool Sequencer::TakeFromInbox() {
  if (next_ < taken_.size()) return true;
  taken_.clear();
  next_ = 0;
  const bool more = inbox_.Drain(taken_, WakeUpAt());
  if (options_.metrics.inbox_depth) options_.metrics.inbox_depth(taken_.size());
  return more;
}

std::optional<Inbox<Sequencer::Incoming>::Deadline> Sequencer::WakeUpAt() const {
  if (refusing_) return try_writing_at_;
  const std::optional<Instant> timer = engine_.NextTimer();
  if (!timer) return std::nullopt;
  const Duration sleep = std::clamp(*timer - clock_.now(), Duration(), kLongestSleep);
  return SteadyClock::now() + std::chrono::milliseconds(sleep.millis());
}

void Sequencer::RunBatch() {
  batch_ = {};

  // (1) Stamp. A batch has one instant; the timers that are due by then fire before its commands.
  const Instant now = clock_.now();
  engine_.Wake(now, batch_.events);

  // (2) Decide: what came in while the last batch was being synced, as far as it fits.
  DecideAll(now);

  // (3) Journal. One append and one sync for all of it; when it returns, the batch is durable.
  if (absl::Status status = AppendBatch(); !status.ok()) return UndoBatch(status);

  // (4) Publish what is durable: observers, answers, reads.
  PublishBatch();
}

void Sequencer::DecideAll(Instant now) {
  Encode();
  for (size_t commands = 0; next_ < taken_.size() && commands < options_.max_batch_commands &&
                            batch_.payload.size() < options_.max_batch_bytes;
       ++next_, ++commands) {
    if (auto* read = std::get_if<ReadFunction>(&taken_[next_])) {
      batch_.reads.push_back(std::move(*read));
      continue;
    }
    auto& submission = std::get<Submission>(taken_[next_]);
    const auto start = SteadyClock::now();
    if (options_.metrics.waited) options_.metrics.waited(start - submission.since);
    if (submission.call.ExpiredAt(start)) {
      batch_.answers.push_back({std::move(submission.done), TooLate()});
      continue;
    }
    if (preparer_) preparer_(engine_, now, submission.command.body);
    absl::StatusOr<Outcome> outcome = engine_.Decide(submission.command, now, batch_.events);
    if (options_.metrics.decision_seconds) options_.metrics.decision_seconds(SecondsSince(start));
    batch_.answers.push_back({std::move(submission.done), std::move(outcome)});
    Encode();
  }
}

void Sequencer::Encode() {
  for (; batch_.encoded < batch_.events.size(); ++batch_.encoded)
    AppendEvent(batch_.payload, batch_.events[batch_.encoded]);
}

// A batch without events changes nothing: its answers rest on what is durable already.
absl::Status Sequencer::AppendBatch() {
  if (batch_.events.empty()) return absl::OkStatus();
  const RowHeader header{epoch_, position_.sequence + 1, position_.sequence + batch_.events.size()};
  const auto start = SteadyClock::now();
  WISSEL_RETURN_IF_ERROR(journal_->Append(header, batch_.payload));
  const SequencerMetrics& metrics = options_.metrics;
  if (metrics.commit_seconds) metrics.commit_seconds(SecondsSince(start));
  if (metrics.batch_bytes) metrics.batch_bytes(batch_.payload.size());
  if (metrics.batch_commands) metrics.batch_commands(batch_.answers.size());
  position_ = {header.last_sequence, NextInChain(position_.hash, header, batch_.payload)};
  return absl::OkStatus();
}

void Sequencer::PublishBatch() {
  const auto start = SteadyClock::now();
  durable_sequence_ = position_.sequence;
  if (!batch_.events.empty()) {
    if (engine_.directory().revision != directory_->revision) PublishDirectory();
    const CommittedBatch committed{position_.sequence - batch_.events.size() + 1, batch_.events};
    for (const Observer& observer : observers_) observer(committed, engine_);
    if (snapshotter_) snapshotter_->Committed(position_.sequence);
  }
  for (const Answer& answer : batch_.answers) answer.done(answer.outcome, engine_);
  for (const ReadFunction& read : batch_.reads) read(engine_);
  if (options_.metrics.publish_seconds) options_.metrics.publish_seconds(SecondsSince(start));
  if (options_.metrics.offered_after) MeasureOffers();
  if (batch_.events.empty()) return;
  const bool idle = next_ == taken_.size() && inbox_.size() == 0;
  if (absl::Status status = journal_->Maintain(idle); !status.ok()) Fail(status);
}

void Sequencer::PublishDirectory() {
  auto copy = std::make_shared<const Directory>(engine_.directory());
  std::lock_guard lock(directory_mutex_);
  directory_ = std::move(copy);
}

void Sequencer::MeasureOffers() {
  for (const Event& event : batch_.events) {
    const auto* offer = std::get_if<OfferMade>(&event.body);
    if (offer == nullptr) continue;
    // An item of this batch can have been forgotten in it only if it has ended.
    if (const Item* item = engine_.FindItem(offer->item))
      options_.metrics.offered_after(*item, event.at - item->entered);
  }
}

// --- When the journal cannot be written

// The engine is ahead of the journal by a batch that will never be: back to what is durable.
void Sequencer::UndoBatch(const absl::Status& cause) {
  if (!absl::IsUnavailable(cause)) return Fail(cause);
  Log(LogLevel::kError, "the journal cannot be written; commands are turned away",
      {{"sequence", position_.sequence}, {"reason", std::string(cause.message())}});
  absl::StatusOr<Recovered> recovered =
      Recover(*journal_, snapshots_ ? &*snapshots_ : nullptr, options_.engine);
  if (!recovered.ok()) return Fail(recovered.status());
  if (recovered->position != position_)
    return Fail(absl::InternalError("the journal has a batch that it had refused"));
  engine_ = std::move(recovered->engine);
  try_writing_at_ = SteadyClock::now() + kTryWritingEvery;
  refusing_ = true;
  for (const Answer& answer : batch_.answers) answer.done(NotWritable(), engine_);
  for (const ReadFunction& read : batch_.reads) read(engine_);
}

void Sequencer::RunWithoutJournal() {
  for (; next_ < taken_.size(); ++next_) {
    if (auto* read = std::get_if<ReadFunction>(&taken_[next_])) {
      (*read)(engine_);
    } else {
      std::get<Submission>(taken_[next_]).done(NotWritable(), engine_);
    }
  }
  if (SteadyClock::now() < try_writing_at_) return;
  absl::Status status = journal_->CheckWritable();
  if (status.ok()) {
    Log(LogLevel::kInfo, "the journal can be written again", {{"sequence", position_.sequence}});
    refusing_ = false;
    return;
  }
  if (!absl::IsUnavailable(status)) return Fail(status);
  try_writing_at_ = SteadyClock::now() + kTryWritingEvery;
}

void Sequencer::Fail(const absl::Status& cause) {
  failed_ = true;
  Log(LogLevel::kError, "the shard cannot go on",
      {{"sequence", position_.sequence}, {"reason", std::string(cause.message())}});
  if (!options_.on_fatal) std::abort();
  options_.on_fatal(cause);
}

}  // namespace wissel
