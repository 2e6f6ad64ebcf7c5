// Watchers of the board and what each of them has been sent. Belongs to the live thread (live.cc),
// which calls everything here; only the streams themselves are touched by others.
//
// A watcher remembers the version of the board that it was sent last, nothing else: one who reads
// slowly is skipped until writable, and then gets one update with everything since. Watchers who
// stand at the same version share one message.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "metrics/core/day_fold.h"
#include "metrics/core/interval_fold.h"
#include "metrics/core/radar/radar.h"
#include "metrics/service/live.h"
#include "wissel/v1/live.pb.h"

namespace wissel::metrics {

// What the engine knows of a queue and the board does not.
struct QueueNow {
  QueueId queue;
  Staffing staffing;
  std::optional<WaitEstimate> wait;
  std::optional<Requirement> requirement;  // of a queue with an alarm
};

class Hub {
 public:
  using Stream = rpc::ServerStream<v1::LiveUpdate>;

  explicit Hub(const LiveOptions& options);

  // With what has been folded beside it.
  void SetBoard(LiveState state);
  bool has_board() const { return fold_.has_value(); }
  uint64_t sequence() const { return fold_->board().sequence(); }
  void Fold(uint64_t sequence, const Event& event);

  void Add(uint64_t watcher, const v1::WatchLiveRequest& request, Stream stream, Instant now);
  void Remove(uint64_t watcher) { watchers_.erase(watcher); }
  bool watched() const { return !watchers_.empty(); }
  absl::StatusOr<v1::LiveUpdate> Snapshot(const std::string& items_of_queue, Instant now);
  void FinishAll(const absl::Status& status);

  // --- The radar and the history
  const std::set<QueueId>& AlarmedQueues() const { return alarmed_; }
  void SetProfiles(std::shared_ptr<const Profiles> profiles);
  // What is said of the radar, proposals included, is made anew.
  void RefreshRadar();
  // What has been counted since the last time.
  IntervalBatch TakeIntervals(Instant now);
  const std::string& time_zone() const { return board().directory().center.time_zone; }
  absl::StatusOr<v1::RadarSeries> SeriesOf(const v1::GetRadarSeriesRequest& request, Instant now);
  // "tax" of "queues/tax", which may be gone; empty of empty.
  static absl::StatusOr<std::string> QueueNamed(const std::string& name);

  // What has happened since staffing was last asked for may have changed it.
  bool staffing_stale() const { return staffing_stale_; }
  std::vector<QueueId> AskStaffing();
  void SetStaffing(const std::vector<QueueNow>& queues);

  // Sends what is due, to whoever is writable. True while somebody is still behind.
  bool Send(Instant now);

 private:
  struct Watcher {
    Stream stream;
    std::optional<QueueId> items_of;
    bool wants_snapshot = true;
    uint64_t sent_version = 0;
    std::optional<uint64_t> sent_waiting_version;  // none: not sent yet
    uint64_t sent_actions = 0;
    uint64_t sent_radar = 0;
    Instant sent_at;
  };
  using Shared = std::shared_ptr<const v1::LiveUpdate>;
  // Messages of one round: by version from which, snapshot or not, queue of the items, and with
  // the radar or not.
  using Round = std::map<std::tuple<uint64_t, bool, QueueId, bool>, Shared>;

  absl::StatusOr<std::optional<QueueId>> QueueMeant(const std::string& name) const;
  void SendTo(Watcher& watcher, Round& round, Instant now);
  v1::LiveUpdate Build(uint64_t since, bool snapshot, std::optional<QueueId> items_of, bool radar,
                       Instant now) const;
  void Advance(Instant now);
  const Board& board() const { return fold_->board(); }

  const LiveOptions& options_;
  std::optional<DayFold> fold_;
  std::optional<Radar> radar_;
  IntervalFold intervals_;
  std::set<QueueId> alarmed_;
  // As far as it has been asked for, for proposals.
  std::map<QueueId, Requirement> requirements_;
  v1::Radar radar_shown_;
  std::string radar_bytes_;
  uint64_t radar_version_ = 1;
  std::map<uint64_t, Watcher> watchers_;
  bool staffing_stale_ = true;
};

}  // namespace wissel::metrics
