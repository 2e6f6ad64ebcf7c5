#include "forecasting/core/simulation/model.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::simulation {
namespace {

constexpr double kMostCalls = 1e9;
constexpr int kMostAgents = 100'000;
constexpr double kMostFactor = 100;

absl::Status CheckQueue(const Model& model, size_t i) {
  const ModelQueue& queue = model.queues[i];
  const auto field = [&](const char* name) { return fmt::format("queues[{}].{}", i, name); };
  if (queue.calls.size() != model.intervals) {
    return RefuseField(
        field("calls"),
        fmt::format("{} numbers for {} intervals", queue.calls.size(), model.intervals),
        "one for each interval");
  }
  for (double calls : queue.calls) {
    if (!(calls >= 0 && calls <= kMostCalls)) {
      return RefuseField(field("calls"), fmt::format("{} is no number of calls", calls),
                         fmt::format("0 to {:g}", kMostCalls));
    }
  }
  if (!queue.handle_factor.empty() && queue.handle_factor.size() != model.intervals) {
    return RefuseField(field("handle_factor"), "is not given for each interval",
                       "one for each interval, or none");
  }
  for (double factor : queue.handle_factor) {
    if (!(factor > 0 && factor <= kMostFactor)) {
      return RefuseField(field("handle_factor"), fmt::format("{} is out of range", factor),
                         fmt::format("above 0, up to {:g}", kMostFactor));
    }
  }
  if (!(queue.cv >= 0 && queue.cv <= 3)) return RefuseField(field("cv"), "out of range", "0 to 3");
  if (!(queue.threshold_s >= 0))
    return RefuseField(field("threshold"), "no threshold", "0 or more");
  if (!(queue.target > 0 && queue.target < 1)) {
    return RefuseField(field("target"), fmt::format("a target of {}", queue.target),
                       "above 0 and below 1");
  }
  return absl::OkStatus();
}

absl::Status CheckGroup(const Model& model, size_t i) {
  const ModelGroup& group = model.groups[i];
  const auto field = [&](const char* name) { return fmt::format("groups[{}].{}", i, name); };
  if (group.agents.size() != model.intervals) {
    return RefuseField(
        field("agents"),
        fmt::format("{} numbers for {} intervals", group.agents.size(), model.intervals),
        "one for each interval");
  }
  for (int agents : group.agents) {
    if (agents < 0 || agents > kMostAgents) {
      return RefuseField(field("agents"), fmt::format("{} is no number of agents", agents),
                         fmt::format("0 to {}", kMostAgents));
    }
  }
  if (group.most && *group.most < 0) {
    return RefuseField(field("most"), fmt::format("{} is no number of agents", *group.most),
                       "0 or more");
  }
  if (!(group.cost > 0) || !std::isfinite(group.cost)) {
    return RefuseField(field("cost"), fmt::format("a cost of {}", group.cost), "above 0");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckModel(const Model& model) {
  if (model.queues.empty()) return RefuseField("queues", "there is no queue", "one or more");
  if (model.intervals == 0) return RefuseField("intervals", "there are none", "one or more");
  if (model.interval < Duration::Seconds(1)) {
    return RefuseField("interval", "an interval below 1 s", "1 s or more");
  }
  if (model.warm_up < Duration() || model.warm_up >= model.length()) {
    return RefuseField("warm_up", "nothing would be counted", "less than the simulated time");
  }
  if (model.batches < 1 || model.batches > 10'000) {
    return RefuseField("batches", fmt::format("{} batches", model.batches), "1 to 10000");
  }
  if (model.lines && *model.lines < 1) return RefuseField("lines", "no line", "1 or more");
  if (model.accept_after < Duration()) {
    return RefuseField("accept_after", "before the offer", "0 or more");
  }
  for (size_t i = 0; i < model.queues.size(); ++i) WISSEL_RETURN_IF_ERROR(CheckQueue(model, i));
  for (size_t i = 0; i < model.groups.size(); ++i) WISSEL_RETURN_IF_ERROR(CheckGroup(model, i));
  return absl::OkStatus();
}

}  // namespace wissel::simulation
