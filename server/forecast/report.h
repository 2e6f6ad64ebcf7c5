// How the answers of `wissel forecast` are written: tables for people, JSON lines for programs.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "forecasting/core/volumes/evaluate.h"

namespace wissel::forecast {

std::string ScoreHeader(std::string_view series);
std::string ScoreRow(std::string_view method, const volumes::Score& score, double seconds);
// One object and the end of the line.
std::string ScoreJson(std::string_view series, std::string_view method, const volumes::Score& score,
                      double seconds);

// A forecast: what it is, then a line for each interval.
std::string ForecastHead(std::string_view series, std::string_view method,
                         const volumes::Series& history, const volumes::Forecast& forecast);
std::string ForecastCsv(const volumes::Series& history, const volumes::Forecast& forecast);
std::string ForecastJson(std::string_view series, std::string_view method,
                         const volumes::Series& history, const volumes::Forecast& forecast);

// 0, or 1 with the refusal on standard error.
int ExitCode(std::string_view command, const absl::Status& status);

}  // namespace wissel::forecast
