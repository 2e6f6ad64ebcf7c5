// The front door of the address book: ContactService over a contact store and a shard, which says
// who has which work item.
//
// `Register` before a door opens; on the way down close the doors and the store before this is
// destroyed. Handlers are thread-safe and never block.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "router/service/shard.h"
#include "wissel/v1/contact.pb.h"

namespace wissel::contacts {

struct ContactServiceOptions {
  // Of phone numbers that name no country, of ISO 3166-1: "BE". Empty: they are refused.
  std::string region;
  // By the last part of the agent's resource name. Empty: none is known.
  std::function<std::string(std::string_view)> agent_display_name = [](std::string_view) {
    return std::string();
  };
};

class ContactService {
 public:
  // Both must outlive it.
  ContactService(Shard& shard, ContactStore& store, ContactServiceOptions options);

  void Register(rpc::MethodTable& table);

 private:
  void RegisterReads(rpc::MethodTable& table);
  void RegisterChanges(rpc::MethodTable& table);
  template <class Request, class Response>
  void Add(rpc::MethodTable& table, const char* name, rpc::Roles roles,
           void (ContactService::*method)(const rpc::Caller&, const Request&,
                                          rpc::Reply<Response>));

  using Then = std::function<void(const absl::Status&)>;
  // Whether the caller may see `subject`, a contact or customer: OK for who has a work item of that
  // person; for managers and admins once it is on record, where `record` asks for that.
  enum class Record { kYes, kNo };
  void Authorize(const rpc::Caller& caller, const std::string& subject, Record record, Then then);
  // The contacts of the items that the caller has, or is asked about.
  void WithContactsAtHand(const rpc::Caller& caller,
                          std::function<void(absl::StatusOr<std::vector<std::string>>)> then);

  void GetCustomer(const rpc::Caller& caller, const v1::GetCustomerRequest& request,
                   rpc::Reply<v1::Customer> reply);
  void Search(const rpc::Caller& caller, const v1::SearchCustomersRequest& request,
              rpc::Reply<v1::SearchCustomersResponse> reply);
  void List(const rpc::Caller& caller, const v1::ListContactsRequest& request,
            rpc::Reply<v1::ListContactsResponse> reply);
  void GetContact(const rpc::Caller& caller, const v1::GetContactRequest& request,
                  rpc::Reply<v1::Contact> reply);
  void GetAttachment(const rpc::Caller& caller, const v1::GetAttachmentRequest& request,
                     rpc::Reply<v1::AttachmentPart> reply);
  void ListActions(const rpc::Caller& caller, const v1::ListContactActionsRequest& request,
                   rpc::Reply<v1::ListContactActionsResponse> reply);

  void Update(const rpc::Caller& caller, const v1::UpdateCustomerRequest& request,
              rpc::Reply<v1::Customer> reply);
  void Import(const rpc::Caller& caller, const v1::ImportCustomersRequest& request,
              rpc::Reply<v1::ImportCustomersResponse> reply);
  void Merge(const rpc::Caller& caller, const v1::MergeCustomersRequest& request,
             rpc::Reply<v1::Customer> reply);
  void Split(const rpc::Caller& caller, const v1::SplitCustomerRequest& request,
             rpc::Reply<v1::Customer> reply);
  void Erase(const rpc::Caller& caller, const v1::EraseCustomerRequest& request,
             rpc::Reply<v1::EraseCustomerResponse> reply);
  void AddNote(const rpc::Caller& caller, const v1::AddNoteRequest& request,
               rpc::Reply<v1::ContactEntry> reply);

  Shard& shard_;
  ContactStore& store_;
  const ContactServiceOptions options_;
};

}  // namespace wissel::contacts
