// Ids of the router's room. Given by the engine in rising order from 1; items and offers are never
// used twice, so an offer's id is its fencing token.
#pragma once

#include <cstdint>

#include "agents/core/ids.h"

namespace wissel {

using RequirementId = StrongId<struct RequirementTag, uint32_t>;
using ItemId = StrongId<struct ItemTag, uint64_t>;
using NoticeId = StrongId<struct NoticeTag, uint32_t>;
using OfferId = StrongId<struct OfferTag, uint64_t>;

}  // namespace wissel
