#include "metrics/core/radar/radar.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "metrics/core/interval_fold.h"

namespace wissel::metrics {
namespace {

// Of a topic that no past week has seen, where past weeks know others of its queue.
constexpr UsualRate kNeverSeen = {0.005, 1.0};
// A topic that has not come for so long, and that past weeks do not know, is no longer watched.
constexpr Duration kTopicForgotten = Duration::Hours(24);
// Many quiet minutes at once (a late start) are passed over.
constexpr Duration kMostBehind = Duration::Hours(24);

Instant StartOfMinute(Instant t) {
  const int64_t bin = kRadarBin.millis();
  return Instant::FromMillis(t.millis() / bin * bin);
}

}  // namespace

Radar::Radar(RadarOptions options, QuarterOfWeek quarter_of)
    : options_(options), quarter_of_(std::move(quarter_of)) {}

void Radar::Begin(Instant from) { bin_start_ = StartOfMinute(from); }

void Radar::Fold(const Event& event, const Board& board) {
  if (event.at < bin_start_) return;
  CloseMinutes(event.at, board);
  if (const auto* entered = std::get_if<ItemEntered>(&event.body)) On(*entered, event.at);
  if (const auto* consult = std::get_if<ConsultStarted>(&event.body)) On(*consult, board);
}

void Radar::On(const ItemEntered& e, Instant at) {
  const std::optional<QueueId> meant_for = ArrivalAt(e, at);
  if (!meant_for) return;
  const auto count = [&](const SeriesKey& key) {
    Watched& watched = series_[key];
    ++watched.count;
    watched.last_arrival = at;
  };
  count({*meant_for, ""});
  if (e.topic.empty()) return;
  const SeriesKey key{*meant_for, e.topic};
  if (!series_.contains(key)) {
    if (topics_ >= options_.most_topics) return;
    ++topics_;
  }
  count(key);
}

// It has entered just before, at the same moment, and was counted.
void Radar::On(const ConsultStarted& e, const Board& board) {
  const LiveItem* item = board.FindItem(e.consult);
  const auto take_back = [&](const std::string& topic) {
    const auto found = series_.find({item->queue, topic});
    if (found != series_.end() && found->second.count > 0) --found->second.count;
  };
  take_back("");
  if (!item->topic.empty()) take_back(item->topic);
}

void Radar::Advance(Instant now, const Board& board) { CloseMinutes(now, board); }

void Radar::Interrupt(Instant now, const Board& board) {
  Attend(board);
  for (auto& [key, watched] : series_) {
    watched.watch.Interrupt();
    watched.count = 0;
  }
  bin_start_ = StartOfMinute(now);
  ++version_;
}

void Radar::SetProfiles(std::shared_ptr<const Profiles> profiles) {
  profiles_ = std::move(profiles);
  ++version_;
}

void Radar::CloseMinutes(Instant until, const Board& board) {
  if (until - bin_start_ > kMostBehind) return Interrupt(until, board);
  while (bin_start_ + kRadarBin <= until) CloseMinute(board);
}

void Radar::CloseMinute(const Board& board) {
  Attend(board);
  const std::string& zone = board.directory().center.time_zone;
  const int quarter = quarter_of_(bin_start_, zone);
  const int64_t of_quarter = Duration::Minutes(15).millis();
  const double into = static_cast<double>(bin_start_.millis() % of_quarter + 30'000) /
                      static_cast<double>(of_quarter);
  judged_ = learning_ = by_history_ = 0;
  for (auto& [key, watched] : series_) {
    if (!board.FindQueue(key.queue)->open) continue;
    const Usual usual = UsualOf(key, board, quarter, into);
    const Basis basis = watched.watch.Prepare(usual.rate, usual.excess_variance).basis;
    ++(basis == Basis::kLearning ? learning_ : judged_);
    by_history_ += basis == Basis::kHistory;
  }
  const double minutes = options_.days_per_false_alarm * 1440.0;
  const double threshold = 2 * static_cast<double>(std::max<size_t>(1, judged_)) * minutes;
  const Instant end = bin_start_ + kRadarBin;
  for (auto& [key, watched] : series_) {
    const bool stood = watched.watch.alarm().has_value();
    if (board.FindQueue(key.queue)->open) {
      watched.watch.Close(watched.count, threshold, end);
    } else {
      watched.watch.Interrupt();
    }
    watched.count = 0;
    if (stood || watched.watch.alarm()) ++version_;
  }
  bin_start_ = end;
}

void Radar::Attend(const Board& board) {
  std::erase_if(series_, [&](const auto& entry) {
    const auto& [key, watched] = entry;
    const QueueConfig* queue = board.directory().queues.Find(key.queue);
    if (queue == nullptr) return true;
    return !key.topic.empty() && bin_start_ - watched.last_arrival > kTopicForgotten &&
           !profiles_->contains({queue->name, key.topic});
  });
  board.directory().queues.ForEach([&](QueueId id, const QueueConfig&) {
    series_.try_emplace(SeriesKey{id, ""});
  });
  topics_ = series_.size() - board.directory().queues.size();
  for (const auto& [name, profile] : *profiles_) {
    if (name.second.empty() || topics_ >= options_.most_topics) continue;
    const auto queue = board.directory().queues.FindId(name.first);
    if (queue && series_.try_emplace(SeriesKey{*queue, name.second}).second) ++topics_;
  }
}

// Weeks that were counted without topics do not say that a topic is new.
bool Radar::KnowsTopics(Profiles::const_iterator of_queue, int quarter, double into) const {
  if (!of_queue->second.At(quarter, into)) return false;
  const std::string& name = of_queue->first.first;
  for (auto it = std::next(of_queue); it != profiles_->end() && it->first.first == name; ++it) {
    if (it->second.At(quarter, into)) return true;
  }
  return false;
}

Radar::Usual Radar::UsualOf(const SeriesKey& key, const Board& board, int quarter,
                            double into) const {
  const std::string& name = board.directory().queues.Get(key.queue).name;
  const auto of_queue = profiles_->find({name, ""});
  if (of_queue == profiles_->end()) return {};
  const auto found = profiles_->find({name, key.topic});
  if (found != profiles_->end()) {
    return {found->second.At(quarter, into), found->second.excess_variance()};
  }
  if (!KnowsTopics(of_queue, quarter, into)) return {};
  return {kNeverSeen, of_queue->second.excess_variance()};
}

std::vector<SeriesKey> Radar::Alarms() const {
  std::vector<std::pair<Instant, SeriesKey>> standing;
  for (const auto& [key, watched] : series_) {
    if (watched.watch.alarm()) standing.push_back({watched.watch.alarm()->named, key});
  }
  std::stable_sort(standing.begin(), standing.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<SeriesKey> keys;
  keys.reserve(standing.size());
  for (auto& [named, key] : standing) keys.push_back(std::move(key));
  return keys;
}

const SeriesWatch* Radar::Find(const SeriesKey& key) const {
  auto it = series_.find(key);
  return it == series_.end() ? nullptr : &it->second.watch;
}

}  // namespace wissel::metrics
