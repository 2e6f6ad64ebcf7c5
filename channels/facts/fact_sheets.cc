#include "channels/facts/fact_sheets.h"

#include <atomic>
#include <optional>
#include <utility>

#include "base/rpc/answer.h"
#include "base/runtime/worker.h"
#include "base/status.h"
#include "channels/facts/sheet_rules.h"
#include "channels/facts/sheet_store.h"
#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"
#include "router/service/requests.h"

namespace wissel::facts {
namespace {

using rpc::Caller;
using rpc::Role;

constexpr size_t kCallsAtOnce = 1'000;
constexpr uint64_t kListOfRevisions = 0x66616374;
constexpr std::string_view kFile = "users/configuration-file";

absl::Status NoSuchSheet(std::string_view field) {
  return Refuse(absl::StatusCode::kNotFound, field, "there is no such fact sheet");
}

std::string EtagOf(const Revision& revision) { return fmt::format("{}", revision.number); }

absl::Status CheckEtag(const std::string& given, const Revision& current, std::string_view field) {
  if (given.empty() || given == EtagOf(current)) return absl::OkStatus();
  return Refuse(absl::StatusCode::kAborted, field, "somebody has changed the sheet since",
                "to read it again");
}

template <class Request>
absl::StatusOr<SheetRequest> Once(const Caller& caller, std::string_view method,
                                  const Request& request) {
  WISSEL_ASSIGN_OR_RETURN(const Origin origin,
                          OriginOf(caller, method, request.request_id(), request));
  if (!origin.request) return SheetRequest();
  const auto& [key, fingerprint] = *origin.request;
  return SheetRequest{fmt::format("{:016x}{:016x}", key.high, key.low),
                      fmt::format("{:016x}", fingerprint)};
}

bool SayTheSame(const v1::FactSheet& one, const v1::FactSheet& other) {
  return google::protobuf::util::MessageDifferencer::Equals(one, other);
}

}  // namespace

// Shared with the worker's pieces, which belong to its thread.
class FactSheets::Parts {
 public:
  Parts(Shard& shard, std::unique_ptr<SheetStore> store)
      : shard_(shard), store_(std::move(store)), worker_("facts", kCallsAtOnce) {}

  // Before any call comes.
  absl::Status WriteFirst(const std::vector<v1::FactSheet>& sheets) {
    for (const v1::FactSheet& sheet : sheets) {
      WISSEL_ASSIGN_OR_RETURN(const SheetName name, ParseSheetName(sheet.name(), "name"));
      WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> before, store_->Find(name));
      if (before) continue;
      Revision first{name, 0, shard_.now(), std::string(kFile), false, WhatIsWritten(sheet)};
      WISSEL_RETURN_IF_ERROR(store_->Add(std::move(first), {}).status());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<v1::FactSheet> Get(const Caller&, const v1::GetFactSheetRequest& request) {
    WISSEL_ASSIGN_OR_RETURN(const Revision current, Current(request.name(), "name"));
    return Shown(current);
  }

  absl::StatusOr<v1::ListFactSheetsResponse> List(const Caller&,
                                                  const v1::ListFactSheetsRequest& request) {
    WISSEL_ASSIGN_OR_RETURN(const std::string queue, Queue(request.parent(), "parent"));
    WISSEL_ASSIGN_OR_RETURN(const std::vector<Revision> sheets, store_->List(queue));
    v1::ListFactSheetsResponse response;
    for (const Revision& sheet : sheets) *response.add_fact_sheets() = Shown(sheet);
    return response;
  }

  absl::StatusOr<v1::FactSheet> Create(const Caller& caller,
                                       const v1::CreateFactSheetRequest& request) {
    WISSEL_ASSIGN_OR_RETURN(const std::string queue, ParseQueue(request.parent(), "parent"));
    WISSEL_RETURN_IF_ERROR(CheckSheetId(request.fact_sheet_id(), "factSheetId"));
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckSheet(request.fact_sheet()), "factSheet"));
    WISSEL_ASSIGN_OR_RETURN(const SheetRequest once, Once(caller, "CreateFactSheet", request));
    WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> made, store_->MadeBy(once));
    if (made) return Shown(*made);
    WISSEL_RETURN_IF_ERROR(Queue(request.parent(), "parent").status());
    const SheetName name{queue, request.fact_sheet_id()};
    WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> before, store_->Find(name));
    if (before && !before->deleted) {
      return Refuse(absl::StatusCode::kAlreadyExists, "factSheetId",
                    fmt::format("there is a sheet {} already", name.text()));
    }
    WISSEL_ASSIGN_OR_RETURN(const std::vector<Revision> others, store_->List(queue));
    if (others.size() >= kMostSheets) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "parent",
                    fmt::format("the queue has {} sheets", others.size()),
                    "few sheets, that are found at a glance");
    }
    return Write(caller, name, WhatIsWritten(request.fact_sheet()), false, once);
  }

  absl::StatusOr<v1::FactSheet> Update(const Caller& caller,
                                       const v1::UpdateFactSheetRequest& request) {
    const v1::FactSheet& sheet = request.fact_sheet();
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckSheet(sheet), "factSheet"));
    WISSEL_ASSIGN_OR_RETURN(const SheetRequest once, Once(caller, "UpdateFactSheet", request));
    WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> made, store_->MadeBy(once));
    if (made) return Shown(*made);
    WISSEL_ASSIGN_OR_RETURN(const Revision current, Current(sheet.name(), "factSheet.name"));
    WISSEL_RETURN_IF_ERROR(CheckEtag(sheet.etag(), current, "factSheet.etag"));
    v1::FactSheet written = WhatIsWritten(sheet);
    if (SayTheSame(written, current.written)) return Shown(current);
    return Write(caller, current.name, std::move(written), false, once);
  }

  absl::StatusOr<v1::DeleteFactSheetResponse> Delete(const Caller& caller,
                                                     const v1::DeleteFactSheetRequest& request) {
    WISSEL_ASSIGN_OR_RETURN(const SheetRequest once, Once(caller, "DeleteFactSheet", request));
    WISSEL_ASSIGN_OR_RETURN(const std::optional<Revision> made, store_->MadeBy(once));
    if (made) return v1::DeleteFactSheetResponse();
    WISSEL_ASSIGN_OR_RETURN(const Revision current, Current(request.name(), "name"));
    WISSEL_RETURN_IF_ERROR(CheckEtag(request.etag(), current, "etag"));
    WISSEL_RETURN_IF_ERROR(Write(caller, current.name, current.written, true, once).status());
    return v1::DeleteFactSheetResponse();
  }

  absl::StatusOr<v1::ListFactSheetRevisionsResponse> History(
      const Caller&, const v1::ListFactSheetRevisionsRequest& request) {
    WISSEL_ASSIGN_OR_RETURN(const SheetName name, ParseSheetName(request.name(), "name"));
    WISSEL_ASSIGN_OR_RETURN(const Page page,
                            ReadPage(request.page_size(), request.page_token(), kListOfRevisions));
    const auto skip = static_cast<int64_t>(page.from) - 1;
    WISSEL_ASSIGN_OR_RETURN(const std::vector<Revision> revisions,
                            store_->History(name, skip, page.size + 1));
    if (revisions.empty() && skip == 0) return NoSuchSheet("name");
    v1::ListFactSheetRevisionsResponse response;
    for (const Revision& revision : revisions) {
      if (response.revisions_size() == page.size) {
        response.set_next_page_token(
            PageToken(page.from + static_cast<uint64_t>(page.size), kListOfRevisions));
        break;
      }
      v1::FactSheetRevision* shown = response.add_revisions();
      *shown->mutable_fact_sheet() = Shown(revision);
      shown->set_deleted(revision.deleted);
    }
    return response;
  }

  template <class Request, class Response>
  static void Add(const std::shared_ptr<Parts>& parts, rpc::MethodTable& table,
                  std::string_view method, rpc::Roles roles,
                  absl::StatusOr<Response> (Parts::*call)(const Caller&, const Request&)) {
    table.Unary<Request, Response>(
        fmt::format("wissel.v1.FactSheetService.{}", method), rpc::Access::Of(roles),
        [parts, call](const rpc::Context& context, const Request& request,
                      rpc::Reply<Response> reply) {
          const auto work = [parts = parts.get(), call, caller = context.caller, request,
                             reply](bool goes) {
            reply(goes ? (parts->*call)(caller, request) : rpc::Stopping());
          };
          if (parts->worker_.Do(work)) return;
          reply(parts->stopped_ ? rpc::Stopping()
                                : absl::ResourceExhaustedError(
                                      "the fact sheets are busy; try again in a second"));
        });
  }

  void Stop() {
    stopped_ = true;
    worker_.Stop();
  }

 private:
  // Of a queue that there is.
  absl::StatusOr<std::string> Queue(std::string_view name, std::string_view field) const {
    WISSEL_ASSIGN_OR_RETURN(std::string queue, ParseQueue(name, field));
    if (!shard_.directory()->queues.FindId(queue)) return NoSuchName(field, name);
    return queue;
  }

  absl::StatusOr<Revision> Current(std::string_view name, std::string_view field) {
    WISSEL_ASSIGN_OR_RETURN(const SheetName parts, ParseSheetName(name, field));
    if (!shard_.directory()->queues.FindId(parts.queue)) return NoSuchSheet(field);
    WISSEL_ASSIGN_OR_RETURN(std::optional<Revision> current, store_->Find(parts));
    if (!current || current->deleted) return NoSuchSheet(field);
    return *std::move(current);
  }

  absl::StatusOr<v1::FactSheet> Write(const Caller& caller, const SheetName& name,
                                      v1::FactSheet written, bool deleted,
                                      const SheetRequest& once) {
    Revision revision{name, 0, shard_.now(), caller.user, deleted, std::move(written)};
    WISSEL_ASSIGN_OR_RETURN(const Revision added, store_->Add(std::move(revision), once));
    return Shown(added);
  }

  v1::FactSheet Shown(const Revision& revision) const {
    v1::FactSheet sheet = revision.written;
    sheet.set_name(revision.name.text());
    sheet.set_etag(EtagOf(revision));
    sheet.set_updater(revision.author);
    WriteTimestamp(revision.time, sheet.mutable_update_time());
    absl::TimeZone zone = absl::UTCTimeZone();
    absl::LoadTimeZone(shard_.directory()->center.time_zone, &zone);
    sheet.set_stale(IsStale(sheet.review_date(), shard_.now(), zone));
    return sheet;
  }

  Shard& shard_;
  const std::unique_ptr<SheetStore> store_;  // of the worker's thread
  std::atomic<bool> stopped_ = false;
  Worker worker_;
};

absl::StatusOr<std::unique_ptr<FactSheets>> FactSheets::Open(Shard& shard,
                                                             const FactSheetOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<SheetStore> store, SheetStore::Open(options.place));
  auto parts = std::make_shared<Parts>(shard, std::move(store));
  WISSEL_RETURN_IF_ERROR(parts->WriteFirst(options.first));
  return std::unique_ptr<FactSheets>(new FactSheets(std::move(parts)));
}

FactSheets::FactSheets(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
FactSheets::~FactSheets() { Stop(); }

void FactSheets::Stop() { parts_->Stop(); }

void FactSheets::Register(rpc::MethodTable& table) {
  const rpc::Roles write = {Role::kManager, Role::kPlanner, Role::kAdmin, Role::kIntegration};
  const rpc::Roles look_back = {Role::kManager, Role::kPlanner, Role::kAdmin};
  Parts::Add(parts_, table, "GetFactSheet", rpc::Roles::All(), &Parts::Get);
  Parts::Add(parts_, table, "ListFactSheets", rpc::Roles::All(), &Parts::List);
  Parts::Add(parts_, table, "CreateFactSheet", write, &Parts::Create);
  Parts::Add(parts_, table, "UpdateFactSheet", write, &Parts::Update);
  Parts::Add(parts_, table, "DeleteFactSheet", write, &Parts::Delete);
  Parts::Add(parts_, table, "ListFactSheetRevisions", look_back, &Parts::History);
}

}  // namespace wissel::facts
