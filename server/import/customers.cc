// `wissel import customers`: people of another system into the address book.
#include <map>

#include "base/status.h"
#include "fmt/format.h"
#include "server/import/importer.h"
#include "wissel/v1/contact.grpc.pb.h"

namespace wissel::imports {
namespace {

using Kind = v1::CustomerAddress;
using Result = v1::ImportCustomerResult;

const std::vector<std::string> kColumns = {"external_id", "phone", "email",         "display_name",
                                           "language",    "note",  "do_not_contact"};

class Customers : public Importer {
 public:
  explicit Customers(const Door& door) : contacts_(door) {}

  size_t batch() const override { return 500; }

  absl::Status Prepare(const Table& table) override {
    WISSEL_ASSIGN_OR_RETURN(columns_, Columns::Of(table, kColumns, {}));
    if (columns_.Has("external_id") || columns_.Has("phone") || columns_.Has("email")) {
      return absl::OkStatus();
    }
    return RefuseField("file", "no column says who somebody is",
                       "external_id, phone or email among the columns");
  }

  std::optional<Fault> Add(const Row& row) override {
    v1::Customer customer;
    std::vector<std::string> columns;
    std::optional<Fault> fault;
    const auto add = [&](const char* column, Kind::Kind kind) {
      for (const std::string& text : PartsOf(columns_.Cell(row, column))) {
        v1::CustomerAddress* address = customer.add_addresses();
        address->set_kind(kind);
        address->set_text(text);
        columns.push_back(columns_.HeadOf(column));
        const auto [twin, first] = lines_of_.emplace(std::pair(kind, text), row.line);
        if (!first && !fault) {
          fault = Fault{0, columns.back(), fmt::format("line {} has the same", twin->second),
                        "one line for each person"};
        }
      }
    };
    add("external_id", Kind::EXTERNAL);
    add("phone", Kind::PHONE);
    add("email", Kind::EMAIL);
    customer.set_display_name(columns_.Cell(row, "display_name"));
    customer.set_language(columns_.Cell(row, "language"));
    customer.set_note(columns_.Cell(row, "note"));
    for (const std::string& text : PartsOf(columns_.Cell(row, "do_not_contact"))) {
      v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
      std::string name = text;
      for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      if (!v1::Channel_Parse(name, &channel) || channel == v1::CHANNEL_UNSPECIFIED) {
        if (!fault) {
          fault = Fault{0, columns_.HeadOf("do_not_contact"),
                        fmt::format("\"{}\" is no channel", text), "voice; email; chat ..."};
        }
        continue;
      }
      customer.add_do_not_contact(channel);
    }
    if (customer.addresses().empty() && !fault) {
      fault = Fault{0, "", "nothing says who it is", "an external_id, phone or email"};
    }
    customers_.push_back(std::move(customer));
    columns_of_addresses_.push_back(std::move(columns));
    return fault;
  }

  absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                            bool validate_only) override {
    v1::ImportCustomersRequest request;
    request.set_validate_only(validate_only);
    for (const size_t line : lines) *request.add_customers() = customers_[line];
    v1::ImportCustomersResponse response;
    WISSEL_RETURN_IF_ERROR(
        contacts_.Call(&v1::ContactService::Stub::ImportCustomers, request, &response));
    std::vector<Outcome> outcomes;
    for (int i = 0; i < response.results_size(); ++i) {
      const Result& result = response.results(i);
      Outcome outcome{static_cast<Outcome::Kind>(result.kind()), std::nullopt};
      if (result.kind() == Result::REFUSED) {
        outcome.fault = Fault{0, ColumnOf(lines[static_cast<size_t>(i)], result.field()),
                              result.reason(), result.right()};
      }
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

 private:
  // "addresses[1].text", "displayName".
  std::string ColumnOf(size_t line, const std::string& field) const {
    size_t at = 0;
    if (std::sscanf(field.c_str(), "addresses[%zu]", &at) == 1 &&
        at < columns_of_addresses_[line].size()) {
      return columns_of_addresses_[line][at];
    }
    if (field == "displayName") return columns_.HeadOf("display_name");
    if (field.starts_with("doNotContact")) return columns_.HeadOf("do_not_contact");
    return field == "addresses" ? "" : columns_.HeadOf(field);
  }

  Client<v1::ContactService> contacts_;
  Columns columns_;
  std::vector<v1::Customer> customers_;
  std::vector<std::vector<std::string>> columns_of_addresses_;  // by line
  std::map<std::pair<Kind::Kind, std::string>, uint64_t> lines_of_;
};

}  // namespace

std::unique_ptr<Importer> MakeCustomers(const Door& door) {
  return std::make_unique<Customers>(door);
}

}  // namespace wissel::imports
