#include "forecasting/service/office.h"

#include "fmt/format.h"

namespace wissel::forecasting {

std::string Office::KeyOf(const RequestIdentity& identity) {
  return fmt::format("{:016x}{:016x}", identity.key.high, identity.key.low);
}

}  // namespace wissel::forecasting
