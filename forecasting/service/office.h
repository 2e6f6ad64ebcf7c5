// What the planning services have in common: the store of plans on a thread of its own, another
// thread for what takes longer, the shard, and the rule that a request with a request id is carried
// out once.
//
// Thread-safe. Handlers hand over and never block; what does not fit into the queue is
// RESOURCE_EXHAUSTED.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/rpc/method_table.h"
#include "base/runtime/worker.h"
#include "base/status.h"
#include "forecasting/service/eligibility.h"
#include "forecasting/service/operations.h"
#include "forecasting/store/plan_store.h"
#include "metrics/history/history_tables.h"
#include "router/core/rule_book.h"
#include "router/service/requests.h"
#include "router/service/shard.h"

namespace wissel::forecasting {

class Office {
 public:
  // `history`: where it is; none: none is kept.
  Office(Shard& shard, std::unique_ptr<PlanStore> store,
         std::optional<sql::Place> history = std::nullopt)
      : shard_(shard),
        operations_([&shard] { return shard.now(); }),
        store_(std::move(store)),
        history_place_(std::move(history)) {}
  ~Office() { Stop(); }

  Shard& shard() { return shard_; }
  Operations& operations() { return operations_; }
  std::shared_ptr<const Directory> directory() const { return shard_.directory(); }
  // The center's; UTC while it has none.
  absl::TimeZone zone() const;
  // A connection to the history, of the thread that asks. FAILED_PRECONDITION: none is kept.
  absl::StatusOr<metrics::HistoryTables> OpenHistory() const;
  // The same for the store's thread, kept.
  absl::StatusOr<metrics::HistoryTables*> HistoryOfStore();

  void Stop() {
    operations_.Stop();
    study_.Stop();
    worker_.Stop();
  }

  // `work(PlanStore&)` answers a StatusOr<Response>, on the store's thread.
  template <class Response, class Work>
  void Look(rpc::Reply<Response> reply, Work work) {
    const bool taken = worker_.Do([this, reply, work = std::move(work)](bool goes) {
      if (!goes) return reply(NoLook());
      reply(work(*store_));
    });
    if (!taken) reply(Busy());
  }

  // For what takes so long that others may not wait for the store meanwhile: `work(HistoryTables&)`
  // on a thread of its own, which asks for plans by OnStore. FAILED_PRECONDITION: no history.
  template <class Response, class Work>
  void Study(rpc::Reply<Response> reply, Work work) {
    const bool taken = study_.Do([this, reply, work = std::move(work)](bool goes) {
      if (!goes) return reply(NoLook());
      const absl::StatusOr<metrics::HistoryTables*> history = HistoryOfStudy();
      if (!history.ok()) return reply(history.status());
      reply(work(**history));
    });
    if (!taken) reply(Busy());
  }
  // With who can serve what: `work(HistoryTables&, const Eligible&)`.
  template <class Response, class Work>
  void StudyWithPeople(rpc::Reply<Response> reply, Work work) {
    const bool runs = shard_.Read([this, reply, work = std::move(work)](const Engine& engine) {
      Study(reply, [directory = directory(), requirements = RequirementsOf(engine),
                    work](metrics::HistoryTables& history) {
        return work(history, WhoCanServe(*directory, requirements));
      });
    });
    if (!runs) reply(NoLook());
  }

  // As Look, with who can serve what: `work(PlanStore&, const Eligible&)`.
  template <class Response, class Work>
  void LookAtPeople(rpc::Reply<Response> reply, Work work) {
    const bool runs = shard_.Read([this, reply, work = std::move(work)](const Engine& engine) {
      Look(reply,
           [directory = directory(), requirements = RequirementsOf(engine),
            work](PlanStore& store) { return work(store, WhoCanServe(*directory, requirements)); });
    });
    if (!runs) reply(NoLook());
  }

  // The same with the rules that hold: `work(PlanStore&, const Rules&)`.
  template <class Response, class Work>
  void LookAtRules(rpc::Reply<Response> reply, Work work) {
    const bool runs = shard_.Read([this, reply, work = std::move(work)](const Engine& engine) {
      Look(reply, [directory = directory(), requirements = RequirementsOf(engine),
                   work](PlanStore& store) {
        return work(store, Rules{*directory, requirements});
      });
    });
    if (!runs) reply(NoLook());
  }

  // The same for what changes something: all of it or nothing, and once for each request id.
  template <class Request, class Response, class Work>
  void Change(const rpc::Context& context, std::string_view method, const Request& request,
              rpc::Reply<Response> reply, Work work) {
    const absl::StatusOr<Origin> origin =
        OriginOf(context.caller, method, request.request_id(), request);
    if (!origin.ok()) return reply(origin.status());
    Look(std::move(reply), [work = std::move(work), identity = origin->request](PlanStore& store) {
      return Once<Response>(store, identity, work);
    });
  }

  template <class Request, class Response, class Work>
  void ChangeWithPeople(const rpc::Context& context, std::string_view method,
                        const Request& request, rpc::Reply<Response> reply, Work work) {
    const absl::StatusOr<Origin> origin =
        OriginOf(context.caller, method, request.request_id(), request);
    if (!origin.ok()) return reply(origin.status());
    LookAtPeople(std::move(reply), [work = std::move(work), identity = origin->request](
                                       PlanStore& store, const Eligible& eligible) {
      return Once<Response>(store, identity, [&](PlanStore& in) { return work(in, eligible); });
    });
  }

  template <class Request, class Response, class Work>
  void ChangeWithRules(const rpc::Context& context, std::string_view method, const Request& request,
                       rpc::Reply<Response> reply, Work work) {
    const absl::StatusOr<Origin> origin =
        OriginOf(context.caller, method, request.request_id(), request);
    if (!origin.ok()) return reply(origin.status());
    LookAtRules(std::move(reply), [work = std::move(work), identity = origin->request](
                                      PlanStore& store, const Rules& rules) {
      return Once<Response>(store, identity, [&](PlanStore& in) { return work(in, rules); });
    });
  }

  // For the threads of operations and studies: waits for the store's.
  template <class Work>
  auto OnStore(Work work) -> decltype(work(std::declval<PlanStore&>())) {
    std::promise<decltype(work(std::declval<PlanStore&>()))> answer;
    const bool taken = worker_.Do([&](bool goes) {
      if (!goes) return answer.set_value(NoLook());
      answer.set_value(work(*store_));
    });
    if (!taken) return Busy();
    return answer.get_future().get();
  }

 private:
  static absl::Status Busy() {
    return Refuse(absl::StatusCode::kResourceExhausted, "", "too many ask of the plans at once",
                  "the same request again later");
  }

  template <class Response, class Work>
  static absl::StatusOr<Response> Once(PlanStore& store,
                                       const std::optional<RequestIdentity>& identity,
                                       const Work& work) {
    Response response;
    const absl::Status status = store.Transact([&]() -> absl::Status {
      const std::string key = identity ? KeyOf(*identity) : "";
      if (identity) {
        WISSEL_ASSIGN_OR_RETURN(const bool known,
                                store.FindAnswer(key, identity->fingerprint, &response));
        if (known) return absl::OkStatus();
      }
      WISSEL_ASSIGN_OR_RETURN(response, work(store));
      if (!identity) return absl::OkStatus();
      return store.KeepAnswer(key, identity->fingerprint, response);
    });
    if (!status.ok()) return status;
    return response;
  }
  static std::string KeyOf(const RequestIdentity& identity);

  absl::StatusOr<metrics::HistoryTables*> HistoryOfStudy();

  static constexpr size_t kMostWaiting = 200;

  Shard& shard_;
  Operations operations_;
  std::unique_ptr<PlanStore> store_;  // of the worker's thread
  const std::optional<sql::Place> history_place_;
  std::optional<metrics::HistoryTables> history_;  // of the worker's thread
  std::optional<metrics::HistoryTables> studied_;  // of the study's thread
  Worker worker_{"plans", kMostWaiting};
  Worker study_{"study", kMostWaiting};
};

}  // namespace wissel::forecasting
