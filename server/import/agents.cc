// `wissel import agents`: the agents of the center.
#include <google/protobuf/util/message_differencer.h>

#include <charconv>
#include <map>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/directory.h"
#include "router/service/convert_config.h"
#include "router/service/names.h"
#include "server/import/importer.h"
#include "wissel/v1/config.grpc.pb.h"

namespace wissel::imports {
namespace {

using Stub = v1::ConfigService::Stub;

const std::vector<std::string> kColumns = {"id",      "display_name", "routing_profile", "team",
                                           "partner", "skills",       "phone",           "order"};
constexpr std::string_view kAttribute = "attribute.";
constexpr int kPage = 1'000;

std::string Named(std::string_view collection, const std::string& cell) {
  return cell.find('/') == std::string::npos ? std::string(collection) + cell : cell;
}

// The pages of a list, one resource after the other.
template <class Request, class Response, class Visit>
absl::Status ReadAll(Client<v1::ConfigService>& config,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     Visit visit) {
  Request request;
  request.set_page_size(kPage);
  for (;;) {
    Response response;
    WISSEL_RETURN_IF_ERROR(config.Call(method, request, &response));
    visit(response);
    if (response.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  }
}

template <class Table, class Resources, class Config>
void Put(Table& table, const Resources& resources, Config config) {
  for (const auto& resource : resources) {
    config.name = resource.name().substr(resource.name().find('/') + 1);
    table.Put(table.next_id(), config);
  }
}

// A line is read into the agent as they are, checked by the server's own rules against a directory
// of what lines may name, and sent when it changes something.
class Agents : public Importer {
 public:
  explicit Agents(const Door& door) : config_(door) {}

  size_t batch() const override { return 1; }

  absl::Status Prepare(const Table& table) override {
    WISSEL_ASSIGN_OR_RETURN(columns_, Columns::AndOthers(table, kColumns, {"id"}));
    for (const Columns::Other& other : columns_.others()) {
      if (ColumnKey(other.name).starts_with(kAttribute)) continue;
      return RefuseField("file", fmt::format("the column {} means nothing here", other.name),
                         "id, display_name, routing_profile, team, partner, skills, phone, order, "
                         "attribute.KEY");
    }
    const auto skills = [&](const v1::ListSkillsResponse& page) {
      Put(directory_.skills, page.skills(), NamedConfig());
    };
    const auto teams = [&](const v1::ListTeamsResponse& page) {
      Put(directory_.teams, page.teams(), NamedConfig());
    };
    const auto partners = [&](const v1::ListPartnersResponse& page) {
      Put(directory_.partners, page.partners(), NamedConfig());
    };
    const auto profiles = [&](const v1::ListRoutingProfilesResponse& page) {
      Put(directory_.profiles, page.routing_profiles(), RoutingProfile());
    };
    const auto agents = [&](const v1::ListAgentsResponse& page) {
      for (const v1::Agent& agent : page.agents()) known_[agent.name()] = agent;
    };
    WISSEL_RETURN_IF_ERROR(ReadAll(config_, &Stub::ListSkills, skills));
    WISSEL_RETURN_IF_ERROR(ReadAll(config_, &Stub::ListTeams, teams));
    WISSEL_RETURN_IF_ERROR(ReadAll(config_, &Stub::ListPartners, partners));
    WISSEL_RETURN_IF_ERROR(ReadAll(config_, &Stub::ListRoutingProfiles, profiles));
    return ReadAll(config_, &Stub::ListAgents, agents);
  }

  std::optional<Fault> Add(const Row& row) override {
    const std::string id = columns_.Cell(row, "id");
    Line line;
    line.wanted.set_name(Named("agents/", id));
    if (const auto known = known_.find(line.wanted.name()); known != known_.end()) {
      line.known = known->second;
      line.wanted = known->second;
    }
    std::optional<Fault> fault = Read(row, line.wanted);
    if (!fault && !IsResourceId(line.wanted.name().substr(line.wanted.name().find('/') + 1))) {
      fault = Fault{0, columns_.HeadOf("id"), fmt::format("\"{}\" cannot be a name", id),
                    "1 to 63 characters of [a-z0-9-], beginning with a letter"};
    }
    const auto [twin, first] = lines_of_.emplace(line.wanted.name(), row.line);
    if (!fault && !first) {
      fault = Fault{0, columns_.HeadOf("id"), fmt::format("line {} has the same", twin->second),
                    "one line for each agent"};
    }
    if (!fault) {
      const absl::Status right = ReadAgent(line.wanted, id, directory_).status();
      if (!right.ok()) fault = FaultOf(right, ColumnOf(FieldAtFault(right)));
    }
    lines_.push_back(std::move(line));
    return fault;
  }

  absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                            bool validate_only) override {
    std::vector<Outcome> outcomes;
    for (const size_t at : lines) {
      const Line& line = lines_[at];
      Outcome outcome{line.known ? Outcome::Kind::kChanged : Outcome::Kind::kAdded, std::nullopt};
      if (line.known && IsSame(*line.known, line.wanted)) {
        outcome.kind = Outcome::Kind::kUnchanged;
      } else if (!validate_only) {
        const absl::Status status = Save(line);
        if (absl::IsUnavailable(status) || absl::IsPermissionDenied(status)) return status;
        if (!status.ok()) outcome = {Outcome::Kind::kRefused, FaultOf(status, "")};
      }
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

 private:
  struct Line {
    std::optional<v1::Agent> known;
    v1::Agent wanted;
  };

  // In whichever order skills and attributes stand.
  static bool IsSame(const v1::Agent& a, const v1::Agent& b) {
    google::protobuf::util::MessageDifferencer differencer;
    differencer.set_repeated_field_comparison(google::protobuf::util::MessageDifferencer::AS_SET);
    return differencer.Compare(a, b);
  }

  // An empty cell says nothing.
  std::optional<Fault> Read(const Row& row, v1::Agent& agent) const {
    const auto cell = [&](std::string_view name) { return columns_.Cell(row, name); };
    if (!cell("display_name").empty()) agent.set_display_name(cell("display_name"));
    if (!cell("phone").empty()) agent.set_phone(cell("phone"));
    if (!cell("routing_profile").empty()) {
      agent.set_routing_profile(Named("routingProfiles/", cell("routing_profile")));
    }
    if (!cell("team").empty()) agent.set_team(Named("teams/", cell("team")));
    if (!cell("partner").empty()) agent.set_partner(Named("partners/", cell("partner")));
    if (!cell("order").empty()) {
      int32_t order = 0;
      const std::string text = cell("order");
      const auto read = std::from_chars(text.data(), text.data() + text.size(), order);
      if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
        return Fault{0, columns_.HeadOf("order"), fmt::format("\"{}\" is no number", text), "7"};
      }
      agent.set_order(order);
    }
    if (auto fault = ReadSkills(cell("skills"), agent)) return fault;
    for (const Columns::Other& other : columns_.others()) {
      if (!row.cells[other.at].empty()) {
        SetAttribute(ColumnKey(other.name).substr(kAttribute.size()), row.cells[other.at], agent);
      }
    }
    return std::nullopt;
  }

  // "french:5; dutch:3"
  std::optional<Fault> ReadSkills(const std::string& cell, v1::Agent& agent) const {
    if (cell.empty()) return std::nullopt;
    agent.clear_skills();
    for (const std::string& part : PartsOf(cell)) {
      const size_t colon = part.find(':');
      int32_t level = 0;
      const char* end = part.data() + part.size();
      const char* from = colon == std::string::npos ? end : part.data() + colon + 1;
      const auto read = std::from_chars(from, end, level);
      if (read.ec != std::errc() || read.ptr != end) {
        return Fault{0, columns_.HeadOf("skills"), fmt::format("\"{}\" is no skill", part),
                     "french:5; dutch:3"};
      }
      v1::SkillLevel* skill = agent.add_skills();
      skill->set_skill(Named("skills/", part.substr(0, colon)));
      skill->set_level(level);
    }
    return std::nullopt;
  }

  static void SetAttribute(const std::string& key, const std::string& cell, v1::Agent& agent) {
    v1::Attribute* attribute = nullptr;
    for (v1::Attribute& has : *agent.mutable_attributes()) {
      if (has.key() == key) attribute = &has;
    }
    if (attribute == nullptr) attribute = agent.add_attributes();
    attribute->set_key(key);
    int64_t number = 0;
    const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (read.ec == std::errc() && read.ptr == cell.data() + cell.size()) {
      attribute->set_number(number);
    } else {
      attribute->set_text(cell);
    }
  }

  absl::Status Save(const Line& line) {
    v1::Agent saved;
    if (line.known) {
      v1::UpdateAgentRequest request;
      *request.mutable_agent() = line.wanted;  // with the etag that was read
      return config_.Call(&Stub::UpdateAgent, request, &saved);
    }
    v1::CreateAgentRequest request;
    request.set_agent_id(line.wanted.name().substr(line.wanted.name().find('/') + 1));
    *request.mutable_agent() = line.wanted;
    request.mutable_agent()->clear_name();
    return config_.Call(&Stub::CreateAgent, request, &saved);
  }

  // "routingProfile", "skills[0].level", "attributes[1].key".
  std::string ColumnOf(const std::string& field) const {
    if (field == "routingProfile") return columns_.HeadOf("routing_profile");
    if (field == "displayName") return columns_.HeadOf("display_name");
    if (field.starts_with("skills")) return columns_.HeadOf("skills");
    return field.starts_with("attributes") ? "" : columns_.HeadOf(field);
  }

  Client<v1::ConfigService> config_;
  Columns columns_;
  Directory directory_;
  std::map<std::string, v1::Agent> known_;
  std::vector<Line> lines_;
  std::map<std::string, uint64_t> lines_of_;
};

}  // namespace

std::unique_ptr<Importer> MakeAgents(const Door& door) { return std::make_unique<Agents>(door); }

}  // namespace wissel::imports
