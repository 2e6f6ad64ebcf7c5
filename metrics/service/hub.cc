#include "metrics/service/hub.h"

#include <tuple>

#include "metrics/service/radar_to_proto.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::metrics {
namespace {

// An event that happened at the end of a minute may become durable just after it.
constexpr Duration kLateEvents = Duration::Seconds(2);

}  // namespace

Hub::Hub(const LiveOptions& options) : options_(options) {}

void Hub::SetBoard(LiveState state) {
  intervals_ = std::move(state.intervals);
  radar_.emplace(std::move(state.radar));
  fold_.emplace(std::move(state.board), options_.day_of);
  RefreshRadar();
}

void Hub::Fold(uint64_t sequence, const Event& event) {
  if (options_.prometheus != nullptr) options_.prometheus->Count(event, board());
  radar_->Fold(event, board());
  fold_->Fold(sequence, event);
  intervals_.Count(event, board());
  staffing_stale_ = true;
}

absl::StatusOr<std::optional<QueueId>> Hub::QueueMeant(const std::string& name) const {
  if (name.empty()) return std::nullopt;
  return FindByName<QueueId>(board().directory(), name, "itemsOfQueue");
}

void Hub::Add(uint64_t id, const v1::WatchLiveRequest& request, Stream stream, Instant now) {
  absl::StatusOr<std::optional<QueueId>> items_of = QueueMeant(request.items_of_queue());
  if (!items_of.ok()) return stream.Finish(std::move(items_of).status());
  if (request.resume_sequence() < 0) {
    return stream.Finish(RefuseField("resumeSequence", "a sequence is not negative",
                                     "the sequence of the last update, or 0"));
  }
  Watcher watcher{.stream = std::move(stream), .items_of = *items_of, .sent_at = now};
  const auto sequence = static_cast<uint64_t>(request.resume_sequence());
  if (auto version = board().VersionToResume(sequence)) {
    watcher.wants_snapshot = false;
    watcher.sent_version = *version;
  }
  Advance(now);
  Round round;
  Watcher& added = watchers_.insert_or_assign(id, std::move(watcher)).first->second;
  if (added.stream.writable()) SendTo(added, round, now);
}

absl::StatusOr<v1::LiveUpdate> Hub::Snapshot(const std::string& items_of_queue, Instant now) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<QueueId> items_of, QueueMeant(items_of_queue));
  Advance(now);
  return Build(0, true, items_of, true, now);
}

void Hub::FinishAll(const absl::Status& status) {
  for (auto& [id, watcher] : watchers_) watcher.stream.Finish(status);
  watchers_.clear();
}

std::vector<QueueId> Hub::AskStaffing() {
  staffing_stale_ = false;
  std::vector<QueueId> queues;
  board().directory().queues.ForEach([&](QueueId id, const QueueConfig&) { queues.push_back(id); });
  return queues;
}

void Hub::SetStaffing(const std::vector<QueueNow>& queues) {
  for (const QueueNow& now : queues) {
    fold_->SetStaffing(now.queue, now.staffing);
    fold_->SetWait(now.queue, now.wait);
    if (now.requirement) requirements_[now.queue] = *now.requirement;
  }
}

bool Hub::Send(Instant now) {
  Advance(now);
  if (options_.prometheus != nullptr) {
    options_.prometheus->Show(board());
    options_.prometheus->ShowAlarms(*radar_, board().directory());
  }
  bool behind = false;
  Round round;
  for (auto& [id, watcher] : watchers_) {
    if (watcher.stream.writable()) {
      SendTo(watcher, round, now);
    } else {
      behind |= watcher.sent_version < board().version() || watcher.sent_radar < radar_version_;
    }
  }
  return behind;
}

void Hub::SendTo(Watcher& watcher, Round& round, Instant now) {
  const uint64_t waiting_version = watcher.items_of ? board().WaitingVersion(*watcher.items_of) : 0;
  const bool items = watcher.items_of &&
                     (watcher.wants_snapshot || waiting_version != watcher.sent_waiting_version);
  const bool silent = now - watcher.sent_at >= options_.sign_of_life;
  const bool radar = watcher.wants_snapshot || watcher.sent_radar != radar_version_;
  if (!watcher.wants_snapshot && !silent && !radar && watcher.sent_version == board().version()) {
    return;
  }

  const auto key = std::make_tuple(watcher.sent_version, watcher.wants_snapshot,
                                   items ? *watcher.items_of : QueueId(), radar);
  Shared& update = round[key];
  if (update == nullptr) {
    update = std::make_shared<v1::LiveUpdate>(Build(watcher.sent_version, watcher.wants_snapshot,
                                                    items ? watcher.items_of : std::nullopt, radar,
                                                    now));
  }
  watcher.sent_version = board().version();
  watcher.sent_waiting_version = waiting_version;
  watcher.sent_radar = radar_version_;
  const bool nothing = !radar && update->queues().empty() && update->agents().empty() &&
                       update->removed().empty() && !update->has_waiting() &&
                       watcher.sent_actions == board().actions();
  if (nothing && !watcher.wants_snapshot && !silent) return;
  watcher.wants_snapshot = false;
  watcher.sent_at = now;
  watcher.sent_actions = board().actions();
  watcher.stream.Write(*update);
}

v1::LiveUpdate Hub::Build(uint64_t since, bool snapshot, std::optional<QueueId> items_of,
                          bool radar, Instant now) const {
  v1::LiveUpdate update;
  update.set_sequence(static_cast<int64_t>(board().sequence()));
  update.set_snapshot(snapshot);
  WriteTimestamp(now, update.mutable_now());
  update.set_last_audit_entry(static_cast<int64_t>(board().actions()));
  board().ForEachQueueSince(since,
                            [&](QueueId id) { WriteQueue(board(), id, update.add_queues()); });
  board().ForEachAgentSince(since, [&](AgentId id) {
    WriteAgent(board(), id, options_.agent_display_name, update.add_agents());
  });
  if (!snapshot) {
    const Directory& directory = board().directory();
    board().ForEachRemovedSince(since, [&](const std::string& name) {
      const bool back = FindByName<QueueId>(directory, name, "").ok() ||
                        FindByName<AgentId>(directory, name, "").ok();
      if (!back) update.add_removed(name);
    });
  }
  if (items_of) WriteWaiting(board(), *items_of, update.mutable_waiting());
  if (radar) *update.mutable_radar() = radar_shown_;
  return update;
}

// --- The radar and the history

void Hub::Advance(Instant now) {
  const uint64_t before = radar_->version();
  const Instant judged = radar_->judged_to();
  fold_->Advance(now);
  radar_->Advance(now - kLateEvents, board());
  if (radar_->version() != before || radar_->judged_to() != judged) RefreshRadar();
}

void Hub::RefreshRadar() {
  v1::Radar shown = RadarOf(*radar_, board(), requirements_);
  std::string bytes = shown.SerializeAsString();
  alarmed_.clear();
  for (const SeriesKey& key : radar_->Alarms()) alarmed_.insert(key.queue);
  std::erase_if(requirements_, [&](const auto& entry) { return !alarmed_.contains(entry.first); });
  if (bytes == radar_bytes_) return;
  radar_shown_ = std::move(shown);
  radar_bytes_ = std::move(bytes);
  ++radar_version_;
  staffing_stale_ = true;
}

void Hub::SetProfiles(std::shared_ptr<const Profiles> profiles) {
  radar_->SetProfiles(std::move(profiles));
}

IntervalBatch Hub::TakeIntervals(Instant now) {
  intervals_.SeeAlive(now);
  return intervals_.Take();
}

absl::StatusOr<v1::RadarSeries> Hub::SeriesOf(const v1::GetRadarSeriesRequest& request,
                                              Instant now) {
  Advance(now);
  WISSEL_ASSIGN_OR_RETURN(const QueueId queue,
                          FindByName<QueueId>(board().directory(), request.queue(), "queue"));
  const SeriesWatch* watch = radar_->Find({queue, request.topic()});
  if (watch == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "topic",
                  "no arrivals about this topic are being watched", "a topic that has come today");
  }
  v1::RadarSeries series;
  series.set_queue(request.queue());
  series.set_topic(request.topic());
  WriteSeries(*watch, radar_->judged_to(), &series);
  return series;
}

absl::StatusOr<std::string> Hub::QueueNamed(const std::string& name) {
  if (name.empty()) return std::string();
  const std::string prefix(Collection<QueueId>::kPrefix);
  if (name.rfind(prefix, 0) != 0) {
    return RefuseField("queue", "this is no name of a queue", "queues/{queue}");
  }
  return name.substr(prefix.size());
}

}  // namespace wissel::metrics
