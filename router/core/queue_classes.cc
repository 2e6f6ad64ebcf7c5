#include "router/core/queue_classes.h"

#include <algorithm>
#include <utility>

namespace wissel {

QueueHelp QueueClass::HelpOf(ProfileId profile) const {
  for (const OfProfile& one : helped_by) {
    if (one.profile == profile) return {one.rank, one.delay};
  }
  return {};
}

QueueClassId QueueClasses::Intern(QueueClass one) {
  const auto [it, is_new] =
      ids_.try_emplace(std::move(one), QueueClassId(static_cast<uint32_t>(classes_.size())));
  if (!is_new) return it->second;
  Row& row = classes_.emplace_back(Row{&it->first, {}});
  for (const QueueClass::OfProfile& by : it->first.helped_by) {
    if (by.delay > Duration()) row.delays.push_back(by.delay);
  }
  std::sort(row.delays.begin(), row.delays.end());
  return it->second;
}

bool QueueClasses::Refresh(QueueId queue, const Directory& directory) {
  if (queue.value() >= of_queue_.size()) of_queue_.resize(queue.value() + 1);
  bool changed = false;
  for (Channel channel : kChannels) {
    QueueClass one;
    if (directory.queues.Get(queue).share_floor_permille > 0) one.with_floor = queue;
    directory.profiles.ForEach([&](ProfileId id, const RoutingProfile& profile) {
      const QueueHelp help = HelpFor(profile.queues, queue, channel);
      if (help != QueueHelp()) one.helped_by.push_back({id, help.rank, help.delay});
    });
    QueueClassId& id = of_queue_[queue.value()][IndexOf(channel)];
    const QueueClassId now = Intern(std::move(one));
    changed |= id != now;
    id = now;
  }
  return changed;
}

bool QueueClasses::RefreshAll(const Directory& directory) {
  bool changed = false;
  directory.queues.ForEach(
      [&](QueueId id, const QueueConfig&) { changed |= Refresh(id, directory); });
  return changed;
}

}  // namespace wissel
