#include "server/forecast/report.h"

#include <cstdio>
#include <optional>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/noise_floor.h"
#include "gateway/json_transcoder.h"

namespace wissel::forecast {
namespace {

using volumes::Forecast;
using volumes::Series;

std::string Text(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string Json(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "null";
}

std::string Quoted(std::string_view text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

const std::vector<double> kShown = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

std::string StampOf(const Series& history, const Forecast& forecast, int d, int i) {
  const int minute = history.interval_starts[static_cast<size_t>(i)];
  return fmt::format("{}T{:02}:{:02}:00", forecast.days[static_cast<size_t>(d)].ToString(),
                     minute / 60, minute % 60);
}

// How wrong the method would have been a day ahead of the last days.
struct RecentError {
  size_t days = 0;
  double wape = 0;
  double noise_floor = 0;
};

RecentError ErrorOf(const Series& history, const Forecast& forecast) {
  RecentError error;
  double all = 0;
  for (int r = 0; r < forecast.recent.mean.rows(); ++r) {
    const int day = forecast.recent.days[static_cast<size_t>(r)];
    if (!history.IsKnown(day)) continue;
    ++error.days;
    all += history.counts.row(day).sum();
    error.wape += (history.counts.row(day) - forecast.recent.mean.row(r)).cwiseAbs().sum();
    error.noise_floor += volumes::NoiseOfDay(history.counts.row(day));
  }
  if (all <= 0) return {};
  error.wape *= 100 / all;
  error.noise_floor *= 100 / all;
  return error;
}

}  // namespace

std::string ScoreHeader(std::string_view series) {
  return fmt::format(
      "{}\n{:<9} {:<22} {:>7} {:>7} {:>8} {:>8} {:>7} {:>8} {:>8} {:>6} {:>6} {:>6} {:>8}\n",
      series, "method", "horizon", "origins", "WAPE %", "MASE", "RMSE", "bias %", "dayWAPE",
      "pinball", "cov80", "cov95", "floor", "s/fit");
}

std::string ScoreRow(std::string_view method, const volumes::Score& s, double seconds) {
  return fmt::format(
      "{:<9} {:<22} {:>7} {:>7.3f} {:>8.4f} {:>8.3f} {:>7.2f} {:>8} {:>8} {:>6} {:>6} {:>6.2f} "
      "{:>8.4f}\n",
      method, s.horizon, s.origins, s.wape, s.mase, s.rmse, s.bias, Text(s.day_wape, 3),
      Text(s.pinball, 4), Text(s.cov80, 1), Text(s.cov95, 1), s.noise_floor, seconds);
}

std::string ScoreJson(std::string_view series, std::string_view method, const volumes::Score& s,
                      double seconds) {
  return fmt::format(
      R"({{"series": {}, "method": {}, "horizon": {}, "origins": {}, "wape": {:.6g}, )"
      R"("mase": {:.6g}, "rmse": {:.6g}, "bias": {:.6g}, "day_wape": {}, "pinball": {}, )"
      R"("cov80": {}, "cov95": {}, "noise_floor": {:.6g}, "seconds_per_fit": {:.4g}}})"
      "\n",
      Quoted(series), Quoted(method), Quoted(s.horizon), s.origins, s.wape, s.mase, s.rmse, s.bias,
      Json(s.day_wape), Json(s.pinball), Json(s.cov80), Json(s.cov95), s.noise_floor, seconds);
}

std::string ForecastHead(std::string_view series, std::string_view method, const Series& history,
                         const Forecast& forecast) {
  std::string text =
      fmt::format("{} by {}: {} days from {} of {} intervals of {} minutes\n", series, method,
                  forecast.days.size(), forecast.days.front().ToString(), history.interval_count(),
                  history.interval_min);
  const RecentError error = ErrorOf(history, forecast);
  if (error.days > 0) {
    text += fmt::format(
        "WAPE of a day ahead over the last {} days: {:.2f} %; counting alone makes {:.2f} %\n",
        error.days, error.wape, error.noise_floor);
  }
  for (const std::string& doubt : forecast.cannot_know) text += doubt + "\n";
  return text;
}

std::string ForecastCsv(const Series& history, const Forecast& forecast) {
  std::string text = "timestamp,mean";
  for (const double p : kShown) text += fmt::format(",q{:02.0f}", 100 * p);
  text += "\n";
  for (int d = 0; d < forecast.mean.rows(); ++d) {
    for (int i = 0; i < forecast.mean.cols(); ++i) {
      text += fmt::format("{},{:.3f}", StampOf(history, forecast, d, i), forecast.mean(d, i));
      for (const double q : Quantiles(forecast, d, i, kShown)) text += fmt::format(",{:.2f}", q);
      text += "\n";
    }
  }
  return text;
}

std::string ForecastJson(std::string_view series, std::string_view method, const Series& history,
                         const Forecast& forecast) {
  const RecentError error = ErrorOf(history, forecast);
  std::string doubts;
  for (const std::string& doubt : forecast.cannot_know) {
    doubts += (doubts.empty() ? "" : ", ") + Quoted(doubt);
  }
  std::string text = fmt::format(
      R"({{"series": {}, "method": {}, "interval_min": {}, "days": {}, "recent_days": {}, )"
      R"("recent_wape": {}, "noise_floor": {}, "cannot_know": [{}]}})"
      "\n",
      Quoted(series), Quoted(method), history.interval_min, forecast.days.size(), error.days,
      error.days > 0 ? fmt::format("{:.6g}", error.wape) : "null",
      error.days > 0 ? fmt::format("{:.6g}", error.noise_floor) : "null", doubts);
  for (int d = 0; d < forecast.mean.rows(); ++d) {
    for (int i = 0; i < forecast.mean.cols(); ++i) {
      text += fmt::format(R"({{"timestamp": "{}", "mean": {:.6g})",
                          StampOf(history, forecast, d, i), forecast.mean(d, i));
      const std::vector<double> quantiles = Quantiles(forecast, d, i, kShown);
      for (size_t q = 0; q < kShown.size(); ++q) {
        text += fmt::format(R"(, "q{:02.0f}": {:.6g})", 100 * kShown[q], quantiles[q]);
      }
      text += "}\n";
    }
  }
  return text;
}

int ExitCode(std::string_view command, const absl::Status& status) {
  if (status.ok()) return 0;
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel forecast {}: {}{}\n", command,
             std::string_view(status.message().data(), status.message().size()),
             right.empty() ? "" : "; " + right);
  return 1;
}

}  // namespace wissel::forecast
