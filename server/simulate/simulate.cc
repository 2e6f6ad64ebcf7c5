#include "server/simulate/simulate.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/replications/replications.h"
#include "server/simulate/model_file.h"
#include "server/simulate/report.h"

namespace wissel::simulate {
namespace {

constexpr int kFailed = 1;

int Fail(const absl::Status& status) {
  fmt::print(stderr, "{}\n", std::string(status.message()));
  return kFailed;
}

}  // namespace

int RunSimulate(const SimulateOptions& options) {
  auto loaded = LoadModel(options.model);
  if (!loaded.ok()) return Fail(loaded.status());
  for (simulation::ModelQueue& queue : loaded->model.queues) {
    for (double& calls : queue.calls) calls *= options.volume;
  }
  simulation::RunPlan plan;
  plan.seed = options.seed.value_or(loaded->seed);
  plan.replications = options.replications.value_or(loaded->replications);
  plan.precision = options.precision;
  plan.most = options.most;
  plan.threads = options.threads > 0
                     ? options.threads
                     : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (isatty(STDERR_FILENO) != 0) {
    plan.progress = [](int done) { fmt::print(stderr, "\r{} replications", done); };
  }
  const auto start = std::chrono::steady_clock::now();
  const auto result = simulation::RunReplications(loaded->model, plan);
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  if (!result.ok()) {
    return Fail(absl::InvalidArgumentError(
        fmt::format("{}: {}", options.model, std::string(result.status().message()))));
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const Report report{loaded->model, *result, time.count()};
  fmt::print("{}", options.json ? Json(report) : Text(report));
  return 0;
}

}  // namespace wissel::simulate
