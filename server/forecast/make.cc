#include <filesystem>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/events.h"
#include "forecasting/core/volumes/methods.h"
#include "server/forecast/forecast.h"
#include "server/forecast/report.h"

namespace wissel::forecast {
namespace {

using volumes::Forecast;

constexpr double kLow = 0.1;
constexpr double kHigh = 0.9;

absl::StatusOr<Forecast> InScenario(Forecast forecast, const MakeOptions& options) {
  if (!(options.surge > 0 && options.surge <= 1000)) {
    return RefuseField("surge", fmt::format("--surge: {:g} is out of range", options.surge),
                       "above 0, at most 1000");
  }
  if (options.scenario == "low") {
    forecast = volumes::Scenario(forecast, kLow);
  } else if (options.scenario == "high") {
    forecast = volumes::Scenario(forecast, kHigh);
  } else if (options.scenario != "expected") {
    return RefuseField("scenario", fmt::format("\"{}\" is no scenario", options.scenario),
                       "low, expected or high");
  }
  forecast.mean *= options.surge;
  return forecast;
}

absl::Status Make(const MakeOptions& options) {
  constexpr int kMostDays = 400;
  if (options.days < 1 || options.days > kMostDays) {
    return RefuseField("days", fmt::format("--days: {} is out of range", options.days),
                       fmt::format("from 1 to {}", kMostDays));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto method, volumes::MakeMethod(options.method));
  WISSEL_ASSIGN_OR_RETURN(const volumes::Series series, ReadSeries(options.inputs));
  WISSEL_ASSIGN_OR_RETURN(Forecast forecast,
                          method->Predict(series, ComingDays(series, options.days)));
  if (!options.events.empty()) {
    WISSEL_ASSIGN_OR_RETURN(const auto events, ReadEvents(options.events));
    WISSEL_ASSIGN_OR_RETURN(
        forecast, volumes::WithEvents(std::move(forecast), series.interval_starts, events));
  }
  WISSEL_ASSIGN_OR_RETURN(forecast, InScenario(std::move(forecast), options));
  const std::string name = std::filesystem::path(options.inputs.series).stem().string();
  const std::string_view by = forecast.chosen.empty() ? method->name() : forecast.chosen;
  if (options.json) {
    fmt::print("{}", ForecastJson(name, by, series, forecast));
  } else {
    // What is said about the forecast does not stand in the table that another program reads.
    fmt::print(stderr, "{}", ForecastHead(name, by, series, forecast));
    fmt::print("{}", ForecastCsv(series, forecast));
  }
  return absl::OkStatus();
}

}  // namespace

int RunMake(const MakeOptions& options) { return ExitCode("make", Make(options)); }

}  // namespace wissel::forecast
