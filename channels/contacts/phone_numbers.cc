// The one file that knows libphonenumber.
#include "base/status.h"
#include "channels/contacts/addresses.h"
#include "channels/contacts/words.h"
#include "phonenumbers/phonenumberutil.h"

namespace wissel::contacts {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t kLongestWritten = 64;
constexpr std::string_view kNoRegion = "ZZ";

absl::Status NoNumber(std::string_view field, bool region_known) {
  return RefuseField(field, "this is no phone number",
                     region_known ? "a number as it is dialled here, or one with its country: "
                                    "+32 2 555 01 23"
                                  : "a number with its country: +32 2 555 01 23");
}

PhoneType TypeOf(PhoneNumberUtil::PhoneNumberType type) {
  switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
      return PhoneType::kFixedLine;
    case PhoneNumberUtil::MOBILE:
      return PhoneType::kMobile;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return PhoneType::kFixedOrMobile;
    case PhoneNumberUtil::TOLL_FREE:
      return PhoneType::kTollFree;
    case PhoneNumberUtil::PREMIUM_RATE:
      return PhoneType::kPremium;
    case PhoneNumberUtil::SHARED_COST:
      return PhoneType::kSharedCost;
    default:
      return PhoneType::kOther;
  }
}

}  // namespace

absl::StatusOr<Address> PhoneAddress(std::string_view text, std::string_view region,
                                     std::string_view field) {
  const absl::Status refusal = NoNumber(field, !region.empty());
  if (text.empty() || text.size() > kLongestWritten || !IsText(text)) return refusal;
  const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const auto parsed =
      plans.Parse(std::string(text), std::string(region.empty() ? kNoRegion : region), &number);
  if (parsed != PhoneNumberUtil::NO_PARSING_ERROR || !plans.IsValidNumber(number)) return refusal;
  // What is dialled behind the number is not part of what is compared.
  number.clear_extension();
  Address address{AddressKind::kPhone, ""};
  plans.Format(number, PhoneNumberUtil::E164, &address.text);
  return address;
}

PhoneFacts FactsOfPhone(std::string_view e164) {
  const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const auto parsed = plans.Parse(std::string(e164), std::string(kNoRegion), &number);
  if (parsed != PhoneNumberUtil::NO_PARSING_ERROR) return {};
  PhoneFacts facts{TypeOf(plans.GetNumberType(number)), ""};
  plans.GetRegionCodeForNumber(number, &facts.region);
  if (facts.region == kNoRegion || facts.region == "001") facts.region.clear();
  return facts;
}

}  // namespace wissel::contacts
