// Any bytes as an address, a name or a text of a person: taken in the one form in which it is kept,
// or refused, never a crash.
//
// Beyond not crashing: what was taken is taken again as it is, compares as the same, and carries
// nothing that ends a line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/invariant.h"
#include "channels/contacts/addresses.h"
#include "channels/contacts/text_rules.h"
#include "channels/contacts/words.h"

namespace {

using namespace wissel::contacts;  // NOLINT: what is fuzzed

template <class Read>
void TakeTwice(std::string_view text, Read read) {
  const absl::StatusOr<Address> address = read(text);
  if (!address.ok()) return;
  INVARIANT(address->text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  const absl::StatusOr<Address> again = read(address->text);
  INVARIANT(again.ok() && *again == *address);
  INVARIANT(ComparedText(*again) == ComparedText(*address));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* region : {"", "BE", "US"}) {
    TakeTwice(text, [&](std::string_view t) { return PhoneAddress(t, region, "phone"); });
  }
  TakeTwice(text, [](std::string_view t) { return EmailAddress(t, "mail"); });
  TakeTwice(text, [](std::string_view t) { return ExternalAddress(t, "id"); });
  FactsOfPhone(text);
  for (const std::string& word : WordsOf(text)) INVARIANT(WordsOf(word).contains(word));
  INVARIANT(Folded(Folded(text)) == Folded(text));
  INVARIANT(!CheckMessage(text, "text").ok() || IsText(text));
  INVARIANT(!CheckName(text, "name").ok() || text.find('\n') == std::string_view::npos);
  INVARIANT(!CheckLanguage(text, "language").ok() || text.size() <= 35);
  return 0;
}
