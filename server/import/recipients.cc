// `wissel import mailing`: recipients, into a mailing.
#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "fmt/format.h"
#include "server/import/importer.h"
#include "wissel/v1/mailing.grpc.pb.h"

namespace wissel::imports {
namespace {

using Result = v1::AddMailingRecipientResult;

const std::vector<std::string> kColumns = {"key", "address", "language", "customer"};

class Recipients : public Importer {
 public:
  Recipients(const Door& door, const std::string& mailing)
      : mailings_(door),
        mailing_(mailing.find('/') == std::string::npos ? "mailings/" + mailing : mailing) {}

  size_t batch() const override { return 500; }

  absl::Status Prepare(const Table& table) override {
    WISSEL_ASSIGN_OR_RETURN(columns_, Columns::AndOthers(table, kColumns, {"address"}));
    v1::GetMailingRequest request;
    request.set_name(mailing_);
    v1::Mailing mailing;
    WISSEL_RETURN_IF_ERROR(
        mailings_.Call(&v1::MailingService::Stub::GetMailing, request, &mailing));
    for (const Columns::Other& other : columns_.others()) {
      const std::string field = ColumnKey(other.name);
      const auto& fields = mailing.fields();
      if (std::find(fields.begin(), fields.end(), field) != fields.end()) continue;
      return RefuseField(
          "file", fmt::format("the mailing has no field {}", other.name),
          fmt::format("the columns {}",
                      absl::StrJoin(kColumns, ", ") +
                          (fields.empty() ? "" : ", " + absl::StrJoin(fields, ", "))));
    }
    for (const std::string& field : mailing.fields()) {
      if (table.Find(field)) continue;
      return RefuseField("file", fmt::format("there is no column {}", field),
                         "a column for each of the mailing's fields");
    }
    return absl::OkStatus();
  }

  std::optional<Fault> Add(const Row& row) override {
    v1::MailingRecipient recipient;
    recipient.set_key(columns_.Cell(row, "key"));
    recipient.set_address(columns_.Cell(row, "address"));
    recipient.set_language(columns_.Cell(row, "language"));
    recipient.set_customer(columns_.Cell(row, "customer"));
    for (const Columns::Other& other : columns_.others()) {
      v1::ContactField* field = recipient.add_fields();
      field->set_name(ColumnKey(other.name));
      field->set_value(row.cells[other.at]);
    }
    std::optional<Fault> fault;
    const bool keyed = !recipient.key().empty();
    const std::string& who = keyed ? recipient.key() : recipient.address();
    const auto [twin, first] = lines_of_.emplace(std::pair(keyed, who), row.line);
    if (!first) {
      fault = Fault{0, columns_.HeadOf(keyed ? "key" : "address"),
                    fmt::format("line {} has the same", twin->second),
                    "a key for each line, where one address gets several mails"};
    }
    recipients_.push_back(std::move(recipient));
    return fault;
  }

  absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                            bool validate_only) override {
    v1::AddMailingRecipientsRequest request;
    request.set_mailing(mailing_);
    request.set_validate_only(validate_only);
    for (const size_t line : lines) *request.add_recipients() = recipients_[line];
    v1::AddMailingRecipientsResponse response;
    WISSEL_RETURN_IF_ERROR(
        mailings_.Call(&v1::MailingService::Stub::AddMailingRecipients, request, &response));
    std::vector<Outcome> outcomes;
    for (const Result& result : response.results()) {
      Outcome outcome;
      if (result.kind() == Result::ADDED) outcome.kind = Outcome::Kind::kAdded;
      if (result.kind() == Result::REFUSED) {
        outcome.kind = Outcome::Kind::kRefused;
        outcome.fault = Fault{0, columns_.HeadOf(result.field()), result.reason(), result.right()};
      }
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

 private:
  Client<v1::MailingService> mailings_;
  const std::string mailing_;
  Columns columns_;
  std::vector<v1::MailingRecipient> recipients_;
  std::map<std::pair<bool, std::string>, uint64_t> lines_of_;  // by key, or by address
};

}  // namespace

std::unique_ptr<Importer> MakeRecipients(const Door& door, const std::string& mailing) {
  return std::make_unique<Recipients>(door, mailing);
}

}  // namespace wissel::imports
