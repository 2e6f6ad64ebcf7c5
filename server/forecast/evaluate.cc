#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/evaluate.h"
#include "forecasting/core/volumes/methods.h"
#include "server/forecast/forecast.h"
#include "server/forecast/report.h"

namespace wissel::forecast {
namespace {

using volumes::Evaluation;
using volumes::Method;
using volumes::Protocol;
using volumes::Series;

// Seconds of processor time, which other programs do not lengthen.
double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// On standard error, where somebody looks at it; gone when it is done.
class Progress {
 public:
  void Show(std::string_view method, size_t done, size_t of) const {
    if (shown_) fmt::print(stderr, "\r{}: origin {} of {}\033[K", method, done, of);
  }
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool shown_ = isatty(STDERR_FILENO) == 1;
};

absl::StatusOr<std::vector<std::unique_ptr<Method>>> MethodsOf(
    const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<Method>> methods;
  if (names.empty()) {
    for (const std::string_view name : volumes::MethodNames()) {
      methods.push_back(*volumes::MakeMethod(name));
    }
  }
  for (const std::string& name : names) {
    WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<Method> method, volumes::MakeMethod(name));
    methods.push_back(std::move(method));
  }
  return methods;
}

absl::Status Evaluate(EvaluateOptions options) {
  if (!options.protocol_file.empty()) {
    WISSEL_RETURN_IF_ERROR(
        ApplyProtocolFile(options.protocol_file, options.inputs, options.protocol));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto methods, MethodsOf(options.methods));
  WISSEL_ASSIGN_OR_RETURN(const Protocol protocol, ReadProtocol(options.protocol));
  WISSEL_ASSIGN_OR_RETURN(const Series series, ReadSeries(options.inputs));
  WISSEL_ASSIGN_OR_RETURN(const std::vector<int> origins, OriginsOf(series, protocol));
  const std::string name = std::filesystem::path(options.inputs.series).stem().string();
  if (!options.json) fmt::print("{}", ScoreHeader(name));
  for (const auto& method : methods) {
    Evaluation evaluation(series, protocol, origins, options.protocol.intraday);
    const double start = ProcessorSeconds();
    {
      const Progress progress;
      size_t done = 0;
      for (const int origin : origins) {
        WISSEL_RETURN_IF_ERROR(evaluation.Run(*method, origin));
        progress.Show(method->name(), ++done, origins.size());
      }
    }
    const double seconds = (ProcessorSeconds() - start) / static_cast<double>(origins.size());
    for (const volumes::Score& score : evaluation.Scores()) {
      fmt::print("{}", options.json ? ScoreJson(name, method->name(), score, seconds)
                                    : ScoreRow(method->name(), score, seconds));
    }
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace

int RunEvaluate(const EvaluateOptions& options) { return ExitCode("evaluate", Evaluate(options)); }

}  // namespace wissel::forecast
