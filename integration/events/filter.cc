#include "integration/events/filter.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::events {
namespace {

constexpr size_t kMostInFilter = 100;
constexpr size_t kLongestContact = 64;  // as WorkItem.contact

bool BeginsSomeType(std::string_view prefix) {
  return !prefix.empty() && std::ranges::any_of(Vocabulary(), [&](const TypeWords& words) {
    return words.type.starts_with(prefix);
  });
}

}  // namespace

bool Filter::Passes(const Published& event) const {
  const v1::EventData& data = event.event.data();
  if (!contact.empty() && data.contact() != contact) return false;
  const std::string_view type = TypeName(event.type);
  if (!type_prefixes.empty() &&
      std::ranges::none_of(type_prefixes, [&](const auto& p) { return type.starts_with(p); })) {
    return false;
  }
  return queues.empty() || std::ranges::any_of(queues, [&](const std::string& queue) {
           return queue == data.queue() || queue == data.to_queue();
         });
}

absl::Status CheckFilter(const Filter& filter, const Directory& directory, std::string_view at) {
  const auto count = [&](size_t size, const char* field) {
    return CheckCount(static_cast<int>(std::min<size_t>(size, 1'000'000)), kMostInFilter,
                      fmt::format("{}{}", at, field));
  };
  WISSEL_RETURN_IF_ERROR(count(filter.type_prefixes.size(), "typePrefixes"));
  WISSEL_RETURN_IF_ERROR(count(filter.queues.size(), "queues"));
  for (size_t i = 0; i < filter.type_prefixes.size(); ++i) {
    if (BeginsSomeType(filter.type_prefixes[i])) continue;
    return RefuseField(
        fmt::format("{}typePrefixes[{}]", at, i),
        fmt::format("no type of event begins with {}", Quoted(filter.type_prefixes[i])),
        "\"wissel.work_item.\" for example; ListEventTypes has all types");
  }
  for (size_t i = 0; i < filter.queues.size(); ++i) {
    const auto queue =
        FindByName<QueueId>(directory, filter.queues[i], fmt::format("{}queues[{}]", at, i));
    if (!queue.ok()) return queue.status();
  }
  if (filter.contact.size() > kLongestContact) {
    return RefuseField(fmt::format("{}contact", at), "this is no contact of a work item",
                       "at most 64 characters");
  }
  return absl::OkStatus();
}

}  // namespace wissel::events
