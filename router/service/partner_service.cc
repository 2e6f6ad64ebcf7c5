#include "router/service/partner_service.h"

#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"
#include "router/service/requests.h"
#include "wissel/v1/partner.pb.h"

namespace wissel {
namespace {

using rpc::Context;
using rpc::Reply;

// What the accounts of one allocation have in common.
struct Whole {
  int32_t parts = 0;  // of one decision
  int64_t decisions = 0;
};
Whole WholeOf(const std::vector<PartnerAccount>& accounts) {
  Whole whole;
  for (const PartnerAccount& account : accounts) {
    whole.parts += account.share_permille;
    whole.decisions += account.taken;
  }
  return whole;
}

void WriteAccount(const PartnerAccount& account, const Whole& whole, const Directory& directory,
                  v1::PartnerAccount* out) {
  if (account.partner) out->set_partner(NameIn(directory, *account.partner));
  out->set_share(account.share_permille / 1000.0);
  out->set_credit(account.credit);
  out->set_due(account.share_permille * whole.decisions);
  out->set_taken(account.taken);
  out->set_taken_in_time(account.taken_in_time);
  for (const DeviationCount& deviation : account.deviations) {
    v1::PartnerAccount::DeviationCount* to = out->add_deviations();
    to->set_reason(static_cast<v1::PartnerDeviation>(deviation.reason));
    to->set_count(deviation.count);
  }
}

void WriteAccounts(const Engine& engine, QueueId id, v1::PartnerAccounts* out) {
  const Directory& directory = engine.directory();
  const QueueConfig& queue = directory.queues.Get(id);
  const PartnerBook& book = engine.PartnersOf(id);
  const Whole whole = WholeOf(book.accounts());
  out->set_queue(NameIn(directory, id));
  out->set_queue_display_name(queue.display_name);
  if (book.from()) {
    WriteTimestamp(*book.from(), out->mutable_start_time());
    WriteTimestamp(book.until(), out->mutable_end_time());
  }
  for (const PartnerAccount& account : book.accounts()) {
    v1::PartnerAccount* to = out->add_accounts();
    WriteAccount(account, whole, directory, to);
    to->set_below_floor(book.IsBelowFloor(account, engine.now()));
  }
  out->set_taken_by_others(book.taken_by_others());
  out->set_decision_parts(whole.parts);
  const PartnerAccount& next = book.Due();
  out->mutable_next()->clear_partner();
  if (next.partner) out->mutable_next()->set_partner(NameIn(directory, *next.partner));
  out->set_service_level_floor(queue.partner_allocation->service_level_floor_permille / 1000.0);
}

void GetAllocation(Shard& shard, const Context&, const v1::GetPartnerAllocationRequest& request,
                   Reply<v1::PartnerAccounts> reply) {
  Look(shard, std::move(reply),
       [name = request.queue()](const Engine& engine) -> absl::StatusOr<v1::PartnerAccounts> {
         WISSEL_ASSIGN_OR_RETURN(const QueueId queue,
                                 FindByName<QueueId>(engine.directory(), name, "queue"));
         if (engine.PartnersOf(queue).empty()) {
           return Refuse(absl::StatusCode::kFailedPrecondition, "queue",
                         fmt::format("{} is not shared among partners", name),
                         "a queue with a partner_allocation");
         }
         v1::PartnerAccounts accounts;
         WriteAccounts(engine, queue, &accounts);
         return accounts;
       });
}

void ListAllocations(Shard& shard, const Context&, const v1::ListPartnerAllocationsRequest&,
                     Reply<v1::ListPartnerAllocationsResponse> reply) {
  Look(shard, std::move(reply),
       [](const Engine& engine) -> absl::StatusOr<v1::ListPartnerAllocationsResponse> {
         v1::ListPartnerAllocationsResponse listed;
         engine.directory().queues.ForEach([&](QueueId id, const QueueConfig&) {
           if (engine.PartnersOf(id).empty()) return;
           WriteAccounts(engine, id, listed.add_allocations());
         });
         return listed;
       });
}

// Which settlements are asked for.
struct Asked {
  std::string queue;
  std::optional<Instant> from;
  std::optional<Instant> to;

  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "from", self.from);
    f(3, "to", self.to);
  }
};

absl::StatusOr<Asked> ReadAsked(const v1::ListPartnerSettlementsRequest& request) {
  Asked asked;
  asked.queue = request.queue();
  if (request.has_start_time()) {
    WISSEL_ASSIGN_OR_RETURN(asked.from, ReadTimestamp(request.start_time(), "startTime"));
  }
  if (request.has_end_time()) {
    WISSEL_ASSIGN_OR_RETURN(asked.to, ReadTimestamp(request.end_time(), "endTime"));
  }
  return asked;
}

void WriteSettlement(const RecordedSettlement& recorded, const Directory& directory,
                     v1::PartnerSettlement* out) {
  const PartnersSettled& settled = recorded.settled;
  const Whole whole = WholeOf(settled.accounts);
  out->set_name(fmt::format("partnerSettlements/{}", recorded.number));
  out->set_queue(NameIn(directory, settled.queue));
  WriteTimestamp(settled.from, out->mutable_start_time());
  WriteTimestamp(settled.to, out->mutable_end_time());
  for (const PartnerAccount& account : settled.accounts) {
    WriteAccount(account, whole, directory, out->add_accounts());
  }
  out->set_taken_by_others(settled.taken_by_others);
  out->set_decision_parts(whole.parts);
}

// A page token names the newest settlement that has not been shown, so that what is added meanwhile
// moves nothing.
void ListSettlements(Shard& shard, const Context&, const v1::ListPartnerSettlementsRequest& request,
                     Reply<v1::ListPartnerSettlementsResponse> reply) {
  const absl::StatusOr<Asked> asked = ReadAsked(request);
  if (!asked.ok()) return reply(asked.status());
  Digest digest;
  digest.Add(*asked);
  const uint64_t list = digest.value();
  const auto page = ReadPage(request.page_size(), request.page_token(), list);
  if (!page.ok()) return reply(page.status());
  Look(shard, std::move(reply),
       [asked = *asked, page = *page, list, first_page = request.page_token().empty()](
           const Engine& engine) -> absl::StatusOr<v1::ListPartnerSettlementsResponse> {
         const Directory& directory = engine.directory();
         std::optional<QueueId> queue;
         if (!asked.queue.empty()) {
           WISSEL_ASSIGN_OR_RETURN(queue, FindByName<QueueId>(directory, asked.queue, "queue"));
         }
         v1::ListPartnerSettlementsResponse listed;
         const auto& kept = engine.settlements().oldest_first();
         for (auto recorded = kept.rbegin(); recorded != kept.rend(); ++recorded) {
           const PartnersSettled& settled = recorded->settled;
           if (!first_page && recorded->number > page.from) continue;
           if (queue && settled.queue != *queue) continue;
           if (asked.from && settled.to <= *asked.from) continue;
           if (asked.to && settled.from >= *asked.to) continue;
           if (listed.settlements_size() == page.size) {
             listed.set_next_page_token(PageToken(recorded->number, list));
             break;
           }
           WriteSettlement(*recorded, directory, listed.add_settlements());
         }
         return listed;
       });
}

template <class Request, class Response, class Handler>
void Serve(rpc::MethodTable& table, const char* method, Shard& shard, Handler handler) {
  using rpc::Role;
  table.Unary<Request, Response>(
      fmt::format("wissel.v1.PartnerService.{}", method),
      rpc::Access::Of({Role::kManager, Role::kPlanner, Role::kAdmin, Role::kIntegration}),
      [&shard, handler](const Context& context, const Request& request, Reply<Response> reply) {
        handler(shard, context, request, std::move(reply));
      });
}

}  // namespace

void RegisterPartnerService(rpc::MethodTable& table, Shard& shard) {
  Serve<v1::GetPartnerAllocationRequest, v1::PartnerAccounts>(table, "GetPartnerAllocation", shard,
                                                              GetAllocation);
  Serve<v1::ListPartnerAllocationsRequest, v1::ListPartnerAllocationsResponse>(
      table, "ListPartnerAllocations", shard, ListAllocations);
  Serve<v1::ListPartnerSettlementsRequest, v1::ListPartnerSettlementsResponse>(
      table, "ListPartnerSettlements", shard, ListSettlements);
}

}  // namespace wissel
