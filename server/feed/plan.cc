#include "server/feed/plan.h"

#include <algorithm>
#include <cmath>

#include "base/invariant.h"

namespace wissel::feed {

Plan::Plan(std::vector<ArrivalFile> sources, PlanOptions options)
    : sources_(std::move(sources)), options_(std::move(options)) {
  INVARIANT(!sources_.empty());
  file_begin_ = sources_.front().begin();
  file_end_ = sources_.front().end();
  for (const ArrivalFile& file : sources_) {
    file_begin_ = std::min(file_begin_, file.begin());
    file_end_ = std::max(file_end_, file.end());
    total_ += file.total();
  }
  begin_ = static_cast<double>(file_begin_);
  if (options_.start_of_day_s) {
    begin_ = std::clamp(static_cast<double>(DayOf(file_begin_) + *options_.start_of_day_s), begin_,
                        static_cast<double>(file_end_));
  }
}

const PlannedContact* Plan::Next() const {
  while (next_ >= contacts_.size()) {
    if (cycles_ > 0 && (!options_.loop || total_ == 0)) return nullptr;
    DrawCycle();
  }
  return &contacts_[next_];
}

FileTime Plan::OnCalendar(double time) const {
  const double length = static_cast<double>(file_end_ - file_begin_);
  const double since = time - static_cast<double>(file_begin_);
  if (!options_.loop) return static_cast<FileTime>(time);
  return file_begin_ + static_cast<FileTime>(std::fmod(since, length));
}

void Plan::DrawCycle() const {
  contacts_.clear();
  next_ = 0;
  const uint64_t cycle = cycles_++;
  const double shift = static_cast<double>(cycle) * static_cast<double>(file_end_ - file_begin_);
  const Behaviour& behaviour = options_.behaviour;
  for (size_t source = 0; source < sources_.size(); ++source) {
    const ArrivalFile& file = sources_[source];
    for (size_t i = 0; i < file.counts.size(); ++i) {
      // A stream for each interval: what happens in one changes nothing in another.
      Random random({options_.seed, cycle, source, i});
      for (double at : SpreadOver(file.counts[i], file.interval_s, random)) {
        PlannedContact contact;
        contact.at = at + shift;
        contact.source = source;
        contact.patience_s = random.Exponential(behaviour.patience_mean_s);
        contact.ring_s = random.Uniform(1, 5);
        contact.handle_s = random.LogNormal(behaviour.handle_mean_s, behaviour.handle_log_sd);
        contact.wrap_s = random.LogNormal(behaviour.wrap_mean_s, 0.5);
        if (contact.at >= begin_) contacts_.push_back(contact);
      }
    }
  }
  std::stable_sort(contacts_.begin(), contacts_.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
}

}  // namespace wissel::feed
