// Addresses under which a person is known, in the one form in which they are compared and kept.
// Pure; thread-safe. Refusals are INVALID_ARGUMENT on `field`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::contacts {

// The same numbers as wissel.v1.CustomerAddress.Kind.
enum class AddressKind : uint8_t {
  kPhone = 1,     // E.164: "+3225550123"
  kEmail = 2,     // its domain in lower case: "Mia.Peeters@example.org"
  kExternal = 3,  // of another system, with its name before it: "crm:4711"
};

struct Address {
  AddressKind kind = AddressKind::kPhone;
  std::string text;

  auto operator<=>(const Address&) const = default;
};

// A number as people write it, in any country's form: "02 555 01 23" (`region` "BE"),
// "+32 (0)2 555.01.23", "tel:+32-2-555-01-23". `region`, a country of ISO 3166-1, is that of
// numbers without a country; empty: those are refused. Numbers that no numbering plan knows are
// refused.
absl::StatusOr<Address> PhoneAddress(std::string_view text, std::string_view region,
                                     std::string_view field);

// "local@domain" (RFC 5321, section 4.1.2, without quoted local parts and address literals), at
// most 254 bytes; other scripts as UTF-8 (RFC 6531). Only the domain is put in lower case: what is
// before the @ belongs to its host. Two spellings of one mailbox compare as the same nonetheless.
absl::StatusOr<Address> EmailAddress(std::string_view text, std::string_view field);

// 1 to 32 of [a-z0-9-], a colon, 1 to 128 printable characters.
absl::StatusOr<Address> ExternalAddress(std::string_view text, std::string_view field);

// What is compared: a mail address as a whole in lower case, the others as they are.
std::string ComparedText(const Address& address);

// Whether it is among them, in whichever spelling.
bool Has(const std::vector<Address>& addresses, const Address& address);

// What a numbering plan says of a number.
enum class PhoneType : uint8_t {
  kOther,
  kFixedLine,
  kMobile,
  kFixedOrMobile,  // the plan does not tell them apart
  kTollFree,
  kPremium,
  kSharedCost,
};
struct PhoneFacts {
  PhoneType type = PhoneType::kOther;
  std::string region;  // "BE"; empty: of no country, as +800 numbers are
};
// Of an address that PhoneAddress made.
PhoneFacts FactsOfPhone(std::string_view e164);

}  // namespace wissel::contacts
