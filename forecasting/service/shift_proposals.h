// Where the rest of today has too few people or too many, and who could mend it.
//
// Pure, but that it is slow: on the study's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/service/day_outlook.h"
#include "forecasting/service/offer_book.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {

// For the groups that have the queue; all where it is empty. With a time: who could take that.
absl::StatusOr<v1::ProposeShiftOffersResponse> ProposalsFor(const DayView& view,
                                                            const std::vector<StoredOffer>& offers,
                                                            const std::string& queue,
                                                            const std::optional<OfferedTime>& asked,
                                                            Instant now);

}  // namespace wissel::forecasting
