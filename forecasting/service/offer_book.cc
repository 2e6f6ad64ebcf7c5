#include "forecasting/service/offer_book.h"

#include <utility>

#include "base/status.h"
#include "forecasting/service/schedule_check.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using v1::ShiftOffer;

constexpr size_t kMostOffers = 10'000;
constexpr Duration kLately = Duration::Days(28);

void Expire(ShiftOffer& offer, Instant now) {
  if (offer.state() == ShiftOffer::OPEN && now >= InstantOf(offer.expire_time())) {
    offer.set_state(ShiftOffer::EXPIRED);
  }
}

}  // namespace

absl::StatusOr<std::vector<StoredOffer>> OffersIn(PlanStore& store, Instant now) {
  WISSEL_ASSIGN_OR_RETURN(auto offers, ReadAll<ShiftOffer>(store, kShiftOffers, kMostOffers));
  for (StoredOffer& offer : offers) Expire(offer.head, now);
  return offers;
}

absl::StatusOr<StoredOffer> FindOffer(PlanStore& store, const std::string& name, Instant now) {
  StoredOffer offer;
  WISSEL_ASSIGN_OR_RETURN(offer.number, NumberOf(kShiftOffers, name, "name"));
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kShiftOffers, offer.number}, &offer.head));
  if (!found) return NoSuchName("name", name);
  Expire(offer.head, now);
  return offer;
}

OfferedTime TimeOf(const ShiftOffer& offer) {
  return {offer.kind(), InstantOf(offer.start_time()), InstantOf(offer.end_time())};
}

std::map<std::string, double> HoursLately(const std::vector<StoredOffer>& offers,
                                          ShiftOffer::Kind kind, Instant now) {
  std::map<std::string, double> hours;
  for (const StoredOffer& offer : offers) {
    if (offer.head.kind() != kind) continue;
    for (const ShiftOffer::Answer& answer : offer.head.answers()) {
      if (!answer.accepted() || now - InstantOf(answer.time()) > kLately) continue;
      hours[answer.agent()] += answer.hours();
    }
  }
  return hours;
}

absl::StatusOr<std::map<std::string, std::string>> BrokenBy(const ScheduleScene& scene,
                                                            const ShiftsByAgent& before,
                                                            const ShiftsByAgent& after,
                                                            ShiftOffer::Kind kind) {
  WISSEL_ASSIGN_OR_RETURN(const Checked stood, Check(scene, before));
  WISSEL_ASSIGN_OR_RETURN(const Checked becomes, Check(scene, after));
  std::map<std::string, std::string> broken;
  for (const v1::BrokenRule& rule : NewlyBroken(stood.broken, becomes.broken)) {
    const bool own_will =
        kind == ShiftOffer::TIME_OFF && rule.kind() == v1::BrokenRule::WEEKLY_HOURS_TOO_FEW;
    if (!own_will) broken.emplace(rule.agent(), rule.sentence());
  }
  return broken;
}

}  // namespace wissel::forecasting
