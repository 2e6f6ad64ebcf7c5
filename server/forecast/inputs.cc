#include "server/forecast/inputs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "absl/strings/ascii.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/calendar_be_nl.h"
#include "server/forecast/table_file.h"
#include "yaml-cpp/yaml.h"

namespace wissel::forecast {
namespace {

using volumes::Date;
using volumes::DayKind;
using volumes::Event;
using volumes::EventEffect;
using volumes::Regressor;
using volumes::Series;
using volumes::SpecialDay;
using volumes::SpecialDays;
using volumes::StampedCount;

// Minute of the day in "2026-11-02T09:30:00", also with a blank for the T, without seconds, or with
// an offset after it: the wall clock is what counts. A bare day is midnight.
std::optional<int> MinuteOf(const std::string& stamp) {
  if (stamp.size() == 10) return 0;
  if (stamp.size() < 16 || (stamp[10] != 'T' && stamp[10] != ' ') || stamp[13] != ':') {
    return std::nullopt;
  }
  for (const size_t at : {11U, 12U, 14U, 15U}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(stamp[at]))) return std::nullopt;
  }
  const int hour = (stamp[11] - '0') * 10 + stamp[12] - '0';
  const int minute = (stamp[14] - '0') * 10 + stamp[15] - '0';
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

absl::StatusOr<std::vector<StampedCount>> ReadCounts(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const Table table, ReadTable(path));
  WISSEL_ASSIGN_OR_RETURN(const size_t stamp, table.Column({"timestamp", "start", "time", "date"}));
  WISSEL_ASSIGN_OR_RETURN(const size_t count,
                          table.Column({"count", "arrivals", "offered", "calls", "volume"}));
  std::vector<StampedCount> counts;
  counts.reserve(table.rows.size());
  for (const TableRow& row : table.rows) {
    StampedCount c;
    WISSEL_ASSIGN_OR_RETURN(c.day, table.Day(row, stamp));
    const auto minute = MinuteOf(row.cells[stamp]);
    if (!minute) {
      return table.Fault(row, fmt::format("\"{}\" is no time", row.cells[stamp]),
                         "for example 2026-11-02T09:30:00");
    }
    c.minute = *minute;
    if (row.cells[count].empty()) continue;  // not known
    WISSEL_ASSIGN_OR_RETURN(c.count, table.Number(row, count));
    if (c.count < 0 || !std::isfinite(c.count)) {
      return table.Fault(row, fmt::format("{:g} is no count", c.count), "0 or more");
    }
    counts.push_back(c);
  }
  return counts;
}

absl::StatusOr<DayKind> ReadKind(const Table& table, const TableRow& row, size_t column,
                                 const std::string& name) {
  const std::string& text = row.cells[column];
  if (text.empty()) return volumes::KindOf(name);
  for (const DayKind kind : {DayKind::kHoliday, DayKind::kEve, DayKind::kBridge, DayKind::kOther}) {
    if (text == volumes::NameOf(kind)) return kind;
  }
  return table.Fault(row, fmt::format("\"{}\" is no kind of day", text),
                     "holiday, eve, bridge or other");
}

absl::StatusOr<SpecialDays> ReadSpecialDays(const std::string& path, const std::string& dataset) {
  WISSEL_ASSIGN_OR_RETURN(const Table table, ReadTable(path));
  WISSEL_ASSIGN_OR_RETURN(const size_t date, table.Column({"date", "day"}));
  WISSEL_ASSIGN_OR_RETURN(const size_t name, table.Column({"name"}));
  const auto of = table.Find("dataset");
  const auto kind = table.Find("kind");
  SpecialDays days;
  for (const TableRow& row : table.rows) {
    if (of && !dataset.empty() && row.cells[*of] != dataset) continue;
    WISSEL_ASSIGN_OR_RETURN(const Date day, table.Day(row, date));
    SpecialDay special{row.cells[name], volumes::KindOf(row.cells[name])};
    if (kind) {
      WISSEL_ASSIGN_OR_RETURN(special.kind, ReadKind(table, row, *kind, special.name));
    }
    days[day] = special;
  }
  return days;
}

// Until this long after the history.
constexpr int kYearsAhead = 2;

absl::Status AddCalendar(const std::string& name, Series& series) {
  if (name.empty()) return absl::OkStatus();
  const auto& names = CalendarNames();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return RefuseField("calendar", fmt::format("\"{}\" is no calendar", name),
                       fmt::format("one of {}", fmt::join(names, ", ")));
  }
  const int from = series.days.front().year();
  const int to = series.days.back().year() + kYearsAhead;
  if (name == "nl") {
    series.special = volumes::DutchDays(from, to);
    return absl::OkStatus();
  }
  using volumes::Community;
  const Community community = name == "be-flemish"    ? Community::kFlemish
                              : name == "be-french"   ? Community::kFrench
                              : name == "be-german"   ? Community::kGermanSpeaking
                              : name == "be-brussels" ? Community::kBrussels
                                                      : Community::kNone;
  series.special = volumes::BelgianDays(from, to, community);
  if (community == Community::kFlemish) {
    series.regressors.push_back(
        volumes::FlemishSchoolHolidays(series.days.front(), Date::Of(to, 12, 31)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Regressor>> ReadRegressors(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const Table table, ReadTable(path));
  WISSEL_ASSIGN_OR_RETURN(const size_t date, table.Column({"date", "day"}));
  std::vector<Regressor> regressors;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    if (c == date) continue;
    Regressor regressor{table.columns[c], {}};
    for (const TableRow& row : table.rows) {
      if (row.cells[c].empty()) continue;
      WISSEL_ASSIGN_OR_RETURN(const Date day, table.Day(row, date));
      WISSEL_ASSIGN_OR_RETURN(regressor.values[day], table.Number(row, c));
    }
    regressors.push_back(std::move(regressor));
  }
  return regressors;
}

absl::StatusOr<std::vector<double>> ReadResponse(const Table& table, const TableRow& row,
                                                 size_t column) {
  std::vector<double> response;
  std::istringstream words(row.cells[column]);
  for (std::string word; words >> word;) {
    char* end = nullptr;
    response.push_back(std::strtod(word.c_str(), &end));
    if (*end != '\0') {
      return table.Fault(row, fmt::format("\"{}\" is no share", word), "for example 0.6 0.3 0.1");
    }
  }
  return response;
}

// "09:30" where the column is there and says something.
absl::Status ReadTime(const Table& table, const TableRow& row, std::string_view name, int& minute) {
  const auto column = table.Find(name);
  if (!column || row.cells[*column].empty()) return absl::OkStatus();
  const auto read = MinuteOf("2000-01-01T" + row.cells[*column]);
  if (!read) {
    return table.Fault(row, fmt::format("\"{}\" is no time of the day", row.cells[*column]),
                       "for example 09:30");
  }
  minute = *read;
  return absl::OkStatus();
}

// One key of a protocol file.
class Key {
 public:
  Key(const std::string& path, const std::string& name, const YAML::Node& value)
      : path_(path), name_(name), value_(value) {}

  absl::Status Read(std::string& text) const {
    if (!value_.IsScalar()) return Fault("is no text");
    if (text.empty()) text = value_.Scalar();
    return absl::OkStatus();
  }
  absl::Status ReadFile(std::string& file) const {
    if (!value_.IsScalar()) return Fault("is no file");
    if (file.empty()) {
      file = (std::filesystem::path(path_).parent_path() / value_.Scalar()).string();
    }
    return absl::OkStatus();
  }
  absl::Status Read(std::optional<int>& number) const {
    try {
      const int read = value_.as<int>();
      if (!number) number = read;
    } catch (const YAML::Exception&) {
      return Fault("is no whole number");
    }
    return absl::OkStatus();
  }
  absl::Status Fault(std::string_view what) const {
    return RefuseField(name_,
                       fmt::format("{}:{}: {} {}", path_, value_.Mark().line + 1, name_, what),
                       "see docs/FORECAST.md");
  }

 private:
  const std::string& path_;
  const std::string name_;
  const YAML::Node value_;
};

absl::Status ApplyKey(const Key& key, const std::string& name, InputOptions& inputs,
                      ProtocolOptions& protocol) {
  if (name == "train_days") return key.Read(protocol.train_days);
  if (name == "horizon_days") return key.Read(protocol.horizon_days);
  if (name == "step_days") return key.Read(protocol.step_days);
  if (name == "first_origin") return key.Read(protocol.first_origin);
  if (name == "origins") return key.ReadFile(protocol.origins);
  if (name == "intraday") return key.Read(protocol.intraday);
  if (name == "special_days") return key.ReadFile(inputs.special_days);
  if (name == "dataset") return key.Read(inputs.dataset);
  if (name == "calendar") return key.Read(inputs.calendar);
  if (name == "regressors") return key.ReadFile(inputs.regressors);
  return key.Fault(
      "is no key: train_days, horizon_days, step_days, first_origin, origins, intraday, "
      "special_days, dataset, calendar, regressors");
}

}  // namespace

const std::vector<std::string>& CalendarNames() {
  static const std::vector<std::string> names = {"be",        "be-flemish",  "be-french",
                                                 "be-german", "be-brussels", "nl"};
  return names;
}

absl::StatusOr<Series> ReadSeries(const InputOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(std::vector<StampedCount> counts, ReadCounts(options.series));
  WISSEL_ASSIGN_OR_RETURN(Series series, volumes::LayOut(std::move(counts), options.interval_min));
  if (!options.regressors.empty()) {
    WISSEL_ASSIGN_OR_RETURN(series.regressors, ReadRegressors(options.regressors));
  }
  WISSEL_RETURN_IF_ERROR(AddCalendar(options.calendar, series));
  if (!options.special_days.empty()) {  // the center's own word goes before the calendar's
    WISSEL_ASSIGN_OR_RETURN(SpecialDays days,
                            ReadSpecialDays(options.special_days, options.dataset));
    for (auto& [day, special] : days) series.special[day] = std::move(special);
  }
  return series;
}

absl::StatusOr<std::vector<Event>> ReadEvents(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const Table table, ReadTable(path));
  WISSEL_ASSIGN_OR_RETURN(const size_t name, table.Column({"name"}));
  WISSEL_ASSIGN_OR_RETURN(const size_t effect, table.Column({"effect"}));
  WISSEL_ASSIGN_OR_RETURN(const size_t size, table.Column({"size"}));
  WISSEL_ASSIGN_OR_RETURN(const size_t first, table.Column({"first", "date"}));
  const auto uncertainty = table.Find("uncertainty");
  const auto response = table.Find("response");
  std::vector<Event> events;
  for (const TableRow& row : table.rows) {
    Event event;
    event.name = row.cells[name];
    if (row.cells[effect] == "contacts") {
      event.effect = EventEffect::kContacts;
    } else if (row.cells[effect] != "factor") {
      return table.Fault(row, fmt::format("\"{}\" is no effect", row.cells[effect]),
                         "factor or contacts");
    }
    WISSEL_ASSIGN_OR_RETURN(event.size, table.Number(row, size));
    WISSEL_ASSIGN_OR_RETURN(event.first, table.Day(row, first));
    if (uncertainty && !row.cells[*uncertainty].empty()) {
      WISSEL_ASSIGN_OR_RETURN(event.uncertainty, table.Number(row, *uncertainty));
    }
    if (response && !row.cells[*response].empty()) {
      WISSEL_ASSIGN_OR_RETURN(event.response, ReadResponse(table, row, *response));
    }
    WISSEL_RETURN_IF_ERROR(ReadTime(table, row, "from", event.from_minute));
    WISSEL_RETURN_IF_ERROR(ReadTime(table, row, "until", event.until_minute));
    events.push_back(std::move(event));
  }
  return events;
}

absl::StatusOr<volumes::Protocol> ReadProtocol(const ProtocolOptions& options) {
  volumes::Protocol protocol;
  protocol.train_days = options.train_days.value_or(protocol.train_days);
  protocol.horizon_days = options.horizon_days.value_or(protocol.horizon_days);
  protocol.step_days = options.step_days.value_or(protocol.step_days);
  if (!options.first_origin.empty()) {
    protocol.first_origin = Date::Parse(options.first_origin);
    if (!protocol.first_origin) {
      return RefuseField("first_origin", fmt::format("\"{}\" is no day", options.first_origin),
                         "for example 2026-11-02");
    }
  }
  if (!options.origins.empty()) {
    WISSEL_ASSIGN_OR_RETURN(const Table table, ReadTable(options.origins));
    WISSEL_ASSIGN_OR_RETURN(const size_t origin, table.Column({"origin"}));
    for (const TableRow& row : table.rows) {
      WISSEL_ASSIGN_OR_RETURN(const Date day, table.Day(row, origin));
      protocol.origins.push_back(day);
    }
  }
  return protocol;
}

absl::Status ApplyProtocolFile(const std::string& path, InputOptions& inputs,
                               ProtocolOptions& protocol) {
  WISSEL_ASSIGN_OR_RETURN(const std::string text, ReadWhole(path));
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::Exception& fault) {
    return RefuseField("protocol", fmt::format("{}:{}: {}", path, fault.mark.line + 1, fault.msg),
                       "YAML");
  }
  if (!root.IsMap()) {
    return RefuseField("protocol", fmt::format("{} has no keys", path), "see docs/FORECAST.md");
  }
  for (const auto& entry : root) {
    const std::string name = entry.first.Scalar();
    WISSEL_RETURN_IF_ERROR(ApplyKey(Key(path, name, entry.second), name, inputs, protocol));
  }
  return absl::OkStatus();
}

}  // namespace wissel::forecast
