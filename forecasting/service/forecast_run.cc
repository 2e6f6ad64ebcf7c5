#include "forecasting/service/forecast_run.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <utility>

#include "base/runtime/thread.h"
#include "base/status.h"
#include "forecasting/service/past.h"

namespace wissel::forecasting {
namespace {

class Run {
 public:
  Run(Office& office, const ForecastRun& asked, LongRun& run)
      : office_(office),
        asked_(asked),
        zone_(office.zone()),
        run_(run),
        made_(asked.queues.size()) {}

  absl::StatusOr<std::vector<MadeForecast>> Make() {
    const auto threads = std::min<size_t>(ThreadsOfARun(), made_.size());
    {
      std::list<Thread> others;
      for (size_t t = 1; t < threads; ++t) {
        others.emplace_back("forecast", [this] { Work(); });
      }
      Work();
    }
    if (run_.cancelled()) return absl::CancelledError("ended before it was done");
    if (!status_.ok()) return status_;
    return std::move(made_);
  }

 private:
  // One queue after the other, with a connection of its own.
  void Work() {
    absl::StatusOr<metrics::HistoryTables> history = office_.OpenHistory();
    if (!history.ok()) {
      const std::lock_guard lock(mutex_);
      status_ = history.status();
      return;
    }
    for (size_t i = next_++; i < made_.size() && !run_.cancelled(); i = next_++) {
      made_[i] = MakeOne(*history, asked_.queues[i]);
      const std::lock_guard lock(mutex_);
      run_.Tell({++done_, static_cast<int64_t>(made_.size())});
    }
  }

  MadeForecast MakeOne(metrics::HistoryTables& history, const std::string& queue) const {
    const std::string name = "queues/" + queue;
    const auto past =
        PastOf(history, queue, asked_.until, asked_.interval_minutes, asked_.zone_name);
    absl::StatusOr<MadeForecast> forecast = past.ok()
                                                ? MakeForecastOf(name, *past, asked_.days, zone_)
                                                : absl::StatusOr<MadeForecast>(past.status());
    if (forecast.ok()) return *std::move(forecast);
    MadeForecast none;
    none.summary.set_queue(name);
    none.summary.add_caveats(std::string(forecast.status().message()));
    return none;
  }

  Office& office_;
  const ForecastRun& asked_;
  const absl::TimeZone zone_;
  LongRun& run_;
  std::atomic<size_t> next_ = 0;
  std::vector<MadeForecast> made_;  // each by whoever took its number
  std::mutex mutex_;
  int64_t done_ = 0;                        // under the lock
  absl::Status status_ = absl::OkStatus();  // under the lock
};

}  // namespace

absl::StatusOr<std::vector<MadeForecast>> MakeForecasts(Office& office, const ForecastRun& asked,
                                                        LongRun& run) {
  return Run(office, asked, run).Make();
}

}  // namespace wissel::forecasting
