#include "channels/forms/answers.h"

#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::forms {
namespace {

constexpr std::string_view kField = "workItem";

// The form's contact, for the agent who has the item.
absl::StatusOr<std::string> ContactFor(const Engine& engine, ItemId id, std::string_view agent) {
  const Item* item = engine.FindItem(id);
  if (item == nullptr || item->channel != Channel::kForm) {
    return Refuse(absl::StatusCode::kNotFound, kField, ItemName(id) + " is no form");
  }
  const bool theirs = IsWithAgent(item->state) && item->decision &&
                      engine.directory().agents.Get(item->agent()).name == agent;
  if (theirs) return item->contact;
  return Refuse(absl::StatusCode::kPermissionDenied, kField, ItemName(id) + " is not with you");
}

}  // namespace

void AnswerForm(Shard& shard, contacts::ContactStore& store,
                const std::function<std::string(std::string_view agent)>& display_name,
                const rpc::Caller& caller, const v1::AnswerFormRequest& request,
                std::function<void(absl::StatusOr<v1::ContactEntry>)> done) {
  const absl::StatusOr<ItemId> item = ParseItemName(request.work_item(), kField);
  absl::Status checked = item.status();
  if (checked.ok()) checked = contacts::CheckMessage(request.text(), "text");
  if (checked.ok()) checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return done(checked);
  contacts::NewEntry answer;
  answer.entry.author = contacts::Author::kAgent;
  answer.entry.agent = caller.agent.substr(caller.agent.find('/') + 1);
  answer.entry.author_name = display_name(answer.entry.agent);
  answer.entry.text = request.text();
  answer.entry.time = shard.now();
  // An id is the agent's own: two who had the item may have chosen the same.
  if (!request.request_id().empty()) {
    answer.request_id = fmt::format("answer {} {}", answer.entry.agent, request.request_id());
  }
  answer.fingerprint = DigestOf(std::string(request.text()));
  const bool reads = shard.Read(
      [&store, item = *item, answer = std::move(answer), done](const Engine& engine) mutable {
        absl::StatusOr<std::string> contact = ContactFor(engine, item, answer.entry.agent);
        if (!contact.ok()) return done(contact.status());
        answer.contact = *std::move(contact);
        store.Append(std::move(answer),
                     [done](const absl::StatusOr<contacts::ContactStore::Appended>& added) {
                       if (!added.ok()) return done(added.status());
                       done(contacts::ToProto(added->entry));
                     });
      });
  if (!reads) done(absl::UnavailableError("the forms channel is stopping"));
}

}  // namespace wissel::forms
