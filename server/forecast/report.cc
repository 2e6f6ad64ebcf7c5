#include "server/forecast/report.h"

#include <cstdio>
#include <optional>

#include "base/status.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"

namespace wissel::forecast {
namespace {

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

}  // namespace

std::string ScoreHeader(std::string_view series) {
  return fmt::format(
      "{}\n{:<9} {:<22} {:>7} {:>7} {:>8} {:>8} {:>7} {:>8} {:>8} {:>6} {:>6} {:>8}\n", series,
      "method", "horizon", "origins", "WAPE %", "MASE", "RMSE", "bias %", "dayWAPE", "pinball",
      "cov80", "cov95", "s/fit");
}

std::string ScoreRow(std::string_view method, const volumes::Score& s, double seconds) {
  return fmt::format(
      "{:<9} {:<22} {:>7} {:>7.3f} {:>8.4f} {:>8.3f} {:>7.2f} {:>8} {:>8} {:>6} {:>6} {:>8.4f}\n",
      method, s.horizon, s.origins, s.wape, s.mase, s.rmse, s.bias, Text(s.day_wape, 3),
      Text(s.pinball, 4), Text(s.cov80, 1), Text(s.cov95, 1), seconds);
}

std::string ScoreJson(std::string_view series, std::string_view method, const volumes::Score& s,
                      double seconds) {
  return fmt::format(
      R"({{"series": {}, "method": {}, "horizon": {}, "origins": {}, "wape": {:.6g}, )"
      R"("mase": {:.6g}, "rmse": {:.6g}, "bias": {:.6g}, "day_wape": {}, "pinball": {}, )"
      R"("cov80": {}, "cov95": {}, "seconds_per_fit": {:.4g}}})"
      "\n",
      Quoted(series), Quoted(method), Quoted(s.horizon), s.origins, s.wape, s.mase, s.rmse, s.bias,
      Json(s.day_wape), Json(s.pinball), Json(s.cov80), Json(s.cov95), seconds);
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
