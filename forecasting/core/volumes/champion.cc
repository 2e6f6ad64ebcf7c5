#include "forecasting/core/volumes/champion.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/calendar_method.h"
#include "forecasting/core/volumes/naive.h"
#include "forecasting/core/volumes/svd_method.h"

namespace wissel::volumes {
namespace {

constexpr int kWeeks = 4;
constexpr double kMargin = 0.15;
constexpr int kLeastWeeksBefore = 3;

class ChampionMethod : public Method {
 public:
  ChampionMethod() {
    methods_.push_back(MakeCalendarMethod());
    methods_.push_back(MakeSvdMethod());
    methods_.push_back(MakeWeeksMean(8));
    methods_.push_back(MakeRobustMean());
  }

  std::string_view name() const override { return "auto"; }
  bool uses_all_history() const override { return true; }

  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    const std::vector<Standing> standings = RecentStandings(history, methods_, kWeeks);
    const std::string chosen =
        standings.empty() ? std::string(methods_.front()->name())
                          : ChampionOf(standings, std::string(methods_.front()->name()), kMargin);
    for (const auto& method : methods_) {
      if (method->name() != chosen) continue;
      absl::StatusOr<Forecast> forecast = method->Predict(history, days);
      if (forecast.ok()) forecast->chosen = chosen;
      return forecast;
    }
    return RefuseField("methods", fmt::format("\"{}\" is no method", chosen), "one that is");
  }

 private:
  std::vector<std::unique_ptr<Method>> methods_;  // the incumbent first
};

}  // namespace

std::string ChampionOf(const std::vector<Standing>& standings, const std::string& incumbent,
                       double margin) {
  const auto less = [](const Standing& a, const Standing& b) { return a.wape < b.wape; };
  const auto best = std::min_element(standings.begin(), standings.end(), less);
  for (const Standing& standing : standings) {
    if (standing.method == incumbent && standing.wape * (1 - margin) <= best->wape) {
      return incumbent;
    }
  }
  return best->method;
}

std::vector<Standing> RecentStandings(const Series& history,
                                      const std::vector<std::unique_ptr<Method>>& methods,
                                      int weeks) {
  const auto week = static_cast<int>(history.OpenWeekdays().size());
  std::vector<Standing> standings;
  for (const auto& method : methods) {
    double error = 0;
    double all = 0;
    for (int back = 1; back <= weeks; ++back) {
      const int origin = history.day_count() - back * week;
      if (origin < kLeastWeeksBefore * week) break;
      const std::vector<Date> days(history.days.begin() + origin,
                                   history.days.begin() + origin + week);
      const absl::StatusOr<Forecast> forecast = method->Predict(Before(history, origin), days);
      if (!forecast.ok()) continue;
      for (int d = 0; d < week; ++d) {
        const auto known = history.known.row(origin + d);
        const auto wrong =
            (history.counts.row(origin + d) - forecast->mean.row(d)).cwiseAbs().array();
        error += known.select(wrong, 0.0).sum();
        all += history.counts.row(origin + d).sum();
      }
    }
    if (all > 0) standings.push_back({std::string(method->name()), 100 * error / all});
  }
  std::stable_sort(standings.begin(), standings.end(),
                   [](const Standing& a, const Standing& b) { return a.wape < b.wape; });
  return standings;
}

std::unique_ptr<Method> MakeChampionMethod() { return std::make_unique<ChampionMethod>(); }

}  // namespace wissel::volumes
