#include "channels/contacts/addresses.h"

#include <algorithm>
#include <cctype>

#include "base/status.h"
#include "channels/contacts/words.h"

namespace wissel::contacts {
namespace {

constexpr size_t kLongestMailAddress = 254;  // RFC 5321, section 4.5.3.1.3, less the brackets
constexpr size_t kLongestLocalPart = 64;     // section 4.5.3.1.1
constexpr size_t kLongestLabel = 63;         // RFC 1035, section 2.3.4
constexpr size_t kLongestSystem = 32;
constexpr size_t kLongestExternal = 128;

bool IsLetterOrDigit(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; }

// RFC 5322, section 3.2.3, and RFC 6532, section 3.2.
bool IsAtom(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetterOrDigit(static_cast<unsigned char>(c)) ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return c == '-' || IsLetterOrDigit(static_cast<unsigned char>(c));
         });
}

template <class Is>
bool AreDotted(std::string_view text, Is is) {
  for (;;) {
    const size_t dot = text.find('.');
    if (!is(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool IsSystemCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool IsPrintable(unsigned char c) { return c > ' ' && c != 0x7f; }

}  // namespace

absl::StatusOr<Address> EmailAddress(std::string_view text, std::string_view field) {
  const absl::Status refusal =
      RefuseField(field, "this is no mail address", "name@domain, for example mia@example.org");
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > kLongestMailAddress || !IsText(text)) {
    return refusal;
  }
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (local.size() > kLongestLocalPart || !AreDotted(local, IsAtom) ||
      !AreDotted(domain, IsLabel)) {
    return refusal;
  }
  return Address{AddressKind::kEmail, std::string(local) + "@" + Folded(domain)};
}

absl::StatusOr<Address> ExternalAddress(std::string_view text, std::string_view field) {
  const size_t colon = text.find(':');
  const std::string_view system = text.substr(0, colon);
  const std::string_view rest =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const bool right = !system.empty() && system.size() <= kLongestSystem &&
                     std::all_of(system.begin(), system.end(), IsSystemCharacter) &&
                     !rest.empty() && rest.size() <= kLongestExternal && IsText(rest) &&
                     std::all_of(rest.begin(), rest.end(), IsPrintable);
  if (right) return Address{AddressKind::kExternal, std::string(text)};
  return RefuseField(field, "this is no name in another system",
                     "the system, a colon and the name there, for example crm:4711");
}

std::string ComparedText(const Address& address) {
  return address.kind == AddressKind::kEmail ? Folded(address.text) : address.text;
}

bool Has(const std::vector<Address>& addresses, const Address& address) {
  return std::any_of(addresses.begin(), addresses.end(), [&](const Address& other) {
    return other.kind == address.kind && ComparedText(other) == ComparedText(address);
  });
}

}  // namespace wissel::contacts
