#include "gateway/admission.h"

#include <utility>

#include "base/time.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"

namespace wissel::gateway {
namespace {

absl::Status StatusOf(const AdmissionControl::Refusal& refusal) {
  if (refusal.too_late) {
    return absl::DeadlineExceededError("it cannot be answered before its deadline");
  }
  return RefuseForNow("more is asked than can be answered in time; nothing was changed",
                      Duration::Millis(refusal.retry_after.count()));
}

}  // namespace

Admission::Admission(const AdmissionLimits& limits, std::function<Time()> now)
    : now_(std::move(now)), control_(limits) {}

Admission::Verdict Admission::Admit(Criticality criticality, std::optional<Time> deadline) {
  Verdict verdict;
  const Time now = now_();
  std::lock_guard lock(mutex_);
  if (const auto refusal = control_.Admit(criticality, deadline, now)) {
    ++(refusal->too_late ? too_late_ : refused_[static_cast<size_t>(criticality)]);
    verdict.refusal = StatusOf(*refusal);
    verdict.tell_at = refusal->tell_at;
  } else {
    verdict.place.of_ = this;
    verdict.place.criticality_ = criticality;
  }
  return verdict;
}

void Admission::Ended(Criticality criticality) {
  std::lock_guard lock(mutex_);
  control_.Ended(criticality);
}

void Admission::Waited(std::chrono::steady_clock::duration delay) {
  const Time now = now_();
  std::lock_guard lock(mutex_);
  control_.Waited(delay, now);
}

std::string Admission::MetricsText() const {
  const Time now = now_();
  std::lock_guard lock(mutex_);
  return fmt::format(
      "# HELP wissel_admission_refused_total Calls that a door refused because more was asked than "
      "could be answered in time.\n"
      "# TYPE wissel_admission_refused_total counter\n"
      "wissel_admission_refused_total{{criticality=\"waiting\"}} {}\n"
      "wissel_admission_refused_total{{criticality=\"viewing\"}} {}\n"
      "# HELP wissel_admission_too_late_total Calls whose deadline could not be met.\n"
      "# TYPE wissel_admission_too_late_total counter\n"
      "wissel_admission_too_late_total {}\n"
      "# HELP wissel_admission_limit Calls that may be under way, without held work.\n"
      "# TYPE wissel_admission_limit gauge\n"
      "wissel_admission_limit {}\n"
      "# HELP wissel_admission_calls Calls under way, without held work.\n"
      "# TYPE wissel_admission_calls gauge\n"
      "wissel_admission_calls {}\n"
      "# HELP wissel_admission_overloaded 1 while views are refused.\n"
      "# TYPE wissel_admission_overloaded gauge\n"
      "wissel_admission_overloaded {}\n",
      refused_[static_cast<size_t>(Criticality::kWaiting)],
      refused_[static_cast<size_t>(Criticality::kViewing)], too_late_, control_.limit(),
      control_.under_way(), control_.overloaded(now) ? 1 : 0);
}

}  // namespace wissel::gateway
