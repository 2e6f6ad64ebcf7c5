#include "forecasting/core/scheduling/adherence.h"

#include <algorithm>

namespace wissel::scheduling {
namespace {

// The plan as changes, off at the end of each span that no other follows at once.
std::vector<ActivityChange> ChangesOf(const std::vector<ActivitySpan>& plan) {
  std::vector<ActivityChange> changes;
  for (size_t i = 0; i < plan.size(); ++i) {
    changes.push_back({plan[i].start, plan[i].activity});
    const bool goes_on = i + 1 < plan.size() && plan[i + 1].start == plan[i].end;
    if (!goes_on) changes.push_back({plan[i].end, Activity::kOff});
  }
  return changes;
}

// One of the two courses, read forward.
class Course {
 public:
  explicit Course(const std::vector<ActivityChange>& changes) : changes_(changes) {}

  Activity activity() const { return activity_; }
  std::optional<Instant> next() const {
    if (at_ == changes_.size()) return std::nullopt;
    return changes_[at_].at;
  }
  void GoTo(Instant t) {
    while (at_ < changes_.size() && changes_[at_].at <= t) activity_ = changes_[at_++].activity;
  }

 private:
  const std::vector<ActivityChange>& changes_;
  size_t at_ = 0;
  Activity activity_ = Activity::kOff;
};

struct Sums {
  int64_t planned = 0;
  int64_t right = 0;
  int64_t to_work = 0;
  int64_t worked = 0;

  void Add(Activity plan, Activity does, int64_t ms) {
    if (plan != Activity::kOff) planned += ms;
    if (plan != Activity::kOff && plan == does) right += ms;
    if (plan == Activity::kWork) to_work += ms;
    if (does == Activity::kWork) worked += ms;
  }
};

std::optional<double> Share(int64_t part, int64_t of) {
  if (of == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(of);
}

}  // namespace

AdherenceRow AdherenceAt(const std::vector<ActivitySpan>& plan,
                         const std::vector<ActivityChange>& did, Instant now) {
  const std::vector<ActivityChange> to_do = ChangesOf(plan);
  Course planned(to_do), done(did);
  Sums sums;
  AdherenceRow row;
  std::optional<Instant> at;  // what lies before it is counted
  for (;;) {
    Instant next = now;
    if (const auto change = planned.next()) next = std::min(next, *change);
    if (const auto change = done.next()) next = std::min(next, *change);
    if (at) sums.Add(planned.activity(), done.activity(), (next - *at).millis());
    planned.GoTo(next);
    done.GoTo(next);
    at = next;
    const bool differ = planned.activity() != done.activity();
    if (!differ) row.differs_since.reset();
    if (differ && !row.differs_since) row.differs_since = next;
    if (next == now) break;
  }
  row.planned = planned.activity();
  row.actual = done.activity();
  row.adherence = Share(sums.right, sums.planned);
  row.conformance = Share(sums.worked, sums.to_work);
  for (const ActivityChange& change : to_do) {
    if (change.at <= now) continue;
    row.next = change;
    break;
  }
  return row;
}

}  // namespace wissel::scheduling
