#include "gateway/peer_headers.h"

#include "absl/strings/cord.h"
#include "fmt/format.h"

namespace wissel::gateway {
namespace {

constexpr char kElsewhere[] = "wissel/elsewhere";

}  // namespace

absl::Status ServedElsewhere(std::string_view tenant) {
  absl::Status status =
      absl::UnavailableError(fmt::format("the center {} is not served here now", tenant));
  status.SetPayload(kElsewhere, absl::Cord("1"));
  return status;
}

bool IsElsewhere(const absl::Status& status) { return status.GetPayload(kElsewhere).has_value(); }

}  // namespace wissel::gateway
