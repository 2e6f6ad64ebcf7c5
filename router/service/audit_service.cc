#include "router/service/audit_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/core/action_of.h"
#include "router/service/convert_basics.h"
#include "router/service/pages.h"
#include "router/service/requests.h"
#include "wissel/v1/audit.pb.h"

namespace wissel {
namespace {

constexpr size_t kLongestSubject = 100;

void WriteEntry(const RecordedAction& recorded, v1::AuditEntry* out) {
  const ActionTaken& action = recorded.action;
  out->set_name(fmt::format("auditEntries/{}", recorded.number));
  WriteTimestamp(recorded.at, out->mutable_time());
  out->set_user(action.by);
  out->set_kind(static_cast<v1::AuditEntry::Kind>(action.kind));
  for (const std::string& subject : action.subjects) out->add_subjects(subject);
  for (const FieldChange& change : action.changes) {
    v1::AuditEntry::Change* to = out->add_changes();
    to->set_field(change.field);
    to->set_before(change.before);
    to->set_after(change.after);
  }
  out->set_sentence(DescribeAction(action));
}

bool IsAbout(const ActionTaken& action, const std::string& subject) {
  return subject.empty() || std::find(action.subjects.begin(), action.subjects.end(), subject) !=
                                action.subjects.end();
}

// A page token names the newest entry that has not been shown, so that what is added meanwhile
// moves nothing. A look at all that is kept costs less than a millisecond.
v1::ListAuditEntriesResponse PageOf(const Actions& actions, const Page& page, bool first_page,
                                    const std::string& subject, uint64_t list) {
  v1::ListAuditEntriesResponse response;
  const auto& kept = actions.oldest_first();
  for (auto recorded = kept.rbegin(); recorded != kept.rend(); ++recorded) {
    if (!first_page && recorded->number > page.from) continue;
    if (!IsAbout(recorded->action, subject)) continue;
    if (response.audit_entries_size() == page.size) {
      response.set_next_page_token(PageToken(recorded->number, list));
      break;
    }
    WriteEntry(*recorded, response.add_audit_entries());
  }
  return response;
}

void List(Shard& shard, const v1::ListAuditEntriesRequest& request,
          rpc::Reply<v1::ListAuditEntriesResponse> reply) {
  const absl::Status right = CheckText(request.subject(), kLongestSubject, "subject");
  if (!right.ok()) return reply(right);
  Digest list;
  list.Add(request.subject());
  const auto page = ReadPage(request.page_size(), request.page_token(), list.value());
  if (!page.ok()) return reply(page.status());
  Look(shard, std::move(reply),
       [page = *page, first_page = request.page_token().empty(), subject = request.subject(),
        list = list.value()](const Engine& engine) {
         return absl::StatusOr<v1::ListAuditEntriesResponse>(
             PageOf(engine.actions(), page, first_page, subject, list));
       });
}

}  // namespace

void RegisterAuditService(rpc::MethodTable& table, Shard& shard) {
  using rpc::Role;
  table.Unary<v1::ListAuditEntriesRequest, v1::ListAuditEntriesResponse>(
      "wissel.v1.AuditService.ListAuditEntries", rpc::Access::Of({Role::kManager, Role::kAdmin}),
      [&shard](const rpc::Context&, const v1::ListAuditEntriesRequest& request,
               rpc::Reply<v1::ListAuditEntriesResponse> reply) {
        List(shard, request, std::move(reply));
      });
}

}  // namespace wissel
