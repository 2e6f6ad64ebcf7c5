// Where calls to the outside may go.
#include "channels/voice/destinations.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace wissel::voice {
namespace {

using absl::StatusCode;

constexpr char kMobile[] = "0470 12 34 56";
const Instant kMorning = Instant::FromMillis(1'700'000'000'000);

DestinationRules Rules() {
  DestinationRules rules;
  rules.countries = {"BE"};
  rules.region = "BE";
  rules.most_per_day = 3;
  rules.most_per_number = 2;
  return rules;
}

TEST(Destinations, ANumberIsDialledWithItsCountry) {
  Destinations destinations(Rules());
  EXPECT_EQ(*destinations.Admit(kMobile, kMorning), "+32470123456");
  EXPECT_EQ(*destinations.Admit("+32 2 555 01 23", kMorning), "+3225550123");
}

TEST(Destinations, OnlyWhereTheCenterSays) {
  Destinations destinations(Rules());
  for (const char* number : {"+33 1 42 68 53 00", "0900 12345", "+800 12345678"}) {
    const absl::Status refused = destinations.Admit(number, kMorning).status();
    EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied) << number << ": " << refused;
    EXPECT_EQ(FieldAtFault(refused), "number");
  }
  for (const char* number : {"", "112233445566778899", "sip:anna@example.org", "12\r\nVia: x"}) {
    EXPECT_EQ(destinations.Admit(number, kMorning).status().code(), StatusCode::kInvalidArgument)
        << number;
  }
  EXPECT_EQ(Destinations({}).Admit("+32470123456", kMorning).status().code(),
            StatusCode::kPermissionDenied)
      << "nowhere, unless it is said where";
}

TEST(Destinations, SoManyInADay) {
  Destinations destinations(Rules());
  EXPECT_TRUE(destinations.Admit(kMobile, kMorning).ok());
  EXPECT_TRUE(destinations.Admit("+32470123456", kMorning).ok());
  EXPECT_EQ(destinations.Admit(kMobile, kMorning).status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(destinations.Admit("0470 12 34 57", kMorning).ok());
  EXPECT_EQ(destinations.Admit("0470 12 34 58", kMorning).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_TRUE(destinations.Admit(kMobile, kMorning + Duration::Minutes(24 * 60)).ok());
}

}  // namespace
}  // namespace wissel::voice
