// `wissel import do-not-contact`: numbers, mail addresses and customers that are not to be
// contacted.
#include "base/status.h"
#include "fmt/format.h"
#include "server/import/importer.h"
#include "wissel/v1/do_not_contact.grpc.pb.h"

namespace wissel::imports {
namespace {

const std::vector<std::string> kColumns = {"phone", "email", "customer", "reason"};

class Marks : public Importer {
 public:
  explicit Marks(const Door& door) : service_(door) {}

  size_t batch() const override { return 500; }

  absl::Status Prepare(const Table& table) override {
    WISSEL_ASSIGN_OR_RETURN(columns_, Columns::Of(table, kColumns, {"reason"}));
    return absl::OkStatus();
  }

  std::optional<Fault> Add(const Row& row) override {
    v1::DoNotContact mark;
    std::optional<Fault> fault;
    int given = 0;
    for (const auto& [column, kind] : {std::pair{"phone", v1::CustomerAddress::PHONE},
                                       std::pair{"email", v1::CustomerAddress::EMAIL}}) {
      const std::string cell = columns_.Cell(row, column);
      if (cell.empty()) continue;
      mark.mutable_address()->set_kind(kind);
      mark.mutable_address()->set_text(cell);
      ++given;
    }
    mark.set_customer(columns_.Cell(row, "customer"));
    if (!mark.customer().empty()) ++given;
    if (given != 1) {
      fault = Fault{0, "", fmt::format("the line names {} who are not to be contacted", given),
                    "one of phone, email and customer"};
    }
    std::string reason = columns_.Cell(row, "reason");
    for (char& c : reason) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    v1::DoNotContact::Reason read = v1::DoNotContact::REASON_UNSPECIFIED;
    if (!v1::DoNotContact::Reason_Parse(reason, &read) || read == 0) {
      fault = Fault{0, columns_.HeadOf("reason"),
                    fmt::format("\"{}\" is no reason", columns_.Cell(row, "reason")),
                    "asked, register, complaint, deceased, undeliverable or other"};
    }
    mark.set_reason(read);
    marks_.push_back(std::move(mark));
    return fault;
  }

  // The server takes all marks of a call or none: where it refuses, they are asked one by one.
  absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                            bool validate_only) override {
    v1::SetDoNotContactRequest request;
    request.set_validate_only(validate_only);
    for (const size_t line : lines) *request.add_marks() = marks_[line];
    v1::SetDoNotContactResponse response;
    const absl::Status status =
        service_.Call(&v1::DoNotContactService::Stub::SetDoNotContact, request, &response);
    if (status.ok()) {
      // How many are new is said, not which.
      std::vector<Outcome> outcomes(lines.size());
      for (int i = 0; i < response.added(); ++i) outcomes[i].kind = Outcome::Kind::kAdded;
      return outcomes;
    }
    if (!absl::IsInvalidArgument(status)) return status;
    if (lines.size() == 1) {
      return std::vector<Outcome>{
          {Outcome::Kind::kRefused, FaultOf(status, ColumnOf(marks_[lines[0]]))}};
    }
    std::vector<Outcome> outcomes;
    for (const size_t line : lines) {
      WISSEL_ASSIGN_OR_RETURN(const std::vector<Outcome> one, Send({line}, validate_only));
      outcomes.push_back(one[0]);
    }
    return outcomes;
  }

 private:
  std::string ColumnOf(const v1::DoNotContact& mark) const {
    if (!mark.has_address()) return columns_.HeadOf("customer");
    return columns_.HeadOf(mark.address().kind() == v1::CustomerAddress::PHONE ? "phone" : "email");
  }

  Client<v1::DoNotContactService> service_;
  Columns columns_;
  std::vector<v1::DoNotContact> marks_;
};

}  // namespace

std::unique_ptr<Importer> MakeMarks(const Door& door) { return std::make_unique<Marks>(door); }

}  // namespace wissel::imports
