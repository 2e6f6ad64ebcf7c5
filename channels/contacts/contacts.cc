#include "channels/contacts/contacts.h"

#include <utility>

#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "router/service/names.h"
#include "router/service/requests.h"

namespace wissel::contacts {
namespace {

constexpr rpc::Roles kSupervisors = {rpc::Role::kManager, rpc::Role::kAdmin};
constexpr rpc::Roles kDesk = {rpc::Role::kAgent, rpc::Role::kManager, rpc::Role::kAdmin};

// A consult is an item of its own with the customer's contact: whoever is asked has that one.
std::vector<std::string> ContactsAtHand(const Engine& engine, const std::string& agent) {
  std::vector<std::string> contacts;
  const absl::StatusOr<AgentId> id = FindByName<AgentId>(engine.directory(), agent, "");
  const AgentState* state = id.ok() ? engine.FindAgent(*id) : nullptr;
  if (state == nullptr) return contacts;
  for (ItemId item : state->work) {
    const Item* work = engine.FindItem(item);
    if (work != nullptr && IsContactName(work->contact)) contacts.push_back(work->contact);
  }
  return contacts;
}

}  // namespace

ContactService::ContactService(Shard& shard, ContactStore& store, ContactServiceOptions options)
    : shard_(shard), store_(store), options_(std::move(options)) {}

void ContactService::WithContactsAtHand(
    const rpc::Caller& caller, std::function<void(absl::StatusOr<std::vector<std::string>>)> then) {
  if (caller.agent.empty()) return then(std::vector<std::string>());
  const bool runs = shard_.Read(
      [then, agent = caller.agent](const Engine& engine) { then(ContactsAtHand(engine, agent)); });
  if (!runs) then(NoLook());
}

void ContactService::Authorize(const rpc::Caller& caller, const std::string& subject, Record record,
                               Then then) {
  WithContactsAtHand(caller, [=, this](absl::StatusOr<std::vector<std::string>> at_hand) {
    if (!at_hand.ok()) return then(at_hand.status());
    store_.SharesCustomer(*std::move(at_hand), subject, [=, this](absl::StatusOr<bool> theirs) {
      if (!theirs.ok()) return then(theirs.status());
      if (*theirs) return then(absl::OkStatus());
      if (!caller.roles.Intersects(kSupervisors)) {
        return then(Refuse(absl::StatusCode::kPermissionDenied, "",
                           "only the agent who has a work item of this customer, or is asked about "
                           "it, managers and admins may"));
      }
      if (record == Record::kNo) return then(absl::OkStatus());
      store_.RecordRead(caller.user, {subject}, shard_.now(),
                        [then](const absl::StatusOr<bool>& done) { then(done.status()); });
    });
  });
}

void ContactService::Register(rpc::MethodTable& table) {
  RegisterReads(table);
  RegisterChanges(table);
}

// Each method is a member with the caller, the request and the reply.
template <class Request, class Response>
void ContactService::Add(rpc::MethodTable& table, const char* name, rpc::Roles roles,
                         void (ContactService::*method)(const rpc::Caller&, const Request&,
                                                        rpc::Reply<Response>)) {
  table.Unary<Request, Response>(std::string("wissel.v1.ContactService.") + name,
                                 rpc::Access::Of(roles),
                                 [this, method](const rpc::Context& context, const Request& request,
                                                rpc::Reply<Response> reply) {
                                   (this->*method)(context.caller, request, std::move(reply));
                                 });
}

void ContactService::RegisterReads(rpc::MethodTable& table) {
  Add(table, "GetCustomer", kDesk, &ContactService::GetCustomer);
  Add(table, "SearchCustomers", kSupervisors, &ContactService::Search);
  Add(table, "ListContacts", kDesk, &ContactService::List);
  Add(table, "GetContact", kDesk, &ContactService::GetContact);
  Add(table, "GetAttachment", kDesk, &ContactService::GetAttachment);
  Add(table, "ListContactActions", kSupervisors, &ContactService::ListActions);
}

void ContactService::RegisterChanges(rpc::MethodTable& table) {
  Add(table, "UpdateCustomer", kDesk, &ContactService::Update);
  Add(table, "ImportCustomers",
      rpc::Roles{rpc::Role::kManager, rpc::Role::kAdmin, rpc::Role::kIntegration},
      &ContactService::Import);
  Add(table, "MergeCustomers", kSupervisors, &ContactService::Merge);
  Add(table, "SplitCustomer", kSupervisors, &ContactService::Split);
  Add(table, "EraseCustomer", rpc::Roles{rpc::Role::kAdmin}, &ContactService::Erase);
  Add(table, "AddNote", kDesk, &ContactService::AddNote);
}

}  // namespace wissel::contacts
