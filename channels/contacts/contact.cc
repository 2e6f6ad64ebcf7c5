#include "channels/contacts/contact.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/invariant.h"

namespace wissel::contacts {
namespace {

constexpr size_t kTokenLength = 22;
constexpr std::array<std::string_view, kChannelCount> kCollections = {
    "calls", "mails", "chats", "messages", "forms", "callbacks", "outbounds", "tasks"};

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

const std::string& ValueOf(const std::vector<Field>& fields, std::string_view name) {
  static const std::string kNone;
  for (const Field& field : fields) {
    if (field.name == name) return field.value;
  }
  return kNone;
}

std::string NewToken() {
  INVARIANT(sodium_init() >= 0);
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return TokenOf({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string TokenOf(std::string_view bytes) {
  constexpr int kForm = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kForm), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kForm);
  text.pop_back();  // its NUL
  return text;
}

bool IsToken(std::string_view text) {
  return text.size() == kTokenLength && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

std::string_view CollectionOf(Channel channel) {
  return kCollections[static_cast<size_t>(channel) - 1];
}

std::string NewContactName(Channel channel) {
  return std::string(CollectionOf(channel)) + "/" + NewToken();
}

bool IsContactName(std::string_view name) {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view collection = name.substr(0, slash);
  return std::find(kCollections.begin(), kCollections.end(), collection) != kCollections.end() &&
         IsToken(name.substr(slash + 1));
}

bool IsCustomerName(std::string_view name) {
  return name.starts_with(kCustomerPrefix) && IsToken(name.substr(kCustomerPrefix.size()));
}

}  // namespace wissel::contacts
