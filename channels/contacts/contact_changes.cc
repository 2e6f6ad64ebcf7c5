// What ContactService changes.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "channels/contacts/contacts.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"
#include "router/service/requests.h"

namespace wissel::contacts {
namespace {

// The store names the customer "customer" and their addresses "addresses".
absl::Status AsOfUpdate(const absl::Status& status) {
  return WithFieldRenamed(WithFieldRenamed(status, "addresses", "customer.addresses"), "customer",
                          "customer.name");
}

ContactStore::Done<Customer> Answering(rpc::Reply<v1::Customer> reply) {
  return [reply = std::move(reply)](const absl::StatusOr<Customer>& customer) {
    if (!customer.ok()) return reply(customer.status());
    reply(ToProto(*customer));
  };
}

constexpr int kMostImported = 1'000;

// The answer to an import, given when its last part goes. Each customer's result is written once,
// by whoever has it.
class Importing {
 public:
  using Result = v1::ImportCustomerResult;

  Importing(int customers, rpc::Reply<v1::ImportCustomersResponse> reply)
      : reply_(std::move(reply)) {
    for (int i = 0; i < customers; ++i) response_.add_results();
  }
  ~Importing() {
    if (failed_.ok()) {
      reply_(std::move(response_));
    } else {
      reply_(failed_);
    }
  }

  void Take(int i, const CustomerImported& imported) {
    Result* result = response_.mutable_results(i);
    result->set_kind(static_cast<Result::Kind>(imported.kind));
    result->set_customer(imported.customer);
  }
  // What the store could not do is the answer to the whole; what it would not is the customer's.
  void Refuse(int i, const absl::Status& status) {
    if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
      const std::lock_guard lock(mutex_);
      failed_ = status;
      return;
    }
    Result* result = response_.mutable_results(i);
    result->set_kind(Result::REFUSED);
    result->set_field(FieldAtFault(status));
    result->set_reason(std::string(status.message()));
    result->set_right(WhatWouldBeRight(status));
  }

 private:
  v1::ImportCustomersResponse response_;
  rpc::Reply<v1::ImportCustomersResponse> reply_;
  std::mutex mutex_;
  absl::Status failed_;
};

std::string_view LastPart(std::string_view name) { return name.substr(name.find('/') + 1); }

}  // namespace

void ContactService::Update(const rpc::Caller& caller, const v1::UpdateCustomerRequest& request,
                            rpc::Reply<v1::Customer> reply) {
  absl::StatusOr<CustomerChange> change = ReadChange(request, options_.region);
  if (!change.ok()) return reply(change.status());
  const std::string customer = change->customer;
  Authorize(caller, customer, Record::kNo,
            [=, this, change = *std::move(change)](const absl::Status& may) {
              if (!may.ok()) return reply(may);
              store_.ChangeCustomer(change, caller.user, shard_.now(),
                                    [reply](const absl::StatusOr<Customer>& changed) {
                                      if (!changed.ok()) return reply(AsOfUpdate(changed.status()));
                                      reply(ToProto(*changed));
                                    });
            });
}

void ContactService::Import(const rpc::Caller& caller, const v1::ImportCustomersRequest& request,
                            rpc::Reply<v1::ImportCustomersResponse> reply) {
  const int customers = request.customers_size();
  if (customers == 0 || customers > kMostImported) {
    return reply(
        RefuseField("customers", fmt::format("there are {} customers", customers), "1 to 1,000"));
  }
  // Filled on the store's thread, in the order of the calls, but for those refused here; the
  // request's own hold is the last to go, or a callback's.
  auto importing = std::make_shared<Importing>(customers, std::move(reply));
  const auto how =
      request.validate_only() ? ContactStore::Import::kValidateOnly : ContactStore::Import::kDo;
  for (int i = 0; i < customers; ++i) {
    const absl::StatusOr<CustomerChange> person =
        ReadImported(request.customers(i), options_.region);
    if (!person.ok()) {
      importing->Refuse(i, person.status());
      continue;
    }
    store_.ImportCustomer(*person, how, caller.user, shard_.now(),
                          [importing, i](const absl::StatusOr<CustomerImported>& imported) {
                            if (!imported.ok()) return importing->Refuse(i, imported.status());
                            importing->Take(i, *imported);
                          });
  }
}

void ContactService::Merge(const rpc::Caller& caller, const v1::MergeCustomersRequest& request,
                           rpc::Reply<v1::Customer> reply) {
  absl::Status right = CheckCustomerName(request.into(), "into");
  if (right.ok()) right = CheckCustomerName(request.from(), "from");
  if (!right.ok()) return reply(right);
  store_.MergeCustomers(request.into(), request.from(), caller.user, shard_.now(),
                        Answering(std::move(reply)));
}

void ContactService::Split(const rpc::Caller& caller, const v1::SplitCustomerRequest& request,
                           rpc::Reply<v1::Customer> reply) {
  const absl::Status right = CheckCustomerName(request.customer(), "customer");
  if (!right.ok()) return reply(right);
  store_.SplitCustomer(request.customer(), caller.user, shard_.now(), Answering(std::move(reply)));
}

void ContactService::Erase(const rpc::Caller& caller, const v1::EraseCustomerRequest& request,
                           rpc::Reply<v1::EraseCustomerResponse> reply) {
  const absl::Status right = CheckCustomerName(request.name(), "name");
  if (!right.ok()) return reply(right);
  store_.EraseCustomer(request.name(), caller.user, shard_.now(),
                       [reply](const absl::StatusOr<int64_t>& contacts) {
                         if (!contacts.ok()) {
                           return reply(WithFieldRenamed(contacts.status(), "customer", "name"));
                         }
                         v1::EraseCustomerResponse response;
                         response.set_contacts(*contacts);
                         reply(std::move(response));
                       });
}

void ContactService::AddNote(const rpc::Caller& caller, const v1::AddNoteRequest& request,
                             rpc::Reply<v1::ContactEntry> reply) {
  absl::Status right = CheckContactName(request.contact(), "contact");
  if (right.ok()) right = CheckMessage(request.text(), "text");
  if (right.ok()) right = CheckRequestId(request.request_id(), "requestId");
  if (!right.ok()) return reply(right);
  NewEntry note;
  note.contact = request.contact();
  note.entry.author = Author::kAgent;
  note.entry.kind = EntryKind::kNote;
  note.entry.text = request.text();
  note.entry.time = shard_.now();
  if (!caller.agent.empty()) {
    note.entry.agent = LastPart(caller.agent);
    note.entry.author_name = options_.agent_display_name(note.entry.agent);
  }
  if (note.entry.author_name.empty()) note.entry.author_name = LastPart(caller.user);
  // An id is the user's own: two of them may have chosen the same.
  if (!request.request_id().empty()) {
    note.request_id = fmt::format("note {} {}", caller.user, request.request_id());
  }
  note.fingerprint = DigestOf(request.text());
  Authorize(caller, request.contact(), Record::kNo,
            [=, this, note = std::move(note)](const absl::Status& may) {
              if (!may.ok()) return reply(may);
              store_.Append(note, [reply](const absl::StatusOr<ContactStore::Appended>& added) {
                if (!added.ok()) return reply(added.status());
                reply(ToProto(added->entry));
              });
            });
}

}  // namespace wissel::contacts
