#include "forecasting/service/resources.h"

#include "absl/strings/numbers.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

constexpr absl::CivilDay kFirstDay(1990, 1, 1);
constexpr absl::CivilDay kLastDay(2100, 12, 31);

}  // namespace

absl::StatusOr<uint64_t> NumberOf(std::string_view collection, std::string_view name,
                                  std::string_view field) {
  uint64_t number = 0;
  const bool right =
      name.size() > collection.size() + 1 && name.starts_with(collection) &&
      name[collection.size()] == '/' && name[collection.size() + 1] != '0' &&
      absl::SimpleAtoi(absl::string_view(name.data(), name.size()).substr(collection.size() + 1),
                       &number);
  if (right) return number;
  return RefuseField(field, fmt::format("{} is no name of this kind", Quoted(name)),
                     fmt::format("{}/{{number}}", collection));
}

std::string NameOf(std::string_view collection, uint64_t number) {
  return fmt::format("{}/{}", collection, number);
}

absl::StatusOr<absl::CivilDay> ReadDay(std::string_view text, std::string_view field) {
  absl::CivilDay day;
  const bool read = text.size() == 10 && absl::ParseCivilTime({text.data(), text.size()}, &day);
  if (read && day >= kFirstDay && day <= kLastDay) return day;
  return RefuseField(field, fmt::format("{} is no day", Quoted(text)),
                     "a day like 2026-12-01, from 1990 to 2100");
}

std::string WriteDay(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::StatusOr<Days> ReadDays(std::string_view start, std::string_view end, int64_t most) {
  Days days;
  WISSEL_ASSIGN_OR_RETURN(days.first, ReadDay(start, "startDate"));
  days.last = days.first;
  if (!end.empty()) {
    WISSEL_ASSIGN_OR_RETURN(days.last, ReadDay(end, "endDate"));
  }
  if (days.last < days.first) {
    return RefuseField("endDate", "lies before the first day", "the first day or a later one");
  }
  if (days.count() > most) {
    return RefuseField("endDate", fmt::format("these are {} days", days.count()),
                       fmt::format("at most {} days", most));
  }
  return days;
}

absl::Status CheckEtag(std::string_view given, std::string_view newest) {
  if (given.empty() || given == newest) return absl::OkStatus();
  return Refuse(absl::StatusCode::kAborted, "etag", "somebody has changed it since",
                "the etag of what stands now");
}

std::string NextEtag(std::string_view etag) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi({etag.data(), etag.size()}, &number)) number = 0;
  return fmt::format("{}", number + 1);
}

absl::Status CheckGiven(std::string_view text, size_t most, std::string_view field) {
  if (text.empty()) {
    return RefuseField(field, "is not given", fmt::format("1 to {} characters", most));
  }
  return CheckText(text, most, field);
}

}  // namespace wissel::forecasting
