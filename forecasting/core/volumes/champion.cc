#include "forecasting/core/volumes/champion.h"

#include <algorithm>

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
  std::string_view name() const override { return "auto"; }
  bool uses_all_history() const override { return true; }

  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    const Method& champion = ChampionAmong(candidates_, history);
    absl::StatusOr<Forecast> forecast = champion.Predict(history, days);
    if (forecast.ok()) forecast->chosen = std::string(champion.name());
    return forecast;
  }

 private:
  const std::vector<std::unique_ptr<Method>> candidates_ = MakeCandidates();
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

std::vector<std::unique_ptr<Method>> MakeCandidates() {
  std::vector<std::unique_ptr<Method>> candidates;
  candidates.push_back(MakeCalendarMethod());
  candidates.push_back(MakeSvdMethod());
  candidates.push_back(MakeWeeksMean(8));
  candidates.push_back(MakeRobustMean());
  return candidates;
}

const Method& ChampionAmong(const std::vector<std::unique_ptr<Method>>& candidates,
                            const Series& history) {
  const Method& incumbent = *candidates.front();
  const std::vector<Standing> standings = RecentStandings(history, candidates, kWeeks);
  if (standings.empty()) return incumbent;
  const std::string chosen = ChampionOf(standings, std::string(incumbent.name()), kMargin);
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const auto& method) { return method->name() == chosen; });
  return **found;
}

std::unique_ptr<Method> MakeChampionMethod() { return std::make_unique<ChampionMethod>(); }

}  // namespace wissel::volumes
