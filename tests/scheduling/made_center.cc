#include "tests/scheduling/made_center.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "absl/time/civil_time.h"
#include "base/invariant.h"
#include "fmt/format.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::scheduling {
namespace {

using schedule::Contract;
using schedule::ProblemFile;

constexpr int kGridMin = 15;
constexpr int kOpensAt = 7 * 60;
constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
// How busy a weekday is beside a Monday, and until when it is open.
constexpr double kBusy[] = {1, 0.9, 0.85, 0.85, 0.8, 0.35, 0.2};
constexpr int kClosesAt[] = {21, 21, 21, 21, 20, 17, 15};

class Maker {
 public:
  explicit Maker(const MadeCenter& center) : center_(center), dice_(center.seed) {}

  std::string Make() {
    file_.set_name("made");
    file_.set_start("2026-11-30");
    file_.set_weeks(center_.weeks);
    file_.set_interval_minutes(kGridMin);
    for (int q = 0; q < center_.queues; ++q) {
      auto& queue = *file_.add_queues();
      queue.set_name(fmt::format("queue-{}", q + 1));
      queue.set_under_price(10 + 2 * (q % 3));
      queue.set_over_price(1);
    }
    AddKind("full", "07:00", "12:30", 510,
            {{"coffee", 90, 150, 15, true},
             {"lunch", 210, 285, 30, false},
             {"tea", 360, 435, 15, true}});
    AddKind("long", "07:00", "11:30", 570,
            {{"coffee", 90, 150, 15, true},
             {"lunch", 210, 285, 30, false},
             {"tea", 375, 465, 15, true}});
    AddKind("six", "07:00", "14:30", 390,
            {{"lunch", 165, 225, 30, false}, {"tea", 270, 345, 15, true}});
    AddKind("four", "07:00", "17:00", 240, {{"coffee", 90, 150, 15, true}});
    AddContracts();
    for (int p = 0; p < center_.people; ++p) AddPerson(p);
    Require();
    std::string json;
    INVARIANT(google::protobuf::util::MessageToJsonString(file_, &json).ok());
    return json;
  }

 private:
  struct Pause {
    const char* name;
    int earliest;
    int latest;
    int minutes;
    bool paid;
  };

  int Draw(int least, int most) {
    return least + static_cast<int>(dice_() % static_cast<uint64_t>(most - least + 1));
  }
  bool Happens(int percent) { return Draw(1, 100) <= percent; }

  void AddKind(const char* name, const char* first, const char* last, int minutes,
               const std::vector<Pause>& pauses) {
    auto& kind = *file_.add_shift_kinds();
    kind.set_name(name);
    kind.set_first_start(first);
    kind.set_last_start(last);
    kind.set_step_minutes(30);
    kind.set_length_minutes(minutes);
    for (const Pause& pause : pauses) {
      auto& added = *kind.add_breaks();
      added.set_name(pause.name);
      added.set_earliest_minutes(pause.earliest);
      added.set_latest_minutes(pause.latest);
      added.set_minutes(pause.minutes);
      added.set_paid(pause.paid);
    }
  }

  Contract& AddContract(const char* name, double least, double most, int days,
                        std::initializer_list<const char*> kinds) {
    Contract& contract = *file_.add_contracts();
    contract.set_name(name);
    for (const char* kind : kinds) contract.add_shift_kinds(kind);
    auto& rules = *contract.mutable_rules();
    rules.set_min_week_hours(least);
    rules.set_max_week_hours(most);
    rules.set_max_week_days(days);
    rules.set_max_day_hours(9);
    rules.set_min_rest_hours(11);
    rules.set_max_consecutive_days(6);
    rules.set_min_consecutive_days_off(1);
    rules.set_max_weekends((center_.weeks + 1) / 2);
    rules.set_fair_weekends((center_.weeks + 2) / 4);
    rules.set_weekend_price(15);
    return contract;
  }

  void AddContracts() {
    AddContract("full-time", 34, 40, 5, {"full", "long", "six"});
    AddContract("four-fifths", 28, 32, 4, {"full", "long", "six"});
    AddContract("half-time", 16, 22, 5, {"six", "four"});
  }

  void AddPerson(int p) {
    auto& person = *file_.add_people();
    person.set_name(fmt::format("agent-{:03}", p + 1));
    const int contract = Draw(1, 10);
    person.set_contract(contract <= 6 ? "full-time" : contract <= 8 ? "four-fifths" : "half-time");
    hours_ += contract <= 6 ? 38 : contract <= 8 ? 30 : 19;
    const int first = Draw(0, center_.queues - 1);
    const int skills = std::min(Draw(1, 3), center_.queues);
    for (int s = 0; s < skills; ++s) {
      person.add_queues(fmt::format("queue-{}", (first + s) % center_.queues + 1));
    }
    const absl::CivilDay start(2026, 11, 30);
    if (Happens(20)) {
      // A week's leave counts as hours worked.
      const int week = Draw(0, center_.weeks - 1);
      for (int day = 0; day < 7; ++day) {
        person.add_absent(absl::FormatCivilTime(start + 7 * week + day));
      }
      const double hours = contract <= 6 ? 38 : contract <= 8 ? 30 : 19;
      person.set_absent_day_hours(hours / 7);
    }
    if (Happens(15)) {
      auto& available = *person.add_available();
      available.set_weekday(kWeekdays[Draw(0, 4)]);
      available.set_from("07:00");
      available.set_until("17:00");
    }
    for (int wish = Draw(0, 3); wish > 0; --wish) {
      auto& added = *person.add_wishes();
      added.set_date(absl::FormatCivilTime(start + Draw(0, 7 * center_.weeks - 1)));
      added.set_off(true);
      added.set_price(Draw(5, 30));
    }
  }

  // Two humps a day, by queue a little apart; the sum is what the people have, times the load.
  void Require() {
    std::vector<std::vector<double>> shape;
    double sum = 0;
    for (int q = 0; q < center_.queues; ++q) {
      for (int day = 0; day < 7; ++day) {
        shape.emplace_back();
        for (int at = kOpensAt; at < kClosesAt[day] * 60; at += kGridMin) {
          const double morning = std::exp(-std::pow((at - 630.0 - 15 * q) / 110, 2));
          const double noon = std::exp(-std::pow((at - 870.0 + 10 * q) / 150, 2));
          shape.back().push_back(kBusy[day] * (0.15 + morning + 0.8 * noon));
          sum += shape.back().back();
        }
      }
    }
    const double scale = center_.load * hours_ * 60 / kGridMin / sum;
    for (int q = 0; q < center_.queues; ++q) {
      for (int day = 0; day < 7; ++day) {
        auto& required = *file_.add_required();
        required.set_queue(fmt::format("queue-{}", q + 1));
        required.set_weekday(kWeekdays[day]);
        required.set_from("07:00");
        for (const double value : shape[q * 7 + day]) {
          required.add_people(static_cast<int>(std::lround(value * scale)));
        }
      }
    }
  }

  const MadeCenter& center_;
  std::mt19937_64 dice_;
  ProblemFile file_;
  double hours_ = 0;
};

}  // namespace

std::string MakeProblemFile(const MadeCenter& center) { return Maker(center).Make(); }

}  // namespace wissel::scheduling
