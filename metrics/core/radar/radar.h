// The radar: arrivals of every queue and of every topic in a queue, minute by minute, against what
// is expected of them; and an alarm where they have left it, on the way up or down.
//
// An arrival is a contact that comes in (ItemEntered), counted for the queue that it was meant for;
// appointments, callbacks that are due, outbound items and consults are the center's own doing and
// are not.
//
// The promise: over all series and both directions together at most one false alarm in
// `days_per_false_alarm` days on average. With S series judged in a minute, each test's threshold
// is A = 2 S x the minutes of so many days; a test that starts anew after each alarm has a mean
// time of at least A minutes between false ones (sequential_test.h), so the sum of their rates is
// at most 2 S / A. What it rests on is said there, and measured in docs/RADAR.md.
//
// Pure: a fold over events and the passing of time. Not thread-safe; can be copied.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "metrics/core/board.h"
#include "metrics/core/radar/series_watch.h"
#include "metrics/core/radar/week_profile.h"
#include "router/core/event.h"

namespace wissel::metrics {

struct RadarOptions {
  int days_per_false_alarm = 7;
  // Topics come from outside: of more than so many only the queue's sum is watched.
  size_t most_topics = 1'000;
};

// A queue, or what of its arrivals is about one topic.
struct SeriesKey {
  QueueId queue;
  std::string topic;  // empty: all of the queue's

  auto operator<=>(const SeriesKey&) const = default;
};

// What past weeks say, by name of the queue ("tax") and topic.
using Profiles = std::map<std::pair<std::string, std::string>, WeekProfile>;

// Where in the local week an instant lies: the quarter (0 = Monday 00:00) in the time zone.
using QuarterOfWeek = std::function<int(Instant t, const std::string& time_zone)>;

class Radar {
 public:
  Radar(RadarOptions options, QuarterOfWeek quarter_of);

  // Watches from here on; what came before is not counted. Before the first event.
  void Begin(Instant from);
  // `board` as it was before the event.
  void Fold(const Event& event, const Board& board);
  // Minutes that are over are judged.
  void Advance(Instant now, const Board& board);
  // Nobody was watching until `now`: what stood is forgotten, and levels begin again.
  void Interrupt(Instant now, const Board& board);
  void SetProfiles(std::shared_ptr<const Profiles> profiles);

  // Standing alarms, the latest first.
  std::vector<SeriesKey> Alarms() const;
  const SeriesWatch* Find(const SeriesKey& key) const;

  // Rises when an alarm begins or ends, and with every minute while one stands.
  uint64_t version() const { return version_; }
  // Where the last judged minute ended.
  Instant judged_to() const { return bin_start_; }
  // Compared with what is expected of them; and those of which that is still being learned.
  size_t judged() const { return judged_; }
  size_t learning() const { return learning_; }
  // Of the judged: those for which past weeks say what is expected.
  size_t by_history() const { return by_history_; }
  int days_per_false_alarm() const { return options_.days_per_false_alarm; }

 private:
  struct Watched {
    SeriesWatch watch;
    int64_t count = 0;  // of the minute under way
    Instant last_arrival;
  };
  struct Usual {
    std::optional<UsualRate> rate;
    double excess_variance = 0;
  };

  void On(const ItemEntered& e, Instant at);
  void On(const ConsultStarted& e, const Board& board);
  void CloseMinutes(Instant until, const Board& board);
  void CloseMinute(const Board& board);
  // Series of queues that are there, and of topics that past weeks know.
  void Attend(const Board& board);
  // Whether past weeks know topics of the queue at this time of the week.
  bool KnowsTopics(Profiles::const_iterator of_queue, int quarter, double into) const;
  Usual UsualOf(const SeriesKey& key, const Board& board, int quarter, double into) const;

  RadarOptions options_;
  QuarterOfWeek quarter_of_;
  std::shared_ptr<const Profiles> profiles_ = std::make_shared<Profiles>();
  std::map<SeriesKey, Watched> series_;
  Instant bin_start_;
  size_t topics_ = 0;
  size_t judged_ = 0;
  size_t learning_ = 0;
  size_t by_history_ = 0;
  uint64_t version_ = 1;
};

}  // namespace wissel::metrics
