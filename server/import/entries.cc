// `wissel import list`: people to be called, into an outbound list.
#include <map>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/util/time_util.h"
#include "server/import/importer.h"
#include "wissel/v1/outbound.grpc.pb.h"

namespace wissel::imports {
namespace {

using Result = v1::AddOutboundEntryResult;
using google::protobuf::util::TimeUtil;

const std::vector<std::string> kColumns = {"key",          "number",   "external_id", "customer",
                                           "display_name", "language", "not_before",  "not_after"};

class Entries : public Importer {
 public:
  Entries(const Door& door, const std::string& list)
      : outbound_(door),
        list_(list.find('/') == std::string::npos ? "outboundLists/" + list : list) {}

  size_t batch() const override { return 500; }

  absl::Status Prepare(const Table& table) override {
    WISSEL_ASSIGN_OR_RETURN(columns_, Columns::AndOthers(table, kColumns, {"key", "number"}));
    v1::GetOutboundListRequest request;
    request.set_name(list_);
    v1::OutboundList list;
    return outbound_.Call(&v1::OutboundService::Stub::GetOutboundList, request, &list);
  }

  std::optional<Fault> Add(const Row& row) override {
    v1::OutboundEntry entry;
    entry.set_key(columns_.Cell(row, "key"));
    entry.set_number(columns_.Cell(row, "number"));
    entry.set_external_id(columns_.Cell(row, "external_id"));
    entry.set_customer(columns_.Cell(row, "customer"));
    entry.set_display_name(columns_.Cell(row, "display_name"));
    entry.set_language(columns_.Cell(row, "language"));
    for (const Columns::Other& other : columns_.others()) {
      if (row.cells[other.at].empty()) continue;
      v1::ContactField* field = entry.add_fields();
      field->set_name(other.name);
      field->set_value(row.cells[other.at]);
    }
    std::optional<Fault> fault = ReadTimes(row, entry);
    const auto [twin, first] = lines_of_.emplace(entry.key(), row.line);
    if (!first && !fault) {
      fault = Fault{0, columns_.HeadOf("key"), fmt::format("line {} has the same", twin->second),
                    "a key for each line"};
    }
    entries_.push_back(std::move(entry));
    return fault;
  }

  absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                            bool validate_only) override {
    v1::AddOutboundEntriesRequest request;
    request.set_list(list_);
    request.set_validate_only(validate_only);
    for (const size_t line : lines) *request.add_entries() = entries_[line];
    v1::AddOutboundEntriesResponse response;
    WISSEL_RETURN_IF_ERROR(
        outbound_.Call(&v1::OutboundService::Stub::AddOutboundEntries, request, &response));
    std::vector<Outcome> outcomes;
    for (int i = 0; i < response.results_size(); ++i) {
      const Result& result = response.results(i);
      Outcome outcome;
      if (result.kind() == Result::ADDED) outcome.kind = Outcome::Kind::kAdded;
      if (result.kind() == Result::REFUSED) {
        outcome.kind = Outcome::Kind::kRefused;
        outcome.fault = Fault{0, ColumnOf(entries_[lines[static_cast<size_t>(i)]], result.field()),
                              result.reason(), result.right()};
      }
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

 private:
  std::optional<Fault> ReadTimes(const Row& row, v1::OutboundEntry& entry) const {
    const std::pair<const char*, google::protobuf::Timestamp* (v1::OutboundEntry::*)()> times[] = {
        {"not_before", &v1::OutboundEntry::mutable_not_before_time},
        {"not_after", &v1::OutboundEntry::mutable_not_after_time}};
    for (const auto& [column, time] : times) {
      const std::string cell = columns_.Cell(row, column);
      if (cell.empty() || TimeUtil::FromString(cell, (entry.*time)())) continue;
      return Fault{0, columns_.HeadOf(column), fmt::format("\"{}\" is no moment", cell),
                   "2026-03-02T09:00:00Z, or with +01:00 for Z"};
    }
    return std::nullopt;
  }

  std::string ColumnOf(const v1::OutboundEntry& entry, const std::string& field) const {
    size_t at = 0;
    if (std::sscanf(field.c_str(), "fields[%zu]", &at) == 1 &&
        at < static_cast<size_t>(entry.fields_size())) {
      return entry.fields(static_cast<int>(at)).name();
    }
    if (field == "displayName") return columns_.HeadOf("display_name");
    if (field == "externalId") return columns_.HeadOf("external_id");
    if (field == "notBeforeTime") return columns_.HeadOf("not_before");
    if (field == "notAfterTime") return columns_.HeadOf("not_after");
    return columns_.HeadOf(field);
  }

  Client<v1::OutboundService> outbound_;
  const std::string list_;
  Columns columns_;
  std::vector<v1::OutboundEntry> entries_;
  std::map<std::string, uint64_t> lines_of_;  // by key
};

}  // namespace

std::unique_ptr<Importer> MakeEntries(const Door& door, const std::string& list) {
  return std::make_unique<Entries>(door, list);
}

}  // namespace wissel::imports
