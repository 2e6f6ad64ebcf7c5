#include "channels/mailings/core/mailing.h"

#include "base/status.h"

namespace wissel::mailings {
namespace {

absl::Status Refused(std::string_view field, std::string_view message, std::string_view right) {
  return Refuse(absl::StatusCode::kFailedPrecondition, field, message, right);
}

absl::Status IsOverFor(const Mailing& mailing, std::string_view field) {
  return Refused(field,
                 mailing.phase == Phase::kStopped ? "this mailing was stopped, for good"
                                                  : "this mailing has finished",
                 "another mailing");
}

int64_t Count(const Counts& counts, RecipientState state) {
  const auto it = counts.find(state);
  return it == counts.end() ? 0 : it->second;
}

}  // namespace

int64_t Total(const Counts& counts) {
  int64_t total = 0;
  for (const auto& [state, recipients] : counts) total += recipients;
  return total;
}

int64_t Remaining(const Counts& counts) {
  return Count(counts, RecipientState::kPending) + Count(counts, RecipientState::kSending);
}

absl::StatusOr<Mailing> Started(const Mailing& mailing, const Counts& counts, Instant now) {
  if (mailing.phase == Phase::kRunning) return mailing;
  if (IsOver(mailing.phase)) return IsOverFor(mailing, "name");
  if (Total(counts) == 0) {
    return Refused("name", "nobody would get this mailing", "recipients first");
  }
  Mailing started = mailing;
  started.phase = Phase::kRunning;
  if (!started.started) started.started = now;
  return started;
}

absl::StatusOr<Mailing> Paused(const Mailing& mailing) {
  if (mailing.phase == Phase::kPaused) return mailing;
  if (IsOver(mailing.phase)) return IsOverFor(mailing, "name");
  if (mailing.phase == Phase::kDraft) {
    return Refused("name", "this mailing has not been started", "StartMailing");
  }
  Mailing paused = mailing;
  paused.phase = Phase::kPaused;
  return paused;
}

absl::StatusOr<Mailing> Stopped(const Mailing& mailing, Instant now) {
  if (mailing.phase == Phase::kStopped) return mailing;
  if (mailing.phase == Phase::kFinished) return IsOverFor(mailing, "name");
  Mailing stopped = mailing;
  stopped.phase = Phase::kStopped;
  stopped.ended = now;
  return stopped;
}

std::optional<Mailing> Finished(const Mailing& mailing, const Counts& counts, Instant now) {
  if (mailing.phase != Phase::kRunning || Remaining(counts) > 0) return std::nullopt;
  Mailing finished = mailing;
  finished.phase = Phase::kFinished;
  finished.ended = now;
  return finished;
}

absl::Status MayAdd(const Mailing& mailing) {
  if (IsOver(mailing.phase)) return IsOverFor(mailing, "mailing");
  if (mailing.phase == Phase::kRunning) {
    return Refused("mailing", "its mails are going out, and it ends with the last of them",
                   "PauseMailing first");
  }
  return absl::OkStatus();
}

absl::Status MayChange(const Mailing& before, const Mailing& after, const Counts& counts) {
  if (before == after) return absl::OkStatus();
  if (IsOver(before.phase)) return IsOverFor(before, "mailing.name");
  const bool taken = Total(counts) > 0;
  if (taken && before.fields != after.fields) {
    return Refused("mailing.fields", "its recipients have these fields", "another mailing");
  }
  if (taken && before.sender != after.sender) {
    return Refused("mailing.sender", "its recipients' answers go to this address",
                   "another mailing");
  }
  if (before.phase != Phase::kDraft && before.texts != after.texts) {
    return Refused("mailing.texts", "it has been started: all its recipients get the same",
                   "another mailing");
  }
  return absl::OkStatus();
}

}  // namespace wissel::mailings
