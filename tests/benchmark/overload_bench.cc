// Overload: contacts enter through gRPC at 1, 2, 5, 10 and 225 times the rate that saturates the
// server, while agents work. The server has one core and the load the other (taskset), as far as
// the machine has two; goodput counts what was granted within a second of its time.
// Rounds of all the loads take turns, and medians are kept: the peak is the best of the medians.
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "tests/benchmark/agents_at_work.h"
#include "tests/benchmark/callers.h"
#include "tests/benchmark/open_load.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kLoadQueues = 10;
constexpr int kLoadAgents = 40;
constexpr std::chrono::milliseconds kAtWork(200);  // 200 contacts a second
constexpr int kConnections = 2;
constexpr std::chrono::seconds kStepTime(2);
constexpr int kRounds = 5;
constexpr std::chrono::seconds kLongestRecovery(60);

// Threads that are made from now on are on this core as well.
void StayOnCore(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
}

double P99(const OpenLoad::Result& result) {
  return result.answered_us.empty() ? 0 : Quantile(result.answered_us, 990) / 1000;
}

void Tell(const std::string& what, const OpenLoad::Result& r) {
  fmt::print(stderr,
             "  {:>12}: offered {:>9}, not sent {:>9}, in time {:>6} ({:.0f}/s), late {}, refused "
             "{}, failed {}, p99 {:.1f} ms\n",
             what, r.offered, r.no_room, r.in_time, r.goodput(), r.late, r.refused, r.failed,
             P99(r));
}

// Seconds until a second of half the load is as it was: all granted, as fast as before.
double SecondsToNormal(OpenLoad& load, double per_second, double p99_before) {
  const auto start = Clock::now();
  while (Clock::now() - start < kLongestRecovery) {
    const auto second = Clock::now() - start;
    const OpenLoad::Result now = load.Run(per_second, std::chrono::seconds(1));
    Tell("afterwards", now);
    if (now.in_time == now.offered && P99(now) <= 2 * p99_before + 5) {
      return std::chrono::duration<double>(second).count();
    }
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Steps {
  double saturated = 0;
  double peak = 0;
  double at_10 = 0;
  double at_225 = 0;
  double to_normal = 0;
  double p99_at_10 = 0;
  double agents_at_half = 0;  // completed a second
  double agents_at_10 = 0;
};

absl::StatusOr<Steps> Load(const ServedCenter& center, const Agent::Counts& counts) {
  Steps steps;
  Callers callers(center.address(), center.token());
  const CallersKind kind{256, kConnections, CallersKind::Way::kInFlight};
  WISSEL_ASSIGN_OR_RETURN(const auto closed, callers.Run(kind, std::chrono::seconds(3)));
  steps.saturated = closed.per_second;
  OpenLoad load(center.address(), center.token(), kConnections, kLoadQueues);
  const auto run = [&](double times, double* completed) {
    const int64_t before = counts.completed;
    const OpenLoad::Result result = load.Run(steps.saturated * times, kStepTime);
    Tell(fmt::format("{} times", times), result);
    if (completed != nullptr) *completed = (counts.completed - before) / result.seconds;
    return result;
  };
  const double p99_before = P99(run(0.5, &steps.agents_at_half));
  std::map<double, std::vector<double>> goodput;
  for (int round = 0; round < kRounds; ++round) {
    for (const double times : {1.0, 2.0, 5.0, 10.0, 225.0}) {
      const OpenLoad::Result result = run(times, times == 10 ? &steps.agents_at_10 : nullptr);
      goodput[times].push_back(result.goodput());
      if (times == 10) steps.p99_at_10 = std::max(steps.p99_at_10, P99(result));
    }
  }
  for (const auto& [times, found] : goodput) steps.peak = std::max(steps.peak, Median(found));
  steps.at_10 = Median(goodput[10]);
  steps.at_225 = Median(goodput[225]);
  steps.to_normal = SecondsToNormal(load, steps.saturated / 2, p99_before);
  return steps;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkOverload(const std::string& scratch) {
  WISSEL_ASSIGN_OR_RETURN(
      const auto center,
      ServedCenter::Start(scratch + "/overload", VoiceCenter(kLoadQueues, kLoadAgents),
                          {"/usr/bin/taskset", "-c", "0"}));
  StayOnCore(1);
  grpc::ChannelArguments arguments;
  arguments.SetString("wissel.connection", "agents");  // a connection of their own
  const auto desk = v1::AgentService::NewStub(
      grpc::CreateCustomChannel(center->address(), grpc::InsecureChannelCredentials(), arguments));
  Times offers;
  Agent::Counts counts;
  std::vector<std::unique_ptr<Agent>> agents;
  Later later;
  absl::Status begun;
  for (int i = 0; i < kLoadAgents && begun.ok(); ++i) {
    auto agent = std::make_unique<Agent>(*desk, center->token(), i, kAtWork, later, offers, counts);
    begun = agent->Begin();
    if (begun.ok()) agents.push_back(std::move(agent));
  }
  const absl::StatusOr<Steps> steps =
      begun.ok() ? Load(*center, counts) : absl::StatusOr<Steps>(begun);
  for (const auto& agent : agents) agent->End();
  WISSEL_RETURN_IF_ERROR(steps.status());
  fmt::print(stderr, "  agents: accepted {}, completed {}, refused {}\n", counts.accepted.load(),
             counts.completed.load(), counts.refused.load());
  return std::vector<Figure>{
      {"overload.saturated", steps->saturated, "creates/s", {}, ""},
      {"overload.goodput_10x", steps->at_10, "creates/s", steps->peak, "the peak in this run"},
      {"overload.goodput_225x", steps->at_225, "creates/s", steps->peak, "the peak in this run"},
      {"overload.p99_10x", steps->p99_at_10, "ms", {}, ""},
      {"overload.held_10x", steps->agents_at_10, "completions/s", steps->agents_at_half,
       "at half the load"},
      {"overload.held_refused", static_cast<double>(counts.refused), "calls", {}, ""},
      {"overload.to_normal", steps->to_normal, "s", double{60}, "what is allowed"},
  };
}

}  // namespace wissel::benchmark
