#include "channels/voice/destinations.h"

#include "base/status.h"
#include "channels/contacts/addresses.h"
#include "fmt/format.h"

namespace wissel::voice {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr std::string_view kField = "number";

bool CostsMore(contacts::PhoneType type) {
  return type == contacts::PhoneType::kPremium || type == contacts::PhoneType::kSharedCost;
}

}  // namespace

absl::StatusOr<std::string> Destinations::Admit(std::string_view number, Instant now) {
  WISSEL_ASSIGN_OR_RETURN(const contacts::Address address,
                          contacts::PhoneAddress(number, rules_.region, kField));
  const contacts::PhoneFacts facts = contacts::FactsOfPhone(address.text);
  if (!rules_.countries.contains(facts.region)) {
    return Refuse(absl::StatusCode::kPermissionDenied, kField,
                  facts.region.empty() ? std::string("numbers of no country are not called")
                                       : fmt::format("numbers of {} are not called", facts.region),
                  "a number of a country in voice.destinations.countries");
  }
  if (CostsMore(facts.type)) {
    return Refuse(absl::StatusCode::kPermissionDenied, kField,
                  "numbers that cost more than a call are not called");
  }
  if (const int64_t day = now.millis() / kDayMs; day != day_) {
    day_ = day;
    today_ = 0;
    by_number_.clear();
  }
  if (today_ >= rules_.most_per_day) {
    return Refuse(absl::StatusCode::kResourceExhausted, kField,
                  fmt::format("{} calls to the outside have been made this day", today_));
  }
  int& of_number = by_number_[address.text];
  if (of_number >= rules_.most_per_number) {
    return Refuse(absl::StatusCode::kResourceExhausted, kField,
                  fmt::format("this number has been called {} times this day", of_number));
  }
  ++today_;
  ++of_number;
  return address.text;
}

}  // namespace wissel::voice
