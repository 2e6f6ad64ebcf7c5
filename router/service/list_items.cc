#include "router/service/list_items.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "router/service/convert_item.h"
#include "router/service/names.h"
#include "router/service/pages.h"
#include "router/service/requests.h"

namespace wissel {
namespace {

// About a millisecond of the sequencer's time.
constexpr int kMostLookedAt = 10'000;

struct Filter {
  std::optional<QueueId> queue;
  std::optional<ItemState> state;

  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "state", self.state);
  }
};

absl::StatusOr<Filter> ReadFilter(const v1::ListWorkItemsRequest& request,
                                  const Directory& directory) {
  Filter filter;
  if (!request.queue().empty()) {
    WISSEL_ASSIGN_OR_RETURN(filter.queue, FindByName<QueueId>(directory, request.queue(), "queue"));
  }
  if (request.state() == v1::WorkItem::STATE_UNSPECIFIED) return filter;
  const auto state = static_cast<ItemState>(request.state());
  if (!v1::WorkItem::State_IsValid(request.state()) || IsEnded(state)) {
    return RefuseField("state", "only living items are listed",
                       "WAITING, WAITING_FOR_HOURS, SCHEDULED, OFFERED, ACTIVE, HELD, PARKED, "
                       "WRAPPING or AWAITING_CUSTOMER");
  }
  filter.state = state;
  return filter;
}

class Listing : public std::enable_shared_from_this<Listing> {
 public:
  Listing(Shard& shard, Filter filter, Page page, rpc::Reply<v1::ListWorkItemsResponse> reply)
      : shard_(shard), filter_(filter), page_(page), reply_(std::move(reply)) {}

  void Go() {
    const bool runs =
        shard_.Read([self = shared_from_this()](const Engine& engine) { self->Look(engine); });
    if (!runs) reply_(NoLook());
  }

 private:
  void Look(const Engine& engine) {
    int looked_at = 0;
    std::optional<ItemId> stopped_before;
    engine.ForEachLivingItem(ItemId(page_.from), [&](const Item& item) {
      if (looked_at++ == kMostLookedAt || response_.work_items_size() == page_.size) {
        stopped_before = item.id;
        return false;
      }
      const bool fits = (!filter_.queue || item.queue == *filter_.queue) &&
                        (!filter_.state || item.state == *filter_.state);
      if (fits) WriteItem(item, engine, response_.add_work_items());
      return true;
    });
    const bool full = response_.work_items_size() == page_.size;
    if (stopped_before && !full) {
      page_.from = stopped_before->value();
      return Go();
    }
    if (stopped_before) {
      response_.set_next_page_token(PageToken(stopped_before->value(), DigestOf(filter_)));
    }
    reply_(std::move(response_));
  }

  Shard& shard_;
  const Filter filter_;
  Page page_;
  rpc::Reply<v1::ListWorkItemsResponse> reply_;
  v1::ListWorkItemsResponse response_;
};

}  // namespace

void ListItems(Shard& shard, const v1::ListWorkItemsRequest& request,
               rpc::Reply<v1::ListWorkItemsResponse> reply) {
  const auto filter = ReadFilter(request, *shard.directory());
  if (!filter.ok()) return reply(filter.status());
  const auto page = ReadPage(request.page_size(), request.page_token(), DigestOf(*filter));
  if (!page.ok()) return reply(page.status());
  std::make_shared<Listing>(shard, *filter, *page, std::move(reply))->Go();
}

}  // namespace wissel
