#include "forecasting/core/simulation/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/simulation/simulation.h"
#include "forecasting/core/staffing/fewest.h"

namespace wissel::simulation {
namespace {

constexpr int kMostRounds = 6;    // of search and check
constexpr int kMostSteps = 400;   // of adding
constexpr double kQuietDay = 30;  // contacts of a queue

// With an agent, wrap-up included.
double HandleSeconds(const ModelQueue& queue, size_t interval) {
  const double mean_s = queue.handle.mean_s() + (queue.wrap_up ? queue.wrap_up->mean_s() : 0);
  return queue.handle_factor.empty() ? mean_s : mean_s * queue.handle_factor[interval];
}

double Load(const Model& model, size_t queue, size_t interval) {
  const ModelQueue& q = model.queues[queue];
  return q.calls[interval] * HandleSeconds(q, interval) / model.interval.seconds();
}

double Hours(const Model& model) { return model.interval.seconds() / 3600; }

// What a look has seen: contacts that count, and those that were served as they should, by interval
// and queue, of all replications.
struct Look {
  std::vector<std::vector<Level>> levels;
};

class Search {
 public:
  Search(Model model, const Evaluate& evaluate, const SearchOptions& options)
      : model_(std::move(model)), evaluate_(evaluate), options_(options) {
    for (const ModelQueue& queue : model_.queues) goals_.push_back(queue.target);
  }

  absl::StatusOr<SearchResult> Run() {
    WISSEL_RETURN_IF_ERROR(FindHelpers());
    Start();
    for (int round = 0; round < kMostRounds; ++round) {
      WISSEL_RETURN_IF_ERROR(Add());
      TakeAway();
      Exchange();
      if (ended_) return absl::CancelledError("ended before it was done");
      if (Check()) break;
    }
    result_.staff = staff_;
    result_.cost = CostOf(model_, staff_);
    result_.looks = looks_;
    return std::move(result_);
  }

 private:
  bool Goes() {
    ended_ = ended_ || !options_.wanted();
    return !ended_ && looks_ < options_.most_looks;
  }

  // Which groups may be offered a queue's contacts at all: by the engine itself, each group alone,
  // on a quiet day whose contacts come when those of the model do.
  absl::Status FindHelpers() {
    helps_.assign(model_.groups.size(), std::vector<char>(model_.queues.size(), 0));
    Model tiny = model_;
    tiny.batches = 1;
    tiny.warm_up = Duration();
    tiny.lines.reset();
    for (ModelQueue& queue : tiny.queues) {
      const double sum = std::accumulate(queue.calls.begin(), queue.calls.end(), 0.0);
      for (double& calls : queue.calls) {
        calls =
            sum > 0 ? kQuietDay * calls / sum : kQuietDay / static_cast<double>(queue.calls.size());
      }
      queue.cv = 0;
    }
    for (size_t g = 0; g < model_.groups.size(); ++g) {
      for (size_t other = 0; other < tiny.groups.size(); ++other) {
        tiny.groups[other].agents.assign(model_.intervals, other == g ? 100 : 0);
      }
      WISSEL_ASSIGN_OR_RETURN(Simulation simulation, Simulation::Start(tiny, 1, 0));
      simulation.Run();
      const Tally total = simulation.Total();
      for (size_t q = 0; q < model_.queues.size(); ++q) helps_[g][q] = total.queues[q].answered > 0;
    }
    for (size_t q = 0; q < model_.queues.size(); ++q) {
      const bool helped = std::any_of(helps_.begin(), helps_.end(),
                                      [q](const std::vector<char>& helps) { return helps[q]; });
      if (!helped) {
        return Refuse(absl::StatusCode::kFailedPrecondition, fmt::format("queues[{}]", q),
                      fmt::format("no group can help {}", model_.queues[q].name),
                      "a group with what it asks for");
      }
    }
    return absl::OkStatus();
  }

  // Each queue's load, shared evenly among those who help it; and what it costs at least.
  void Start() {
    staff_.assign(model_.groups.size(), std::vector<int>(model_.intervals, 0));
    for (size_t i = 0; i < model_.intervals; ++i) {
      std::vector<double> share(model_.groups.size(), 0.0);
      for (size_t q = 0; q < model_.queues.size(); ++q) {
        double cheapest = 0;
        int helpers = 0;
        for (size_t g = 0; g < share.size(); ++g) {
          if (!helps_[g][q]) continue;
          const double cost = model_.groups[g].cost;
          cheapest = helpers++ == 0 ? cost : std::min(cheapest, cost);
        }
        const double load = Load(model_, q, i);
        result_.bound += model_.queues[q].target * load * cheapest * Hours(model_);
        for (size_t g = 0; g < share.size(); ++g) share[g] += helps_[g][q] ? load / helpers : 0;
      }
      for (size_t g = 0; g < share.size(); ++g) {
        staff_[g][i] = std::min(static_cast<int>(share[g]), Most(g));
      }
    }
  }

  int Most(size_t group) const {
    return model_.groups[group].most.value_or(std::numeric_limits<int>::max());
  }

  std::vector<std::vector<Tally>> Simulate(const Staff& staff, int from, int to) {
    for (size_t g = 0; g < staff.size(); ++g) model_.groups[g].agents = staff[g];
    return evaluate_(model_, from, to);
  }

  Look LookAt(const Staff& staff) {
    options_.progress(++looks_, CostOf(model_, staff));
    const auto tallies = Simulate(staff, 0, options_.replications);
    Look look;
    look.levels.assign(model_.intervals, std::vector<Level>(model_.queues.size()));
    for (const auto& replication : tallies) {
      for (size_t i = 0; i < replication.size(); ++i) {
        for (size_t q = 0; q < model_.queues.size(); ++q) {
          const Level level = LevelOf(replication[i].queues[q], model_.queues[q].variant);
          look.levels[i][q].good += level.good;
          look.levels[i][q].all += level.all;
        }
      }
    }
    return look;
  }

  // Contacts served well beyond the goal; below 0: the queue misses it.
  double Slack(const Look& look, size_t queue) const {
    double good = 0, all = 0;
    for (const auto& interval : look.levels) {
      good += interval[queue].good;
      all += interval[queue].all;
    }
    return good - goals_[queue] * all;
  }
  bool Keeps(const Look& look) const {
    for (size_t q = 0; q < goals_.size(); ++q) {
      if (Slack(look, q) < 0) return false;
    }
    return true;
  }
  double ShortAt(const Look& look, size_t interval, size_t queue) const {
    const Level& level = look.levels[interval][queue];
    return std::max(0.0, goals_[queue] * level.all - level.good);
  }

  // Where contacts of queues that miss their goal are missed, the group that brings most for its
  // cost gets one more; in the worse half of the intervals at once.
  absl::Status Add() {
    for (int step = 0; step < kMostSteps && Goes(); ++step) {
      const Look look = LookAt(staff_);
      if (Keeps(look)) return absl::OkStatus();
      std::vector<std::tuple<double, size_t, size_t>> gains;  // -gain, interval, group
      for (size_t i = 0; i < model_.intervals; ++i) {
        double most = 0;
        size_t best = 0;
        for (size_t g = 0; g < staff_.size(); ++g) {
          if (staff_[g][i] >= Most(g)) continue;
          double gain = 0;
          for (size_t q = 0; q < goals_.size(); ++q) {
            if (helps_[g][q] && Slack(look, q) < 0) gain += ShortAt(look, i, q);
          }
          gain /= model_.groups[g].cost * (1 + 0.01 * staff_[g][i]);
          if (gain > most) most = gain, best = g;
        }
        if (most > 0) gains.emplace_back(-most, i, best);
      }
      if (gains.empty()) break;
      std::sort(gains.begin(), gains.end());
      gains.resize((gains.size() + 1) / 2);
      for (const auto& [gain, interval, group] : gains) ++staff_[group][interval];
    }
    if (ended_) return absl::CancelledError("ended before it was done");
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "groups",
        "no staff was found that keeps every queue's target",
        "targets that people can reach: a queue that abandons, refuses or blocks by itself "
        "is not helped by more of them");
  }

  // Who could not be spared once cannot be later: each place is tried until it fails alone.
  void TakeAway() {
    std::vector<std::pair<size_t, size_t>> places;  // group, interval
    for (size_t g = 0; g < staff_.size(); ++g) {
      for (size_t i = 0; i < model_.intervals; ++i) places.emplace_back(g, i);
    }
    // Dearest first; of one cost interval by interval, so that a batch lies spread over the day.
    std::stable_sort(places.begin(), places.end(), [this](const auto& a, const auto& b) {
      return model_.groups[a.first].cost > model_.groups[b.first].cost;
    });
    size_t batch = std::max<size_t>(1, places.size() / 4);
    size_t at = 0;
    while (!places.empty() && Goes()) {
      std::vector<size_t> tried;
      Staff fewer = staff_;
      for (size_t k = 0; k < places.size() && tried.size() < batch; ++k) {
        const size_t place = (at + k) % places.size();
        int& agents = fewer[places[place].first][places[place].second];
        if (agents == 0) continue;
        --agents;
        tried.push_back(place);
      }
      if (tried.empty()) return;
      if (Keeps(LookAt(fewer))) {
        staff_ = std::move(fewer);
        at = (tried.back() + 1) % places.size();
        continue;
      }
      if (tried.size() == 1) {
        places.erase(places.begin() + static_cast<ptrdiff_t>(tried.front()));
        at = places.empty() ? 0 : tried.front() % places.size();
      }
      // Small batches are gone through once more from where this one began.
      batch = std::max<size_t>(1, tried.size() / 2);
    }
  }

  void Exchange() {
    for (size_t dear = 0; dear < staff_.size(); ++dear) {
      for (size_t cheap = 0; cheap < staff_.size(); ++cheap) {
        if (model_.groups[cheap].cost >= model_.groups[dear].cost) continue;
        for (size_t i = 0; i < model_.intervals; ++i) {
          while (staff_[dear][i] > 0 && staff_[cheap][i] < Most(cheap) && Goes()) {
            Staff other = staff_;
            --other[dear][i];
            ++other[cheap][i];
            if (!Keeps(LookAt(other))) break;
            staff_ = std::move(other);
          }
        }
      }
    }
  }

  // With customers that no look has seen. Goals of queues that miss their target are raised.
  bool Check() {
    result_.check = Simulate(staff_, options_.replications,
                             options_.replications + options_.check_replications);
    result_.kept = true;
    for (size_t q = 0; q < goals_.size(); ++q) {
      RatioEstimator ratio;
      double all = 0;
      for (const auto& replication : result_.check) {
        Level sum;
        for (const Tally& interval : replication) {
          const Level level = LevelOf(interval.queues[q], model_.queues[q].variant);
          sum.good += level.good;
          sum.all += level.all;
        }
        ratio.Add(sum.good, sum.all);
        all += sum.all;
      }
      const Estimate level = ratio.Result();
      const double sure = options_.surely ? level.half_width.value_or(0) : 0;
      const double missing = all > 0 ? model_.queues[q].target - (level.value - sure) : 0;
      if (missing <= 0) continue;
      result_.kept = false;
      goals_[q] = std::min(goals_[q] + missing + 0.001, (1 + goals_[q]) / 2);
    }
    return result_.kept;
  }

  Model model_;
  const Evaluate& evaluate_;
  const SearchOptions& options_;
  std::vector<double> goals_;
  std::vector<std::vector<char>> helps_;  // by group, then queue
  Staff staff_;
  int looks_ = 0;
  bool ended_ = false;
  SearchResult result_;
};

}  // namespace

double CostOf(const Model& model, const Staff& staff) {
  double cost = 0;
  for (size_t g = 0; g < staff.size(); ++g) {
    for (int agents : staff[g]) cost += agents * model.groups[g].cost * Hours(model);
  }
  return cost;
}

absl::StatusOr<SearchResult> FindStaff(Model model, const Evaluate& evaluate,
                                       const SearchOptions& options) {
  WISSEL_RETURN_IF_ERROR(CheckModel(model));
  if (model.batches > 1) {
    return RefuseField("batches", "staff is searched for a day, in replications", "1");
  }
  return Search(std::move(model), evaluate, options).Run();
}

absl::StatusOr<std::vector<std::vector<int>>> ErlangCByQueue(const Model& model) {
  std::vector<std::vector<int>> agents;
  for (size_t q = 0; q < model.queues.size(); ++q) {
    const ModelQueue& queue = model.queues[q];
    std::vector<int>& of_queue = agents.emplace_back();
    for (size_t i = 0; i < model.intervals; ++i) {
      const staffing::Demand demand{.model = staffing::Model::kErlangC,
                                    .load = {{Load(model, q, i), 1}},
                                    .aht_s = HandleSeconds(queue, i)};
      WISSEL_ASSIGN_OR_RETURN(const int fewest,
                              staffing::FewestAgents(demand, {.service_level = queue.target,
                                                              .threshold_s = queue.threshold_s}));
      of_queue.push_back(fewest);
    }
  }
  return agents;
}

}  // namespace wissel::simulation
