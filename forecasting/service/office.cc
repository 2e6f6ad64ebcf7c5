#include "forecasting/service/office.h"

#include "fmt/format.h"

namespace wissel::forecasting {

absl::TimeZone Office::zone() const {
  absl::TimeZone zone;
  const std::string& name = directory()->center.time_zone;
  return absl::LoadTimeZone(name, &zone) ? zone : absl::UTCTimeZone();
}

absl::StatusOr<metrics::HistoryTables> Office::OpenHistory() const {
  if (!history_place_) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "", "this server keeps no history",
                  "a server with --data");
  }
  return metrics::HistoryTables::Open(*history_place_);
}

absl::StatusOr<metrics::HistoryTables*> Office::HistoryOfStore() {
  if (!history_) {
    WISSEL_ASSIGN_OR_RETURN(history_, OpenHistory());
  }
  return &*history_;
}

absl::StatusOr<metrics::HistoryTables*> Office::HistoryOfStudy() {
  if (!studied_) {
    WISSEL_ASSIGN_OR_RETURN(studied_, OpenHistory());
  }
  return &*studied_;
}

std::string Office::KeyOf(const RequestIdentity& identity) {
  return fmt::format("{:016x}{:016x}", identity.key.high, identity.key.low);
}

}  // namespace wissel::forecasting
