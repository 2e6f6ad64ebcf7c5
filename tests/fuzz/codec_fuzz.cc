// Any bytes as a batch of the journal, as a saved state: read or refused, never a crash; and what
// was read, written again, reads as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "router/journal/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto events = wissel::DecodeBatch(bytes); events.ok()) {
    std::string written;
    for (const wissel::Event& event : *events) wissel::AppendEvent(written, event);
    const auto again = wissel::DecodeBatch(written);
    if (!again.ok() || again->size() != events->size()) std::abort();
    std::string twice;
    for (const wissel::Event& event : *again) wissel::AppendEvent(twice, event);
    if (twice != written) std::abort();
  }
  if (const auto state = wissel::DecodeState(bytes); state.ok()) {
    const std::string written = wissel::EncodeState(*state);
    const auto again = wissel::DecodeState(written);
    if (!again.ok() || wissel::EncodeState(*again) != written) std::abort();
  }
  return 0;
}
