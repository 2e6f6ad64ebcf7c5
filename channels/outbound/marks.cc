#include "channels/outbound/marks.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::outbound {
namespace {

using contacts::Address;
using contacts::AddressKind;
using contacts::Customer;

constexpr std::string_view kPrefix = "doNotContact/";
constexpr int kMostMarks = 1'000;
constexpr uint64_t kListOfMarks = 0x6d61726b;

v1::DoNotContact ToProto(const Mark& mark) {
  v1::DoNotContact out;
  out.set_name(fmt::format("{}{}", kPrefix, mark.number));
  if (mark.kind) {
    out.set_kind(static_cast<v1::CustomerAddress::Kind>(*mark.kind));
  } else {
    out.set_customer(mark.subject);
  }
  out.set_reason(static_cast<v1::DoNotContact::Reason>(mark.reason));
  WriteTimestamp(mark.created, out.mutable_create_time());
  out.set_creator(mark.creator);
  return out;
}

absl::StatusOr<int64_t> ReadMarkName(std::string_view name) {
  int64_t number = 0;
  if (name.starts_with(kPrefix)) {
    const std::string_view digits = name.substr(kPrefix.size());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return number;
  }
  return RefuseField("name", Quoted(name) + " is no name of a mark", "doNotContact/{mark}");
}

// What the customer has said of their channels.
bool Declines(const Customer& customer, Way way) {
  return std::any_of(customer.do_not_contact.begin(), customer.do_not_contact.end(),
                     [&](Channel channel) {
                       if (way == Way::kMail) return channel == Channel::kEmail;
                       return channel == Channel::kVoice || channel == Channel::kCallback ||
                              channel == Channel::kOutbound;
                     });
}

}  // namespace

Marks::Marks(Shard& shard, contacts::ContactStore& store, StoreFile& file, std::string region,
             std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      file_(file),
      table_(file),
      region_(std::move(region)),
      post_(std::move(post)) {}

std::string Marks::SubjectOf(const Address& address) const {
  return store_.Pseudonym("do not contact", fmt::format("{} {}", static_cast<int>(address.kind),
                                                        contacts::ComparedText(address)));
}

absl::Status Marks::MarkAddress(const Address& address, MarkReason reason,
                                const std::string& creator) {
  return table_.Add({0, SubjectOf(address), address.kind, reason, shard_.now(), creator}).status();
}

void Marks::Ask(const std::string& customer, const std::optional<Address>& address, Way way,
                std::function<void(absl::StatusOr<Verdict>)> then) {
  if (address) {
    absl::StatusOr<std::optional<Mark>> mark = table_.Find(SubjectOf(*address));
    if (!mark.ok()) return then(mark.status());
    if (*mark) return then(Verdict{true, *std::move(mark)});
  }
  if (customer.empty()) return then(Verdict());
  store_.LoadCustomer(customer, [this, post = post_, way, customer,
                                 then](absl::StatusOr<std::optional<Customer>> loaded) {
    post([this, way, customer, then, loaded = std::move(loaded)] {
      if (!loaded.ok()) return then(loaded.status());
      // Whoever was merged into them is them.
      std::vector<std::string> names = {customer};
      if (*loaded) {
        names.push_back((*loaded)->name);
        names.insert(names.end(), (*loaded)->merged.begin(), (*loaded)->merged.end());
      }
      for (const std::string& name : names) {
        absl::StatusOr<std::optional<Mark>> mark = table_.Find(name);
        if (!mark.ok()) return then(mark.status());
        if (*mark) return then(Verdict{true, *std::move(mark)});
      }
      then(Verdict{*loaded && Declines(**loaded, way), std::nullopt});
    });
  });
}

// --- DoNotContactService

absl::StatusOr<Address> Marks::ReadMarkable(const v1::CustomerAddress& address,
                                            const std::string& field) const {
  if (address.kind() == v1::CustomerAddress::EXTERNAL) {
    return RefuseField(field + ".kind", "nobody is called or written to at such an address",
                       "PHONE or EMAIL");
  }
  return contacts::ReadAddress(address, region_, field);
}

absl::StatusOr<Mark> Marks::Read(const v1::DoNotContact& mark, const std::string& creator,
                                 const std::string& field) const {
  if (mark.has_address() != mark.customer().empty()) {
    return RefuseField(field, "a mark is of one address or one customer", "one of the two");
  }
  Mark read{
      0,      mark.customer(), std::nullopt, static_cast<MarkReason>(mark.reason()), shard_.now(),
      creator};
  if (mark.reason() == v1::DoNotContact::REASON_UNSPECIFIED ||
      !v1::DoNotContact::Reason_IsValid(mark.reason())) {
    return RefuseField(field + ".reason", "it does not say why", "ASKED, REGISTER, ... or OTHER");
  }
  if (!mark.has_address()) {
    WISSEL_RETURN_IF_ERROR(contacts::CheckCustomerName(mark.customer(), field + ".customer"));
    return read;
  }
  WISSEL_ASSIGN_OR_RETURN(const Address address, ReadMarkable(mark.address(), field + ".address"));
  read.subject = SubjectOf(address);
  read.kind = address.kind;
  return read;
}

void Marks::Set(const rpc::Caller& caller, const v1::SetDoNotContactRequest& request,
                Answer<v1::SetDoNotContactResponse> answer) {
  if (request.marks().empty() || request.marks_size() > kMostMarks) {
    return answer(RefuseField("marks", fmt::format("there are {} marks", request.marks_size()),
                              "1 to 1,000"));
  }
  std::vector<Mark> marks;
  for (int i = 0; i < request.marks_size(); ++i) {
    const absl::StatusOr<Mark> read =
        Read(request.marks(i), caller.user, fmt::format("marks[{}]", i));
    if (!read.ok()) return answer(read.status());
    marks.push_back(*read);
  }
  v1::SetDoNotContactResponse response;
  int added = 0;
  const absl::Status done = file_.Change([&]() -> absl::Status {
    for (const Mark& mark : marks) {
      WISSEL_ASSIGN_OR_RETURN(const std::optional<Mark> before, table_.Find(mark.subject));
      added += before ? 0 : 1;
      if (request.validate_only()) continue;
      WISSEL_ASSIGN_OR_RETURN(const Mark set, table_.Add(mark));
      *response.add_marks() = ToProto(set);
    }
    return absl::OkStatus();
  });
  if (!done.ok()) return answer(done);
  response.set_added(added);
  answer(std::move(response));
}

void Marks::Remove(const rpc::Caller&, const v1::RemoveDoNotContactRequest& request,
                   Answer<v1::RemoveDoNotContactResponse> answer) {
  const int given = !request.name().empty() + request.has_address() + !request.customer().empty();
  if (given != 1) {
    return answer(RefuseField("name", fmt::format("{} things say which mark it is", given),
                              "one of name, address and customer"));
  }
  absl::StatusOr<std::optional<Mark>> mark = std::nullopt;
  if (request.has_address()) {
    const absl::StatusOr<Address> address = ReadMarkable(request.address(), "address");
    if (!address.ok()) return answer(address.status());
    mark = table_.Find(SubjectOf(*address));
  } else if (!request.customer().empty()) {
    const absl::Status right = contacts::CheckCustomerName(request.customer(), "customer");
    if (!right.ok()) return answer(right);
    mark = table_.Find(request.customer());
  } else {
    const absl::StatusOr<int64_t> number = ReadMarkName(request.name());
    if (!number.ok()) return answer(number.status());
    mark = table_.FindNumber(*number);
  }
  if (!mark.ok()) return answer(mark.status());
  if (!*mark) {
    return answer(Refuse(absl::StatusCode::kNotFound,
                         request.has_address()         ? "address"
                         : !request.customer().empty() ? "customer"
                                                       : "name",
                         "there is no such mark"));
  }
  const absl::Status done = file_.Change([&] { return table_.Remove((*mark)->number); });
  if (!done.ok()) return answer(done);
  answer(v1::RemoveDoNotContactResponse());
}

void Marks::List(const rpc::Caller&, const v1::ListDoNotContactRequest& request,
                 Answer<v1::ListDoNotContactResponse> answer) {
  const absl::StatusOr<Page> page =
      ReadPage(request.page_size(), request.page_token(), kListOfMarks);
  if (!page.ok()) return answer(page.status());
  const auto marks = table_.List(static_cast<int64_t>(page->from), page->size + 1);
  if (!marks.ok()) return answer(marks.status());
  v1::ListDoNotContactResponse response;
  for (const Mark& mark : *marks) {
    if (response.marks_size() == page->size) {
      response.set_next_page_token(PageToken(static_cast<uint64_t>(mark.number), kListOfMarks));
      break;
    }
    *response.add_marks() = ToProto(mark);
  }
  answer(std::move(response));
}

void Marks::Check(const rpc::Caller&, const v1::CheckDoNotContactRequest& request,
                  Answer<v1::CheckDoNotContactResponse> answer) {
  if (!request.has_address() && request.customer().empty()) {
    return answer(RefuseField("address", "nobody is named", "an address, a customer, or both"));
  }
  std::optional<Address> address;
  if (request.has_address()) {
    absl::StatusOr<Address> read = ReadMarkable(request.address(), "address");
    if (!read.ok()) return answer(read.status());
    address = *std::move(read);
  }
  if (!request.customer().empty()) {
    const absl::Status right = contacts::CheckCustomerName(request.customer(), "customer");
    if (!right.ok()) return answer(right);
  }
  const Way way = address && address->kind == AddressKind::kEmail ? Way::kMail : Way::kCall;
  Ask(request.customer(), address, way, [answer](absl::StatusOr<Verdict> verdict) {
    if (!verdict.ok()) return answer(verdict.status());
    v1::CheckDoNotContactResponse response;
    response.set_forbidden(verdict->forbidden);
    if (verdict->mark) *response.mutable_mark() = ToProto(*verdict->mark);
    answer(std::move(response));
  });
}

}  // namespace wissel::outbound
