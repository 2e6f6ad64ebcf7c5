#include "channels/email/core/mail.h"

#include <algorithm>

namespace wissel::email {
namespace {

constexpr size_t kLongestAddress = 254;
constexpr size_t kLongestLocalPart = 64;

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 5322, section 3.2.3, and the dot.
bool IsAtomCharacter(char c) {
  return IsLetterOrDigit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string::npos;
}

bool HasEmptyLabel(std::string_view text) {
  return text.empty() || text.front() == '.' || text.back() == '.' ||
         text.find("..") != std::string_view::npos;
}

}  // namespace

std::string Normalized(std::string_view address) {
  std::string text(address);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

SplitAddress SplitDetail(std::string_view address) {
  const size_t at = address.rfind('@');
  const size_t plus = address.find('+');
  if (at == std::string_view::npos || plus == std::string_view::npos || plus > at) {
    return {Normalized(address), ""};
  }
  return {Normalized(std::string(address.substr(0, plus)).append(address.substr(at))),
          std::string(address.substr(plus + 1, at - plus - 1))};
}

bool IsAddress(std::string_view address) {
  const size_t at = address.find('@');
  if (at == std::string_view::npos || address.size() > kLongestAddress) return false;
  const std::string_view local = address.substr(0, at);
  const std::string_view domain = address.substr(at + 1);
  if (local.size() > kLongestLocalPart || HasEmptyLabel(local) || HasEmptyLabel(domain)) {
    return false;
  }
  return std::all_of(local.begin(), local.end(), IsAtomCharacter) &&
         std::all_of(domain.begin(), domain.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '.'; });
}

}  // namespace wissel::email
