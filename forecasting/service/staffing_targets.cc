#include "forecasting/service/staffing_targets.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/service/forecast_book.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

constexpr int kMostConcurrency = 20;

Manner MannerOf(Channel channel, int concurrency) {
  switch (channel) {
    case Channel::kVoice:
      return Manner::kAtOnce;
    case Channel::kChat:
      return concurrency > 1 ? Manner::kSeveralAtOnce : Manner::kAtOnce;
    default:
      return Manner::kMayWait;
  }
}

absl::Status CheckTarget(const v1::StaffingTarget& target) {
  WISSEL_RETURN_IF_ERROR(CheckShare(target.service_level(), 0.01, 0.999, "serviceLevel"));
  WISSEL_RETURN_IF_ERROR(
      ReadDuration(target.within(), Duration::Millis(0), kLongest, "within").status());
  if (target.has_patience()) {
    WISSEL_RETURN_IF_ERROR(
        ReadDuration(target.patience(), Duration::Seconds(1), kLongest, "patience").status());
  }
  return ReadNumber(target.concurrency(), 0, kMostConcurrency, "concurrency").status();
}

}  // namespace

Target TargetOf(const QueueConfig& queue, const std::string& name,
                const v1::StaffingTarget* asked) {
  Target target;
  target.queue = name;
  target.service_level = queue.service_level_target_permille / 1000.0;
  target.within_s = queue.answer_within.seconds();
  if (target.service_level <= 0 || target.service_level >= 1) target.service_level = 0.8;
  if (asked != nullptr) {
    target.service_level = asked->service_level();
    target.within_s = SecondsIn(asked->within());
    if (asked->has_patience()) target.patience_s = SecondsIn(asked->patience());
    target.concurrency = std::max(1, asked->concurrency());
  }
  target.manner = MannerOf(queue.channel, target.concurrency);
  return target;
}

absl::StatusOr<AskedTargets> ReadTargets(
    const google::protobuf::RepeatedPtrField<v1::StaffingTarget>& targets,
    const Directory& directory) {
  AskedTargets asked;
  for (int i = 0; i < targets.size(); ++i) {
    const std::string field = fmt::format("targets[{}]", i);
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckTarget(targets[i]), field));
    WISSEL_RETURN_IF_ERROR(
        FindByName<QueueId>(directory, targets[i].queue(), field + ".queue").status());
    asked[targets[i].queue()] = targets[i];
  }
  return asked;
}

absl::StatusOr<std::vector<Target>> TargetsOf(const v1::Forecast& forecast,
                                              const Directory& directory,
                                              const AskedTargets& asked) {
  std::vector<Target> targets;
  for (const v1::ForecastQueue& queue : forecast.queues()) {
    const auto id = FindByName<QueueId>(directory, queue.queue(), "forecast");
    if (!id.ok() || queue.method().empty()) continue;  // gone, or nothing could be said
    const auto found = asked.find(queue.queue());
    const v1::StaffingTarget* const target = found == asked.end() ? nullptr : &found->second;
    targets.push_back(TargetOf(directory.queues.Get(*id), queue.queue(), target));
  }
  if (!targets.empty()) return targets;
  return Refuse(absl::StatusCode::kFailedPrecondition, "forecast",
                "it says nothing of a queue that is there");
}

void WriteTarget(const Target& target, v1::StaffingTarget* out) {
  out->set_queue(target.queue);
  out->set_service_level(target.service_level);
  WriteSeconds(target.within_s, out->mutable_within());
  WriteSeconds(target.patience_s, out->mutable_patience());
  out->set_concurrency(target.concurrency);
}

double RateSpreadOf(const v1::ForecastPoint& point) {
  constexpr double kNormal90 = 1.2816;  // of the standard normal distribution
  constexpr double kMost = 3;
  if (point.expected() <= 0 || point.quantiles_size() != kQuantiles) return 0;
  const double sd = (point.quantiles(5) - point.quantiles(1)) / (2 * kNormal90);
  const double variance = std::max(0.0, sd * sd - point.expected());
  return std::min(kMost, std::sqrt(variance) / point.expected());
}

double SecondsIn(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
}
void WriteSeconds(double seconds, google::protobuf::Duration* out) {
  if (std::isfinite(seconds)) {
    WriteDuration(Duration::Millis(std::llround(seconds * 1000)), out);
  }
}

absl::Status CheckShare(double value, double least, double most, std::string_view field) {
  if (value >= least && value <= most) return absl::OkStatus();
  return RefuseField(field, fmt::format("{} is out of range", value),
                     fmt::format("{} to {}", least, most));
}

}  // namespace wissel::forecasting
