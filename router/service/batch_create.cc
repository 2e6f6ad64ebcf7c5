#include "router/service/batch_create.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_item.h"
#include "router/service/names.h"
#include "router/service/requests.h"

namespace wissel {
namespace {

constexpr int kMostRequests = 1'000;

// Each result has its own place and is written once, on whichever thread its answer comes; the last
// to come sends them all.
class Batch {
 public:
  Batch(int size, rpc::Reply<v1::BatchCreateWorkItemsResponse> reply)
      : open_(size), reply_(std::move(reply)) {
    for (int i = 0; i < size; ++i) response_.add_results();
  }

  void Put(int i, const Item& item, const Engine& engine) {
    WriteItem(item, engine, response_.mutable_results(i)->mutable_work_item());
    CountOff();
  }
  // Created by the same request long ago, ended and forgotten since.
  void PutForgotten(int i, ItemId id) {
    response_.mutable_results(i)->mutable_work_item()->set_name(ItemName(id));
    CountOff();
  }
  void Refused(int i, const absl::Status& status) {
    const absl::Status placed = FieldAtFault(status).empty()
                                    ? status
                                    : WithFieldPrefix(status, fmt::format("requests[{}]", i));
    auto* refusal = response_.mutable_results(i)->mutable_refusal();
    refusal->set_code(static_cast<int>(placed.code()));
    refusal->set_message(std::string(placed.message()));
    refusal->mutable_detail()->set_field(FieldAtFault(placed));
    refusal->mutable_detail()->set_right(WhatWouldBeRight(placed));
    CountOff();
  }

 private:
  void CountOff() {
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) reply_(std::move(response_));
  }

  std::atomic<int> open_;
  v1::BatchCreateWorkItemsResponse response_;
  rpc::Reply<v1::BatchCreateWorkItemsResponse> reply_;
};

void CreateOne(Shard& shard, const rpc::Caller& caller, const v1::CreateWorkItemRequest& request,
               const Directory& directory, int i, const std::shared_ptr<Batch>& batch) {
  const auto origin = OriginOf(caller, "CreateWorkItem", request.request_id(), request);
  if (!origin.ok()) return batch->Refused(i, origin.status());
  absl::StatusOr<CommandBody> body = NewItemOf(request, directory);
  if (!body.ok() && !origin->request) return batch->Refused(i, body.status());
  shard.Submit(CommandOf(body, *origin),
               [batch, i, before = body.status()](const absl::StatusOr<Outcome>& outcome,
                                                  const Engine& engine) {
                 if (!outcome.ok()) return batch->Refused(i, RefusalOf(before, outcome.status()));
                 const ItemId id(outcome->subject);
                 const Item* item = engine.FindItem(id);
                 if (item == nullptr) return batch->PutForgotten(i, id);
                 batch->Put(i, *item, engine);
               });
}

}  // namespace

absl::StatusOr<CommandBody> NewItemOf(const v1::CreateWorkItemRequest& request,
                                      const Directory& directory) {
  absl::StatusOr<CreateItem> item = ReadNewItem(request.work_item(), directory);
  if (!item.ok()) return WithFieldPrefix(item.status(), "workItem");
  return *std::move(item);
}

void BatchCreate(Shard& shard, const rpc::Context& context,
                 const v1::BatchCreateWorkItemsRequest& request,
                 rpc::Reply<v1::BatchCreateWorkItemsResponse> reply) {
  const int size = request.requests_size();
  if (size < 1 || size > kMostRequests) {
    return reply(RefuseField("requests", fmt::format("{} requests", size), "1 to 1,000 requests"));
  }
  const auto batch = std::make_shared<Batch>(size, std::move(reply));
  const std::shared_ptr<const Directory> directory = shard.directory();
  for (int i = 0; i < size; ++i) {
    CreateOne(shard, context.caller, request.requests(i), *directory, i, batch);
  }
}

}  // namespace wissel
