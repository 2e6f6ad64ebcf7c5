#include "forecasting/service/office.h"

#include "fmt/format.h"

namespace wissel::forecasting {

absl::TimeZone Office::zone() const {
  absl::TimeZone zone;
  const std::string& name = directory()->center.time_zone;
  return absl::LoadTimeZone(name, &zone) ? zone : absl::UTCTimeZone();
}

std::string Office::KeyOf(const RequestIdentity& identity) {
  return fmt::format("{:016x}{:016x}", identity.key.high, identity.key.low);
}

}  // namespace wissel::forecasting
