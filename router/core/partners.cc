#include "router/core/partners.h"

#include <algorithm>

namespace wissel {

void PartnerBook::Begin(const std::optional<PartnerAllocation>& allocation) {
  *this = PartnerBook();
  if (!allocation) return;
  for (const PartnerShare& share : allocation->shares) {
    PartnerAccount account;
    account.partner = share.partner;
    account.share_permille = share.share_permille;
    accounts_.push_back(std::move(account));
    weight_ += share.share_permille;
  }
  floor_permille_ = allocation->service_level_floor_permille;
  interval_ = allocation->interval;
}

const PartnerAccount& PartnerBook::Due() const {
  // Of equal credits the first.
  return *std::max_element(
      accounts_.begin(), accounts_.end(),
      [](const PartnerAccount& a, const PartnerAccount& b) { return a.credit < b.credit; });
}

const PartnerAccount* PartnerBook::Find(const std::optional<PartnerId>& partner) const {
  const auto it = std::find_if(accounts_.begin(), accounts_.end(),
                               [&](const PartnerAccount& a) { return a.partner == partner; });
  return it == accounts_.end() ? nullptr : &*it;
}

bool PartnerBook::IsBelowFloor(const PartnerAccount& account, Instant now) const {
  // What an interval that is over says counts no more, even before it has been settled.
  if (!from_ || now >= until() || account.taken < kLeastTakenForFloor) return false;
  return int64_t{account.taken_in_time} * 1000 < int64_t{account.taken} * floor_permille_;
}

PartnerTurn PartnerBook::TurnOf(const std::optional<PartnerId>& partner, Instant now) const {
  const PartnerAccount* account = Find(partner);
  if (account == nullptr) return {/*outside=*/true, false, 0, 0};
  return {false, IsBelowFloor(*account, now), -account->credit,
          static_cast<size_t>(account - accounts_.data())};
}

void PartnerBook::Take(const std::optional<PartnerId>& taker, bool in_time,
                       const std::optional<PartnerDue>& due, Instant at) {
  if (!from_) {
    const int64_t interval = interval_.millis();
    from_ = Instant::FromMillis(at.millis() / interval * interval);
  }
  PartnerAccount* own = nullptr;
  PartnerAccount* missed = nullptr;
  for (PartnerAccount& account : accounts_) {
    if (account.partner == taker) own = &account;
    if (due && due->deviation && account.partner == due->partner) missed = &account;
  }
  if (missed != nullptr) {
    auto& counts = missed->deviations;
    auto it = std::find_if(counts.begin(), counts.end(),
                           [&](const DeviationCount& c) { return c.reason >= *due->deviation; });
    if (it == counts.end() || it->reason != *due->deviation) {
      it = counts.insert(it, DeviationCount{*due->deviation, 0});
    }
    ++it->count;
  }
  if (own == nullptr) {
    ++taken_by_others_;
    return;
  }
  ++own->taken;
  own->taken_in_time += in_time ? 1 : 0;
  for (PartnerAccount& account : accounts_) {
    if (&account == own) continue;
    const int32_t gain =
        std::min(account.share_permille, kMostDecisionsOwed * weight_ - account.credit);
    account.credit += gain;
    own->credit -= gain;
  }
}

PartnersSettled PartnerBook::Settled(QueueId queue, Instant to) const {
  return {queue, *from_, to, accounts_, taken_by_others_};
}

void PartnerBook::Settle() {
  from_.reset();
  taken_by_others_ = 0;
  for (PartnerAccount& account : accounts_) {
    account.taken = account.taken_in_time = 0;
    account.deviations.clear();
  }
}

void PartnerBook::Restore(std::vector<PartnerAccount> accounts, std::optional<Instant> from,
                          uint32_t taken_by_others) {
  accounts_ = std::move(accounts);
  from_ = from;
  taken_by_others_ = taken_by_others;
}

}  // namespace wissel
