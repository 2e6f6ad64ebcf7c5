#include "metrics/service/prometheus.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <variant>
#include <vector>

namespace wissel::metrics {
namespace {

namespace prom = ::prometheus;

const prom::Histogram::BucketBoundaries kWaitSeconds = {1,   5,   10,   20,   30,    60,   120,
                                                        300, 600, 1800, 3600, 14400, 86400};
const prom::Histogram::BucketBoundaries kWorkSeconds = {
    1e-6,   2.5e-6, 5e-6, 1e-5,   2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3,
    2.5e-3, 5e-3,   1e-2, 2.5e-2, 5e-2,   0.1,  0.25, 0.5,    1};
const prom::Histogram::BucketBoundaries kBatchEvents = {1,   2,   5,    10,   25,   50,
                                                        100, 250, 1000, 5000, 25000};

const prom::Histogram::BucketBoundaries kBatchBytes = {256,   1024,   4096,   16384,
                                                       65536, 262144, 1048576};

const char* OutcomeOf(const EventBody& body) {
  return std::visit(Overloaded{[](const OfferMade&) { return "made"; },
                               [](const OfferAccepted&) { return "accepted"; },
                               [](const OfferDeclined&) { return "declined"; },
                               [](const OfferMissed&) { return "missed"; },
                               [](const OfferRevoked&) { return "revoked"; },
                               [](const OfferCancelled&) { return "cancelled"; },
                               [](const auto&) { return static_cast<const char*>(nullptr); }},
                    body);
}

const char* NameOf(PromiseOutcome outcome) {
  switch (outcome) {
    case PromiseOutcome::kKept:
      return "kept";
    case PromiseOutcome::kBroken:
      return "broken";
    case PromiseOutcome::kLeft:
      return "left";
  }
  return "unknown";
}

const char* NameOf(Presence presence) {
  switch (presence) {
    case Presence::kOffline:
      return "offline";
    case Presence::kAvailable:
      return "available";
    case Presence::kAway:
      return "away";
  }
  return "unknown";
}

}  // namespace

class Prometheus::Figures {
 public:
  explicit Figures(const std::string& version)
      : entered(Counters("wissel_items_entered_total", "Work items that entered.")),
        answered(Counters("wissel_items_answered_total", "Work items accepted by an agent.")),
        abandoned(Counters("wissel_items_abandoned_total",
                           "Work items whose customer left before an answer.")),
        cancelled(Counters("wissel_items_cancelled_total", "Work items withdrawn.")),
        completed(Counters("wissel_items_completed_total", "Work items completed.")),
        transferred(Counters("wissel_items_transferred_total",
                             "Work items handed on, by the queue that they left.")),
        offers(Counters("wissel_offers_total",
                        "Offers of work to agents, by what became of them; made counts all.")),
        promises(Counters("wissel_promises_total",
                          "Waits told to customers that have ended: kept within P80, broken, or "
                          "left by the customer before that time.")),
        due(Counters("wissel_answers_due_total",
                     "Work items that count in the service level: answered, or abandoned after "
                     "longer than a short abandonment.")),
        in_time(Counters("wissel_answers_in_time_total",
                         "Work items answered within what their queue's objective says.")),
        requests(Counters("wissel_requests_total",
                          "Unary calls of all doors that were admitted, by the code of their "
                          "answer.")),
        wait(prom::BuildHistogram()
                 .Name("wissel_wait_seconds")
                 .Help("Wait of the answered until their answer.")
                 .Register(registry)),
        waiting(Gauges("wissel_waiting_items", "Work items that wait or are being offered.")),
        agents(Gauges("wissel_agents", "Agents by presence.")),
        alarms(Gauges("wissel_radar_alarms",
                      "Standing alarms of the radar: arrivals above (up) or below (down) what is "
                      "expected.")),
        decision(Histogram("wissel_decision_seconds", "Time to decide one command.", kWorkSeconds)),
        commit(Histogram("wissel_journal_commit_seconds",
                         "Time to make one batch of events durable.", kWorkSeconds)),
        publish(Histogram("wissel_publish_seconds",
                          "Time to publish one durable batch: answers and observers.",
                          kWorkSeconds)),
        batch_events(
            Histogram("wissel_journal_batch_events", "Events in one durable batch.", kBatchEvents)),
        batch_bytes(
            Histogram("wissel_journal_batch_bytes", "Size of one durable batch.", kBatchBytes)),
        inbox(Gauges("wissel_inbox_depth", "Commands that wait for the sequencer.").Add({})),
        writable(Gauges("wissel_journal_writable",
                        "1: the journal takes what is written; 0: new work is refused.")
                     .Add({})),
        journal_sequence(
            Gauges("wissel_journal_sequence", "Sequence of the last durable event.").Add({})),
        board_sequence(Gauges("wissel_board_sequence",
                              "Sequence of the last event that the live view has counted.")
                           .Add({})) {
    for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
      answers.push_back(
          &requests.Add({{"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}}));
    }
    Gauges("wissel_build_info", "Always 1; the label says which build this is.")
        .Add({{"version", version}})
        .Set(1);
  }

  struct OfQueue {
    std::string label;
    prom::Counter* answered = nullptr;
    prom::Counter* abandoned = nullptr;
    prom::Counter* cancelled = nullptr;
    prom::Counter* completed = nullptr;
    prom::Counter* transferred = nullptr;
    prom::Counter* due = nullptr;
    prom::Counter* in_time = nullptr;
    prom::Histogram* wait = nullptr;
    prom::Gauge* waiting = nullptr;
    int64_t waiting_shown = 0;
  };

  // One set of figures a queue, or the one of all further queues.
  OfQueue& Of(QueueId id, const Directory& directory) {
    if (id.value() >= queues_.size()) queues_.resize(id.value() + 1);
    std::unique_ptr<OfQueue>& of = queues_[id.value()];
    if (of != nullptr) return *of;
    of = std::make_unique<OfQueue>();
    const QueueConfig* config = directory.queues.Find(id);
    const bool named = config != nullptr && named_ < kQueuesNamed;
    if (named) ++named_;
    of->label = named ? config->name : "other";
    const prom::Labels labels = {{"queue", of->label}};
    of->answered = &answered.Add(labels);
    of->abandoned = &abandoned.Add(labels);
    of->cancelled = &cancelled.Add(labels);
    of->completed = &completed.Add(labels);
    of->transferred = &transferred.Add(labels);
    of->due = &due.Add(labels);
    of->in_time = &in_time.Add(labels);
    of->wait = &wait.Add(labels, kWaitSeconds);
    of->waiting = &waiting.Add(labels);
    return *of;
  }

  prom::Registry registry;
  prom::Family<prom::Counter>& entered;
  prom::Family<prom::Counter>& answered;
  prom::Family<prom::Counter>& abandoned;
  prom::Family<prom::Counter>& cancelled;
  prom::Family<prom::Counter>& completed;
  prom::Family<prom::Counter>& transferred;
  prom::Family<prom::Counter>& offers;
  prom::Family<prom::Counter>& promises;
  prom::Family<prom::Counter>& due;
  prom::Family<prom::Counter>& in_time;
  prom::Family<prom::Counter>& requests;
  prom::Family<prom::Histogram>& wait;
  prom::Family<prom::Gauge>& waiting;
  prom::Family<prom::Gauge>& agents;
  prom::Family<prom::Gauge>& alarms;
  prom::Histogram& decision;
  prom::Histogram& commit;
  prom::Histogram& publish;
  prom::Histogram& batch_events;
  prom::Histogram& batch_bytes;
  prom::Gauge& inbox;
  prom::Gauge& writable;
  prom::Gauge& journal_sequence;
  prom::Gauge& board_sequence;
  std::vector<prom::Counter*> answers;  // by code
  uint64_t shown_version = 0;
  uint64_t shown_radar = 0;
  std::vector<prom::Gauge*> alarms_shown;  // those that are not 0

 private:
  prom::Family<prom::Counter>& Counters(const char* name, const char* help) {
    return prom::BuildCounter().Name(name).Help(help).Register(registry);
  }
  prom::Family<prom::Gauge>& Gauges(const char* name, const char* help) {
    return prom::BuildGauge().Name(name).Help(help).Register(registry);
  }
  prom::Histogram& Histogram(const char* name, const char* help,
                             const prom::Histogram::BucketBoundaries& buckets) {
    return prom::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
  }

  std::vector<std::unique_ptr<OfQueue>> queues_;  // by id
  size_t named_ = 0;
};

Prometheus::Prometheus(const std::string& version) : figures_(std::make_unique<Figures>(version)) {}
Prometheus::~Prometheus() = default;

void Prometheus::Count(const Event& event, const Board& before) {
  Figures& f = *figures_;
  auto of_item = [&](ItemId id) -> Figures::OfQueue& {
    return f.Of(before.FindItem(id)->queue, before.directory());
  };
  if (const char* outcome = OutcomeOf(event.body)) {
    const ItemId item = std::visit(
        [](const auto& body) {
          if constexpr (requires { body.offer; }) return body.item;
          return ItemId();
        },
        event.body);
    f.offers.Add({{"queue", of_item(item).label}, {"outcome", outcome}}).Increment();
  }
  const auto judge = [&](ItemId id, bool answered) {
    const std::optional<Promise>& promise = before.FindItem(id)->promise;
    if (!promise) return;
    const PromiseOutcome outcome = OutcomeOf(promise->wait.p80, event.at - promise->at, answered);
    f.promises.Add({{"queue", of_item(id).label}, {"outcome", NameOf(outcome)}}).Increment();
  };
  const auto answered = [&](ItemId id) {
    const auto* item = before.FindItem(id);
    const Duration wait = event.at - item->wait_from;
    Figures::OfQueue& of = of_item(id);
    of.answered->Increment();
    of.wait->Observe(wait.seconds());
    of.due->Increment();
    if (wait <= before.directory().queues.Find(item->queue)->answer_within) of.in_time->Increment();
    judge(id, true);
  };
  std::visit(
      Overloaded{
          [&](const ItemEntered& e) {
            const std::string& queue = f.Of(e.queue, before.directory()).label;
            f.entered.Add({{"queue", queue}, {"channel", wissel::NameOf(e.channel)}}).Increment();
          },
          [&](const OfferAccepted& e) { answered(e.item); },
          [&](const ItemAbandoned& e) {
            const auto* item = before.FindItem(e.item);
            const Duration short_abandon =
                before.directory().queues.Find(item->queue)->short_abandon;
            if (event.at - item->wait_from > short_abandon) of_item(e.item).due->Increment();
            of_item(e.item).abandoned->Increment();
            judge(e.item, false);
          },
          [&](const ItemAssigned& e) { answered(e.item); },
          [&](const ItemCancelled& e) { of_item(e.item).cancelled->Increment(); },
          [&](const ItemCompleted& e) { of_item(e.item).completed->Increment(); },
          [&](const ItemTransferred& e) { of_item(e.item).transferred->Increment(); },
          [](const auto&) {}},
      event.body);
}

void Prometheus::Show(const Board& board) {
  Figures& f = *figures_;
  f.board_sequence.Set(static_cast<double>(board.sequence()));
  if (f.shown_version == board.version()) return;
  board.ForEachQueueSince(f.shown_version, [&](QueueId id) {
    Figures::OfQueue& of = f.Of(id, board.directory());
    // By difference, for several queues may share the label "other".
    const int64_t waiting = board.FindQueue(id)->waiting;
    of.waiting->Increment(static_cast<double>(waiting - of.waiting_shown));
    of.waiting_shown = waiting;
  });
  for (Presence presence : {Presence::kOffline, Presence::kAvailable, Presence::kAway}) {
    f.agents.Add({{"presence", NameOf(presence)}})
        .Set(static_cast<double>(board.AgentsIn(presence)));
  }
  f.shown_version = board.version();
}

void Prometheus::ShowAlarms(const Radar& radar, const Directory& directory) {
  Figures& f = *figures_;
  if (f.shown_radar == radar.version()) return;
  f.shown_radar = radar.version();
  for (prom::Gauge* gauge : std::exchange(f.alarms_shown, {})) gauge->Set(0);
  for (const SeriesKey& key : radar.Alarms()) {
    const bool up = radar.Find(key)->alarm()->direction == Direction::kUp;
    prom::Gauge& gauge = f.alarms.Add(
        {{"queue", f.Of(key.queue, directory).label}, {"direction", up ? "up" : "down"}});
    gauge.Increment();
    f.alarms_shown.push_back(&gauge);
  }
}

void Prometheus::ObserveDecision(double seconds) { figures_->decision.Observe(seconds); }
void Prometheus::ObserveCommit(double seconds) { figures_->commit.Observe(seconds); }
void Prometheus::ObservePublish(double seconds) { figures_->publish.Observe(seconds); }
void Prometheus::ObserveBatchEvents(size_t events) {
  figures_->batch_events.Observe(static_cast<double>(events));
}
void Prometheus::ObserveBatchBytes(size_t bytes) {
  figures_->batch_bytes.Observe(static_cast<double>(bytes));
}
void Prometheus::SetInboxDepth(size_t commands) {
  figures_->inbox.Set(static_cast<double>(commands));
}

void Prometheus::ShowJournal(bool writable, uint64_t last_sequence) {
  figures_->writable.Set(writable ? 1 : 0);
  figures_->journal_sequence.Set(static_cast<double>(last_sequence));
}

void Prometheus::CountAnswer(absl::StatusCode code) {
  const size_t i = static_cast<size_t>(code);
  if (i < figures_->answers.size()) figures_->answers[i]->Increment();
}

std::string Prometheus::Text() const {
  return prom::TextSerializer().Serialize(figures_->registry.Collect());
}

}  // namespace wissel::metrics
