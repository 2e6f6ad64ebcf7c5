// Partners who share a queue, and steps that a manager opens, as the shadow model sees them.
#include <numeric>

#include "fmt/format.h"
#include "tests/reference/model.h"

namespace wissel::reference {
namespace {

constexpr int kMostOwed = 10;

}  // namespace

PartnerPicture* QueuePicture::FindPartner(const std::optional<PartnerId>& partner) {
  for (PartnerPicture& picture : partners) {
    if (picture.partner == partner) return &picture;
  }
  return nullptr;
}

void Model::BeginPartners(QueuePicture& queue) {
  queue.partners.clear();
  queue.taken_by_others = 0;
  if (!queue.config.partner_allocation) return;
  for (const PartnerShare& share : queue.config.partner_allocation->shares) {
    PartnerPicture picture;
    picture.partner = share.partner;
    picture.share = share.share_permille;
    queue.partners.push_back(picture);
  }
}

// Everyone gains their share; whoever takes the item pays for what all have gained.
void Model::CountPartners(ItemPicture& item, Instant at) {
  const bool first = !item.answered;
  item.answered = true;
  QueuePicture& queue = queues.at(item.queue);
  if (!queue.config.partner_allocation) return;
  const int64_t length = queue.config.partner_allocation->interval.millis();
  const Instant begun = Instant::FromMillis(at.millis() - at.millis() % length);
  if (queue.interval && *queue.interval != begun) {
    Fault(fmt::format("queue {}: an interval goes on past its end", item.queue.value()));
  }
  queue.interval = begun;
  if (item.partner_due && item.partner_due->deviation) {
    if (PartnerPicture* due = queue.FindPartner(item.partner_due->partner)) {
      ++due->missed[*item.partner_due->deviation];
    }
  }
  PartnerPicture* taker = queue.FindPartner(agents.at(*item.agent).config.partner);
  if (taker == nullptr) {
    ++queue.taken_by_others;
    return;
  }
  ++taker->taken;
  if (!first || at - item.promise_from <= queue.config.answer_within) ++taker->in_time;
  const int64_t whole = std::accumulate(
      queue.partners.begin(), queue.partners.end(), int64_t{0},
      [](int64_t sum, const PartnerPicture& partner) { return sum + partner.share; });
  int64_t gained = 0;
  for (PartnerPicture& partner : queue.partners) {
    int64_t gain = partner.share;
    const int64_t most = kMostOwed * whole;
    if (&partner != taker && partner.credit + gain > most) gain = most - partner.credit;
    partner.credit += gain;
    gained += gain;
  }
  taker->credit -= gained;
}

void Model::On(const PartnersSettled& e, Instant at) {
  if (!queues.contains(e.queue)) return Fault("settled a queue that is not there");
  QueuePicture& queue = queues[e.queue];
  if (!queue.interval) return Fault("settled an interval in which nothing was taken");
  const Instant end = *queue.interval + queue.config.partner_allocation->interval;
  if (e.from != *queue.interval || e.to != (at < end ? at : end)) {
    Fault("settled another interval than the one that runs");
  }
  bool same = e.accounts.size() == queue.partners.size();
  for (size_t i = 0; same && i < e.accounts.size(); ++i) {
    const PartnerAccount& account = e.accounts[i];
    const PartnerPicture& partner = queue.partners[i];
    std::map<PartnerDeviation, int> missed;
    for (const DeviationCount& count : account.deviations) {
      missed[count.reason] = static_cast<int>(count.count);
    }
    same = account.partner == partner.partner && account.share_permille == partner.share &&
           account.credit == partner.credit && static_cast<int>(account.taken) == partner.taken &&
           static_cast<int>(account.taken_in_time) == partner.in_time && missed == partner.missed;
  }
  if (!same || static_cast<int>(e.taken_by_others) != queue.taken_by_others) {
    Fault("the partners are settled with wrong accounts");
  }
  queue.interval.reset();
  queue.taken_by_others = 0;
  for (PartnerPicture& partner : queue.partners) {
    partner.taken = partner.in_time = 0;
    partner.missed.clear();
  }
}

void Model::On(const StepOpened& e, Instant) {
  if (!queues.contains(e.queue)) return Fault("opened a step of a queue that is not there");
  QueuePicture& queue = queues[e.queue];
  if (queue.opened_step == int{e.step}) Fault("opened a step that is open");
  if (e.step == 0 || e.step >= requirements.at(queue.config.requirement).steps.size()) {
    Fault("opened a step that the queue does not have");
  }
  queue.opened_step = e.step;
}

void Model::On(const StepClosed& e, Instant) {
  if (!queues.contains(e.queue)) return Fault("closed a step of a queue that is not there");
  if (!queues[e.queue].opened_step) Fault("closed a step that was not open");
  queues[e.queue].opened_step.reset();
}

}  // namespace wissel::reference
