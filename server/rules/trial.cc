#include "server/rules/trial.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/btree_map.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/rerun.h"
#include "router/core/describe.h"
#include "router/service/convert_basics.h"
#include "server/whatif/reading.h"
#include "server/whatif/report.h"
#include "server/whatif/rules.h"

namespace wissel::rules {
namespace {

using forecasting::EventDigest;
using forecasting::Recording;
using forecasting::Rerun;
using forecasting::Tally;
using forecasting::WhatIf;
using whatif::Contacts;
using Result = v1::DryRunUpdate::Result;
using Progress = v1::DryRunUpdate::Progress;

constexpr int kSlices = 100;

Progress At(Progress::Phase phase, double share) {
  Progress progress;
  progress.set_phase(phase);
  progress.set_percent(static_cast<int>(std::clamp(share, 0.0, 1.0) * 100));
  return progress;
}

void WriteSeconds(const std::optional<double>& seconds, google::protobuf::Duration* out) {
  const auto millis = static_cast<int64_t>(std::llround(*seconds * 1000));
  out->set_seconds(millis / 1000);
  out->set_nanos(static_cast<int32_t>(millis % 1000) * 1'000'000);
}

void WriteFigures(const forecasting::Figures& figures, v1::DryRunUpdate::Figures* out) {
  out->set_offered(figures.total.offered);
  out->set_answered(figures.total.answered);
  out->set_abandoned(figures.total.abandoned);
  if (const auto level = figures.total.ServiceLevel()) out->set_service_level(*level);
  if (const auto mean = figures.total.MeanWaitSeconds()) {
    WriteSeconds(mean, out->mutable_mean_wait());
  }
  if (const auto p80 = figures.WaitSeconds(800)) WriteSeconds(p80, out->mutable_p80_wait());
  if (const auto p95 = figures.WaitSeconds(950)) WriteSeconds(p95, out->mutable_p95_wait());
}

std::optional<double> MeanOf(Duration sum, int64_t count) {
  return count == 0 ? std::nullopt
                    : std::optional<double>(sum.seconds() / static_cast<double>(count));
}

void WriteContacts(const Contacts& contacts, v1::DryRunUpdate::Contacts* out) {
  out->set_compared(contacts.compared);
  out->set_shorter(contacts.shorter);
  out->set_longer(contacts.longer);
  out->set_same(contacts.compared - contacts.shorter - contacts.longer);
  if (const auto by = MeanOf(contacts.shorter_by, contacts.shorter)) {
    WriteSeconds(by, out->mutable_shorter_by());
  }
  if (const auto by = MeanOf(contacts.longer_by, contacts.longer)) {
    WriteSeconds(by, out->mutable_longer_by());
  }
  out->set_only_in_trial(contacts.answered_only_in_rerun);
  out->set_only_in_record(contacts.answered_only_in_record);
}

void WriteSource(const forecasting::Source& source, v1::DryRunUpdate::Source* out) {
  out->set_recorded(source.recorded);
  out->set_drawn(source.drawn);
}

// By the queue that they came to.
absl::btree_map<QueueId, Contacts> ContactsByQueue(const Recording& recording, const Rerun& rerun) {
  absl::btree_map<QueueId, Contacts> contacts;
  for (size_t i = 0; i < recording.items.size(); ++i) {
    const forecasting::ItemScript& script = recording.items[i];
    if (!script.arrival) continue;
    whatif::Count(script, rerun.first_waits()[i], contacts[script.arrival->item.queue]);
  }
  return contacts;
}

// More time in all first, then more lost.
bool IsHitHarder(const Contacts& a, const Contacts& b) {
  const auto lost = [](const Contacts& c) {
    return c.answered_only_in_record - c.answered_only_in_rerun;
  };
  return std::pair(a.longer_by - a.shorter_by, lost(a)) >
         std::pair(b.longer_by - b.shorter_by, lost(b));
}

void WriteQueues(const Recording& recording, const Rerun& rerun, const Tally& recorded,
                 const Tally& trial, Result* out) {
  static const forecasting::Figures kNone;
  absl::btree_map<QueueId, Contacts> contacts = ContactsByQueue(recording, rerun);
  std::vector<QueueId> queues;
  for (const auto& [id, figures] : trial.queues()) queues.push_back(id);
  std::stable_sort(queues.begin(), queues.end(),
                   [&](QueueId a, QueueId b) { return IsHitHarder(contacts[a], contacts[b]); });
  for (const QueueId id : queues) {
    const auto before = recorded.queues().find(id);
    v1::DryRunUpdate::QueueFigures* queue = out->add_queues();
    queue->set_queue(trial.NameOf(id));
    WriteFigures(before == recorded.queues().end() ? kNone : before->second,
                 queue->mutable_recorded());
    WriteFigures(trial.queues().at(id), queue->mutable_trial());
    WriteContacts(contacts[id], queue->mutable_contacts());
  }
}

absl::Status CheckPeriod(const TrialOptions& options) {
  if (options.until <= options.from) {
    return RefuseField("endTime", "the period ends before it begins", "an end after the beginning");
  }
  if (options.until - options.from > kLongestTrial) {
    return Refuse(absl::StatusCode::kOutOfRange, "startTime", "the period is longer than 24 h",
                  "a shorter one");
  }
  return absl::OkStatus();
}

absl::StatusOr<WhatIf> ReadRules(const TrialOptions& options, const Recording& recording) {
  WhatIf what_if;
  what_if.seed = options.seed;
  config::LoadedConfig file = config::ParseConfig("rules", options.yaml);
  if (file.problems.empty()) {
    WISSEL_RETURN_IF_ERROR(whatif::ReadRules(file, recording, what_if));
  }
  if (!file.problems.empty()) {
    return RefuseField("rules", file.ProblemText(), "rules that ValidateRules finds nothing in");
  }
  return what_if;
}

std::string Seconds(const google::protobuf::Duration& d) {
  const double seconds = static_cast<double>(d.seconds()) + d.nanos() / 1e9;
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 600) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.0f} min", seconds / 60);
}

}  // namespace

std::string Headline(const Result& result) {
  if (result.reproduced()) return "Nothing of this period would have been otherwise.";
  const v1::DryRunUpdate::Contacts& contacts = result.contacts();
  std::vector<std::string> parts;
  if (contacts.shorter() > 0) {
    parts.push_back(fmt::format("{} items would have waited {} less", contacts.shorter(),
                                Seconds(contacts.shorter_by())));
  }
  if (contacts.longer() > 0) {
    parts.push_back(fmt::format("{} would have waited {} longer", contacts.longer(),
                                Seconds(contacts.longer_by())));
  }
  parts.push_back(fmt::format("{} the same", contacts.same()));
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (result.queues_size() > 0 && result.queues(0).contacts().longer() > 0) {
    text += fmt::format("; worst hit is {}, with {} that would have waited longer",
                        result.queues(0).queue(), result.queues(0).contacts().longer());
  }
  return text + ".";
}

absl::StatusOr<Result> RunTrial(const TrialOptions& options, const TrialProgress& progress) {
  WISSEL_RETURN_IF_ERROR(CheckPeriod(options));
  whatif::ReadingWatch watch;
  watch.most_events = kMostTrialEvents;
  watch.progress = [&](double share) { return progress(At(Progress::READING, share)); };
  WISSEL_ASSIGN_OR_RETURN(const whatif::Reading reading,
                          whatif::ReadPeriod(options.data, options.from, options.until, watch));
  const Recording& recording = reading.recording;
  WISSEL_ASSIGN_OR_RETURN(WhatIf what_if, ReadRules(options, recording));
  WISSEL_ASSIGN_OR_RETURN(Rerun rerun, Rerun::Make(recording, std::move(what_if)));
  Tally tally(rerun.engine(), recording.from, whatif::kInterval);
  EventDigest digest;
  WISSEL_RETURN_IF_ERROR(rerun.Begin([&](const Event& event) {
    tally.Fold(event);
    if (rerun.changes_nothing()) digest.Add(event);
  }));
  const Duration period = recording.until - recording.from;
  for (int slice = 1; slice <= kSlices; ++slice) {
    rerun.RunUntil(recording.from + Duration::Millis(period.millis() * slice / kSlices));
    WISSEL_RETURN_IF_ERROR(progress(At(Progress::RUNNING, static_cast<double>(slice) / kSlices)));
  }
  tally.Finish(recording.until);
  Result result;
  WriteTimestamp(recording.from, result.mutable_start_time());
  WriteTimestamp(recording.until, result.mutable_end_time());
  WriteFigures(reading.figures.all(), result.mutable_recorded());
  WriteFigures(tally.all(), result.mutable_trial());
  WriteContacts(whatif::CompareContacts(recording, rerun.first_waits()), result.mutable_contacts());
  WriteQueues(recording, rerun, reading.figures, tally, &result);
  const forecasting::RerunCounts& counts = rerun.counts();
  WriteSource(counts.sources.answers, result.mutable_answers());
  WriteSource(counts.sources.patience, result.mutable_patience());
  WriteSource(counts.sources.handling, result.mutable_handling());
  result.set_impossible(counts.impossible);
  result.set_reproduced(rerun.changes_nothing() && digest.value() == recording.digest);
  for (const std::string& name : options.not_tried) result.add_not_tried(name);
  result.set_headline(Headline(result));
  return result;
}

}  // namespace wissel::rules
