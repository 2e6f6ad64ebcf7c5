#include "metrics/service/live.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <utility>
#include <vector>

#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "metrics/service/hub.h"
#include "metrics/service/radar_to_proto.h"
#include "router/service/convert_basics.h"

namespace wissel::metrics {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kCallsAtOnce = 10'000;
// Of the shard and of streams that end: these are never turned away.
constexpr size_t kAlways = SIZE_MAX / 2;
constexpr size_t kQueuesARead = 100;
// Without changes: often enough for promises that pass and for signs of life.
constexpr Duration kIdleRound = Duration::Millis(500);
// The live thread sends for at most half of its time, and at least once in this.
constexpr auto kLongestPause = std::chrono::milliseconds(1'000);
constexpr Duration kHistoryEvery = Duration::Seconds(5);
constexpr Duration kProfilesEvery = Duration::Hours(6);
constexpr Duration kLongestList = Duration::Days(31);

const rpc::Roles kMayLook = {rpc::Role::kManager, rpc::Role::kPlanner, rpc::Role::kAdmin,
                             rpc::Role::kIntegration};

absl::Status Stopping() { return absl::UnavailableError("the live view is stopping"); }
absl::Status Busy() {
  return absl::ResourceExhaustedError("the live view is busy; try again in a second");
}

}  // namespace

// Shared with the callbacks that may outlive the service: they find the inbox closed.
class Live::Parts : public std::enable_shared_from_this<Live::Parts> {
 public:
  Parts(Shard& shard, LiveOptions options)
      : shard_(shard), options_(std::move(options)), hub_(options_), inbox_(kCallsAtOnce) {}

  void Observe() {
    shard_.AddObserver([self = weak_from_this()](const CommittedBatch& batch, const Engine&) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      parts->Post([parts = parts.get(), first = batch.first_sequence,
                   events = std::vector<Event>(batch.events.begin(), batch.events.end())] {
        parts->OnBatch(first, events);
      });
    });
  }

  void Start(std::optional<LiveState> state) {
    if (state) Begin(*std::move(state));
    if (!hub_.has_board()) {
      // Later batches come into the inbox after the board.
      shard_.Read([self = shared_from_this()](const Engine& engine) {
        auto made = std::make_shared<LiveState>(
            LiveState{Board(engine, self->shard_.last_sequence()), IntervalFold(),
                      Radar(self->options_.radar, self->options_.quarter_of)});
        made->intervals.Begin(made->board);
        made->radar.Begin(engine.now());
        self->Post([parts = self.get(), made] { parts->Begin(std::move(*made)); });
      });
    }
    thread_ = std::make_unique<Thread>("live", [this] { Run(); });
  }

  void Stop() {
    inbox_.Close();
    if (thread_ != nullptr) thread_->Join();
  }

  void Watch(const v1::WatchLiveRequest& request, Hub::Stream stream) {
    const uint64_t id = next_watcher_.fetch_add(1);
    Task add = [this, id, request, stream] {
      if (!hub_.has_board()) return stream.Finish(absl::UnavailableError("the live view starts"));
      hub_.Add(id, request, stream, shard_.now());
    };
    const PushResult pushed = inbox_.Push(add);
    if (pushed != PushResult::kPushed) {
      return stream.Finish(pushed == PushResult::kFull ? Busy() : Stopping());
    }
    stream.SetCallbacks([] {},  // whoever is behind is looked at in every round
                        [self = weak_from_this(), id] {
                          auto parts = self.lock();
                          if (parts == nullptr) return;
                          parts->Post([parts = parts.get(), id] { parts->hub_.Remove(id); });
                        });
  }

  void Get(const v1::GetLiveRequest& request, rpc::Reply<v1::LiveUpdate> reply) {
    Task get = [this, request, reply] { asked_.push_back({request, reply}); };
    const PushResult pushed = inbox_.Push(get);
    if (pushed != PushResult::kPushed) reply(pushed == PushResult::kFull ? Busy() : Stopping());
  }

  void GetSeries(const v1::GetRadarSeriesRequest& request, rpc::Reply<v1::RadarSeries> reply) {
    Task get = [this, request, reply] {
      if (!hub_.has_board()) return reply(absl::UnavailableError("the live view starts"));
      reply(hub_.SeriesOf(request, shard_.now()));
    };
    const PushResult pushed = inbox_.Push(get);
    if (pushed != PushResult::kPushed) reply(pushed == PushResult::kFull ? Busy() : Stopping());
  }

  void ListIntervals(const v1::ListIntervalsRequest& request,
                     rpc::Reply<v1::ListIntervalsResponse> reply) {
    const auto queue = Hub::QueueNamed(request.queue());
    if (!queue.ok()) return reply(queue.status());
    if (!request.has_start_time()) {
      return reply(RefuseField("startTime", "it is not said from when", "a moment"));
    }
    const auto from = ReadTimestamp(request.start_time(), "startTime");
    if (!from.ok()) return reply(from.status());
    const auto to = ReadTimestamp(request.end_time(), "endTime");
    if (!to.ok()) return reply(to.status());
    if (*to <= *from || *to - *from > kLongestList) {
      return reply(RefuseField("endTime", "this is no stretch of time that can be listed",
                               "after startTime, by at most 31 days"));
    }
    if (options_.history == nullptr) {
      return reply(absl::UnavailableError("no history is kept here"));
    }
    options_.history->Read(*queue, *from, *to,
                           [reply](absl::StatusOr<std::vector<HistoryRow>> rows) {
                             if (!rows.ok())
                               return reply(absl::UnavailableError("the history cannot be read"));
                             v1::ListIntervalsResponse response;
                             for (const HistoryRow& row : *rows)
                               WriteInterval(row, response.add_intervals());
                             reply(std::move(response));
                           });
  }

  void Settle() {
    // Once for what is in the inbox, then for the answers of the shard that it led to.
    for (int round = 0; round < 3; ++round) {
      std::promise<void> done;
      Task settle = [&] { settled_.push_back(&done); };
      if (inbox_.Push(settle, kAlways) != PushResult::kPushed) return;
      done.get_future().wait();
    }
  }

 private:
  using Task = std::function<void()>;
  struct Asked {
    v1::GetLiveRequest request;
    rpc::Reply<v1::LiveUpdate> reply;
  };

  void Post(Task task) { inbox_.Push(task, kAlways); }

  void Begin(LiveState state) {
    HistoryStore* history = options_.history;
    const uint64_t after = state.intervals.after();
    if (history != nullptr && history->sequence() != after) {
      Log(LogLevel::kWarning, "some of the journal is not in the history",
          {{"history_to", history->sequence()}, {"counted_from", after}});
      const absl::Status status = history->BeginAfter(after);
      if (!status.ok()) Log(LogLevel::kWarning, "the history cannot be written");
    }
    hub_.SetBoard(std::move(state));
  }

  void OnBatch(uint64_t first, const std::vector<Event>& events) {
    if (options_.prometheus != nullptr) options_.prometheus->ObserveBatchEvents(events.size());
    if (!hub_.has_board()) return;  // included in the board that is to come
    for (size_t i = 0; i < events.size(); ++i) {
      if (first + i > hub_.sequence()) hub_.Fold(first + i, events[i]);
    }
    changed_ = true;
  }

  void Run() {
    std::vector<Task> tasks;
    std::optional<Steady::time_point> wake;
    while (inbox_.Drain(tasks, wake)) {
      for (Task& task : tasks) task();
      tasks.clear();
      wake = Step();
    }
    if (hub_.has_board()) WriteHistory(shard_.now());
    for (Asked& asked : asked_) asked.reply(Stopping());
    hub_.FinishAll(Stopping());
  }

  // Sends what is due; when to do so again if nothing comes in.
  std::optional<Steady::time_point> Step() {
    std::optional<Steady::time_point> wake;
    if (hub_.has_board()) {
      const Instant now = shard_.now();
      RefreshStaffing(now);
      AnswerAsked(now);
      KeepHistory(now);
      wake = SendRound(now);
    }
    for (std::promise<void>* settled : std::exchange(settled_, {})) settled->set_value();
    return wake;
  }

  void KeepHistory(Instant now) {
    if (options_.history == nullptr) return;
    if (!written_at_ || now - *written_at_ >= kHistoryEvery) WriteHistory(now);
    if (profiles_at_ && now - *profiles_at_ < kProfilesEvery) return;
    profiles_at_ = now;
    options_.history->ReadProfiles(
        now, options_.quarter_of, hub_.time_zone(),
        [self = weak_from_this()](absl::StatusOr<Profiles> read) {
          auto parts = self.lock();
          if (parts == nullptr || !read.ok()) return;
          auto profiles = std::make_shared<const Profiles>(*std::move(read));
          parts->Post([parts = parts.get(), profiles] { parts->hub_.SetProfiles(profiles); });
        });
  }

  void WriteHistory(Instant now) {
    if (options_.history == nullptr) return;
    written_at_ = now;
    options_.history->Write(hub_.TakeIntervals(now));
  }

  // The engine knows who could serve a queue; it is asked on the sequencer, seldom and in portions.
  void RefreshStaffing(Instant now) {
    if (staffing_asked_ || !hub_.staffing_stale()) return;
    if (!hub_.watched() && asked_.empty()) return;
    if (staffing_at_ && now - *staffing_at_ < options_.staffing_every) return;
    staffing_at_ = now;
    AskStaffing(hub_.AskStaffing(), 0, hub_.AlarmedQueues());
  }

  void AskStaffing(std::vector<QueueId> queues, size_t from, std::set<QueueId> alarmed) {
    const size_t to = std::min(queues.size(), from + kQueuesARead);
    // Turned away, it is asked again after the usual while.
    staffing_asked_ = shard_.Read([self = shared_from_this(), queues = std::move(queues), from,
                                   alarmed = std::move(alarmed), to](const Engine& engine) mutable {
      std::vector<QueueNow> staffing;
      for (size_t i = from; i < to; ++i) {
        const QueueConfig* config = engine.directory().queues.Find(queues[i]);
        if (config == nullptr) continue;
        staffing.push_back({queues[i], engine.StaffingOf(queues[i]), std::nullopt, std::nullopt});
        if (alarmed.contains(queues[i])) {
          staffing.back().requirement = *engine.FindRequirement(config->requirement);
        }
        const Waits* waits = self->options_.waits;
        if (waits != nullptr) staffing.back().wait = waits->In(engine).OfNewcomer(queues[i]).wait;
      }
      self->Post([parts = self.get(), staffing = std::move(staffing), queues = std::move(queues),
                  alarmed = std::move(alarmed), to]() mutable {
        parts->hub_.SetStaffing(staffing);
        parts->changed_ = true;
        if (to < queues.size()) {
          return parts->AskStaffing(std::move(queues), to, std::move(alarmed));
        }
        parts->hub_.RefreshRadar();
        parts->staffing_asked_ = false;
      });
    });
  }

  void AnswerAsked(Instant now) {
    if (staffing_asked_) return;
    for (Asked& asked : std::exchange(asked_, {})) {
      asked.reply(hub_.Snapshot(asked.request.items_of_queue(), now));
    }
  }

  Steady::time_point SendRound(Instant now) {
    const Duration pause = std::max(options_.tick, pause_);
    if (!sent_at_ || now - *sent_at_ >= pause) {
      const auto began = Steady::now();
      changed_ = hub_.Send(now);
      sent_at_ = now;
      const auto taken = std::min<Steady::duration>(Steady::now() - began, kLongestPause);
      pause_ = Duration::Millis(
          std::chrono::duration_cast<std::chrono::milliseconds>(taken).count() * 2);
    }
    const Duration next = *sent_at_ + (changed_ ? pause : kIdleRound) - now;
    return Steady::now() + std::chrono::milliseconds(next.millis());
  }

  Shard& shard_;
  const LiveOptions options_;
  Hub hub_;
  Inbox<Task> inbox_;
  std::atomic<uint64_t> next_watcher_ = 1;
  // Of the live thread.
  std::vector<Asked> asked_;
  std::vector<std::promise<void>*> settled_;
  std::optional<Instant> staffing_at_;
  std::optional<Instant> sent_at_;
  std::optional<Instant> written_at_;
  std::optional<Instant> profiles_at_;
  Duration pause_;
  bool staffing_asked_ = false;
  bool changed_ = false;
  std::unique_ptr<Thread> thread_;
};

Live::Live(Shard& shard, LiveOptions options)
    : parts_(std::make_shared<Parts>(shard, std::move(options))) {
  parts_->Observe();
}
Live::~Live() { parts_->Stop(); }

void Live::Register(rpc::MethodTable& table) {
  table.Unary<v1::GetLiveRequest, v1::LiveUpdate>(
      "wissel.v1.LiveService.GetLive", rpc::Access::Of(kMayLook),
      [parts = parts_](const rpc::Context&, const v1::GetLiveRequest& request,
                       rpc::Reply<v1::LiveUpdate> reply) { parts->Get(request, reply); });
  table.ServerStreaming<v1::WatchLiveRequest, v1::LiveUpdate>(
      "wissel.v1.LiveService.WatchLive", rpc::Access::Of(kMayLook),
      [parts = parts_](const rpc::Context&, const v1::WatchLiveRequest& request,
                       Hub::Stream stream) { parts->Watch(request, std::move(stream)); });
  table.Unary<v1::GetRadarSeriesRequest, v1::RadarSeries>(
      "wissel.v1.LiveService.GetRadarSeries", rpc::Access::Of(kMayLook),
      [parts = parts_](const rpc::Context&, const v1::GetRadarSeriesRequest& request,
                       rpc::Reply<v1::RadarSeries> reply) { parts->GetSeries(request, reply); });
  table.Unary<v1::ListIntervalsRequest, v1::ListIntervalsResponse>(
      "wissel.v1.LiveService.ListIntervals", rpc::Access::Of(kMayLook),
      [parts = parts_](const rpc::Context&, const v1::ListIntervalsRequest& request,
                       rpc::Reply<v1::ListIntervalsResponse> reply) {
        parts->ListIntervals(request, reply);
      });
}

void Live::Start(std::optional<LiveState> state) { parts_->Start(std::move(state)); }
void Live::Stop() { parts_->Stop(); }
void Live::Settle() { parts_->Settle(); }

}  // namespace wissel::metrics
