#include "server/contacts/erase.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>

#include "base/status.h"
#include "channels/contacts/contact_store.h"
#include "fmt/format.h"
#include "grpcpp/grpcpp.h"
#include "wissel/v1/contact.grpc.pb.h"

namespace wissel::contacts_command {
namespace {

using contacts::Address;
using contacts::ContactStore;

constexpr auto kPatience = std::chrono::minutes(1);
constexpr const char* kUser = "command-line";

struct Erased {
  std::string customer;
  int64_t contacts = 0;
};

std::string CustomerName(const std::string& text) {
  return text.starts_with(contacts::kCustomerPrefix)
             ? text
             : std::string(contacts::kCustomerPrefix) + text;
}

absl::Status Nobody(std::string_view who) {
  return absl::NotFoundError(fmt::format("nobody is known as {}", who));
}

// None: they are named by their name.
absl::StatusOr<std::optional<Address>> AddressOf(const EraseOptions& options) {
  if (!options.phone.empty()) {
    WISSEL_ASSIGN_OR_RETURN(Address address, contacts::PhoneAddress(options.phone, "", "--phone"));
    return address;
  }
  if (!options.mail.empty()) {
    WISSEL_ASSIGN_OR_RETURN(Address address, contacts::EmailAddress(options.mail, "--mail"));
    return address;
  }
  if (contacts::IsCustomerName(CustomerName(options.customer))) return std::nullopt;
  return RefuseField("--customer", "this is no customer's name",
                     "customers/ID, or ID, of 22 characters");
}

// --- In a folder

template <class T, class Ask>
absl::StatusOr<T> Wait(Ask ask) {
  std::promise<absl::StatusOr<T>> promise;
  ask([&](absl::StatusOr<T> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

absl::StatusOr<Erased> EraseIn(const EraseOptions& options, const std::optional<Address>& address) {
  // A folder that is not one of a server's is not made into one.
  if (!std::filesystem::exists(std::filesystem::path(options.data) / "contacts.sqlite")) {
    return absl::NotFoundError(fmt::format("{} holds no contact store", options.data));
  }
  absl::StatusOr<std::unique_ptr<ContactStore>> opened = ContactStore::Open(options.data);
  if (absl::IsFailedPrecondition(opened.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{}; ask the server that runs: --server HOST:PORT --token TOKEN",
                    std::string(opened.status().message())));
  }
  WISSEL_RETURN_IF_ERROR(opened.status());
  ContactStore& store = **opened;
  Erased erased{CustomerName(options.customer)};
  if (address) {
    using Found = std::optional<contacts::Customer>;
    WISSEL_ASSIGN_OR_RETURN(Found found, Wait<Found>([&](auto done) {
                              store.FindCustomer(*address, std::move(done));
                            }));
    if (!found) return Nobody(address->text);
    erased.customer = found->name;
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  WISSEL_ASSIGN_OR_RETURN(erased.contacts, Wait<int64_t>([&](auto done) {
                            store.EraseCustomer(erased.customer, kUser,
                                                Instant::FromMillis(now.count()), std::move(done));
                          }));
  return erased;
}

// --- Through a server

absl::Status StatusOf(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

class Server {
 public:
  explicit Server(const EraseOptions& options)
      : authorization_("Bearer " + options.token),
        stub_(v1::ContactService::NewStub(
            grpc::CreateChannel(options.server, grpc::InsecureChannelCredentials()))) {}

  template <class Request, class Response>
  absl::Status Call(grpc::Status (v1::ContactService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization_);
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    return StatusOf((*stub_.*method)(&context, request, response));
  }

 private:
  const std::string authorization_;
  const std::unique_ptr<v1::ContactService::Stub> stub_;
};

absl::StatusOr<Erased> EraseThrough(const EraseOptions& options,
                                    const std::optional<Address>& address) {
  Server server(options);
  Erased erased{CustomerName(options.customer)};
  if (address) {
    v1::SearchCustomersRequest search;
    search.mutable_address()->set_kind(static_cast<v1::CustomerAddress::Kind>(address->kind));
    search.mutable_address()->set_text(address->text);
    v1::SearchCustomersResponse found;
    WISSEL_RETURN_IF_ERROR(server.Call(&v1::ContactService::Stub::SearchCustomers, search, &found));
    if (found.customers().empty()) return Nobody(address->text);
    erased.customer = found.customers(0).name();
  }
  v1::EraseCustomerRequest request;
  request.set_name(erased.customer);
  v1::EraseCustomerResponse response;
  WISSEL_RETURN_IF_ERROR(server.Call(&v1::ContactService::Stub::EraseCustomer, request, &response));
  erased.contacts = response.contacts();
  return erased;
}

absl::StatusOr<Erased> Erase(const EraseOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Address> address, AddressOf(options));
  return options.data.empty() ? EraseThrough(options, address) : EraseIn(options, address);
}

}  // namespace

int RunErase(const EraseOptions& options) {
  const absl::StatusOr<Erased> erased = Erase(options);
  if (!erased.ok()) {
    const std::string right = WhatWouldBeRight(erased.status());
    fmt::print(stderr, "wissel erase: {}{}{}\n", std::string(erased.status().message()),
               right.empty() ? "" : "; right is: ", right);
    return absl::IsInvalidArgument(erased.status()) ? 2 : 1;
  }
  if (options.json) {
    fmt::print("{{\"customer\":\"{}\",\"contacts\":{}}}\n", erased->customer, erased->contacts);
  } else {
    fmt::print("{} is erased, with {} contacts\n", erased->customer, erased->contacts);
  }
  return 0;
}

}  // namespace wissel::contacts_command
