// What ContactService tells.
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "channels/contacts/contacts.h"
#include "fmt/format.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::contacts {
namespace {

constexpr int kUsualContacts = 20;
constexpr int kMostContacts = 100;
constexpr size_t kLongestSubject = 100;

absl::Status NotThere(std::string_view field, std::string_view name) {
  return Refuse(absl::StatusCode::kNotFound, field, fmt::format("there is no {}", name));
}

absl::StatusOr<int> ReadSize(int32_t size, std::string_view field) {
  if (size >= 0 && size <= kMostContacts) return size == 0 ? kUsualContacts : size;
  return RefuseField(field, fmt::format("{} is out of range", size),
                     fmt::format("1 to {}", kMostContacts));
}

}  // namespace

void ContactService::GetCustomer(const rpc::Caller& caller, const v1::GetCustomerRequest& request,
                                 rpc::Reply<v1::Customer> reply) {
  const std::string name = request.name();
  const absl::Status right = CheckCustomerName(name, "name");
  if (!right.ok()) return reply(right);
  Authorize(caller, name, Record::kYes, [=, this](const absl::Status& may) {
    if (!may.ok()) return reply(may);
    store_.LoadCustomer(name, [=](absl::StatusOr<std::optional<Customer>> customer) {
      if (!customer.ok()) return reply(customer.status());
      if (!*customer) return reply(NotThere("name", name));
      reply(ToProto(**customer));
    });
  });
}

void ContactService::Search(const rpc::Caller& caller, const v1::SearchCustomersRequest& request,
                            rpc::Reply<v1::SearchCustomersResponse> reply) {
  // Whom they have seen is on record before they see them.
  const auto answer = [=, this, user = caller.user](std::vector<Customer> found) {
    v1::SearchCustomersResponse response;
    std::vector<std::string> names;
    for (const Customer& customer : found) {
      names.push_back(customer.name);
      *response.add_customers() = ToProto(customer);
    }
    store_.RecordRead(user, std::move(names), shard_.now(),
                      [=](const absl::StatusOr<bool>& recorded) {
                        if (!recorded.ok()) return reply(recorded.status());
                        reply(response);
                      });
  };
  if (request.has_address() == !request.words().empty()) {
    return reply(RefuseField("address", "customers are searched by one thing",
                             "either an address or words"));
  }
  const absl::StatusOr<int> most = ReadSize(request.limit(), "limit");
  if (!most.ok()) return reply(most.status());
  if (!request.has_address()) {
    return store_.SearchCustomers(request.words(), *most,
                                  [=](absl::StatusOr<std::vector<Customer>> found) {
                                    if (!found.ok()) return reply(found.status());
                                    answer(*std::move(found));
                                  });
  }
  absl::StatusOr<Address> address = ReadAddress(request.address(), options_.region, "address");
  if (!address.ok()) return reply(address.status());
  store_.FindCustomer(*std::move(address), [=](absl::StatusOr<std::optional<Customer>> found) {
    if (!found.ok()) return reply(found.status());
    std::vector<Customer> customers;
    if (*found) customers.push_back(**std::move(found));
    answer(std::move(customers));
  });
}

void ContactService::List(const rpc::Caller& caller, const v1::ListContactsRequest& request,
                          rpc::Reply<v1::ListContactsResponse> reply) {
  const std::string customer = request.customer();
  const absl::Status right = CheckCustomerName(customer, "customer");
  if (!right.ok()) return reply(right);
  const absl::StatusOr<int> size = ReadSize(request.page_size(), "pageSize");
  if (!size.ok()) return reply(size.status());
  std::optional<ContactPosition> from;
  if (!request.page_token().empty()) {
    absl::StatusOr<ContactPosition> read = ReadPosition(request.page_token(), "pageToken");
    if (!read.ok()) return reply(read.status());
    from = *std::move(read);
  }
  Authorize(caller, customer, Record::kYes, [=, this, size = *size](const absl::Status& may) {
    if (!may.ok()) return reply(may);
    store_.ListContacts(customer, size, from, [=](absl::StatusOr<ContactPage> page) {
      if (!page.ok()) return reply(page.status());
      v1::ListContactsResponse response;
      for (const Contact& contact : page->contacts) *response.add_contacts() = ToProto(contact);
      if (page->next) response.set_next_page_token(PageTokenOf(*page->next));
      reply(std::move(response));
    });
  });
}

void ContactService::GetContact(const rpc::Caller& caller, const v1::GetContactRequest& request,
                                rpc::Reply<v1::Contact> reply) {
  if (request.name().empty() == request.work_item().empty()) {
    return reply(RefuseField("name", "a contact is named by one thing", "either name or workItem"));
  }
  const std::string field = request.name().empty() ? "workItem" : "name";
  const std::string what = request.name() + request.work_item();
  const auto give = [=, this](absl::StatusOr<std::optional<Contact>> loaded) {
    if (!loaded.ok()) return reply(loaded.status());
    const bool there = loaded->has_value();
    // Who may see nothing hears no more of what is not there than of what is.
    Authorize(caller, there ? (*loaded)->name : what, Record::kYes,
              [=, this](const absl::Status& may) {
                if (!may.ok()) return reply(may);
                if (!there) return reply(NotThere(field, what));
                v1::Contact contact = ToProto(**loaded);
                contact.set_tracking_path("/track/" + store_.TrackingToken(contact.name()));
                reply(std::move(contact));
              });
  };
  if (!request.name().empty()) {
    const absl::Status right = CheckContactName(request.name(), "name");
    if (!right.ok()) return reply(right);
    return store_.Load(request.name(), give);
  }
  const absl::StatusOr<ItemId> item = ParseItemName(request.work_item(), "workItem");
  if (!item.ok()) return reply(item.status());
  store_.LoadOfItem(*item, give);
}

void ContactService::GetAttachment(const rpc::Caller& caller,
                                   const v1::GetAttachmentRequest& request,
                                   rpc::Reply<v1::AttachmentPart> reply) {
  const absl::StatusOr<std::string> id = ReadAttachmentName(request.name(), "name");
  if (!id.ok()) return reply(id.status());
  if (request.offset() < 0) {
    return reply(RefuseField("offset", "an offset is not negative", "bytes, from 0"));
  }
  store_.ReadAttachment(*id, request.offset(),
                        [=, this, name = request.name()](
                            absl::StatusOr<std::optional<ContactStore::AttachmentPart>> part) {
                          if (!part.ok()) return reply(part.status());
                          const bool there = part->has_value();
                          Authorize(caller, there ? (*part)->contact : name, Record::kYes,
                                    [=](const absl::Status& may) {
                                      if (!may.ok()) return reply(may);
                                      if (!there) return reply(NotThere("name", name));
                                      reply(ToProto(**part));
                                    });
                        });
}

void ContactService::ListActions(const rpc::Caller&, const v1::ListContactActionsRequest& request,
                                 rpc::Reply<v1::ListContactActionsResponse> reply) {
  if (request.subject().size() > kLongestSubject) {
    return reply(RefuseField("subject", "this is no name",
                             "a customer's or a contact's, as in the actions"));
  }
  Digest digest;
  digest.Add(request.subject());
  const uint64_t list = digest.value();
  const absl::StatusOr<Page> page = ReadPage(request.page_size(), request.page_token(), list);
  if (!page.ok()) return reply(page.status());
  const int64_t before = request.page_token().empty() ? 0 : static_cast<int64_t>(page->from) + 1;
  store_.ListActions(
      request.subject(), before, page->size + 1,
      [=, size = page->size](const absl::StatusOr<std::vector<Action>>& actions) {
        if (!actions.ok()) return reply(actions.status());
        v1::ListContactActionsResponse response;
        for (const Action& action : *actions) {
          if (response.actions_size() == size) {
            response.set_next_page_token(PageToken(static_cast<uint64_t>(action.number), list));
            break;
          }
          *response.add_actions() = ToProto(action);
        }
        reply(std::move(response));
      });
}

}  // namespace wissel::contacts
