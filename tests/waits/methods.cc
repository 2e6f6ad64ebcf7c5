#include "tests/waits/methods.h"

#include <algorithm>

#include "router/core/wait_estimate.h"

namespace wissel::waits {
namespace {

constexpr size_t kPiecesOfDepartures = 3;
constexpr double kNoLimit = 1e12;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Items of a queue that were answered a millisecond, of late.
double DeparturesOf(const Day& day, QueueId queue) {
  const Duration covered = day.pace().Covered(day.now(), kPiecesOfDepartures);
  const auto answered = day.pace().Recent(queue, day.now(), kPiecesOfDepartures).answered;
  if (covered <= Duration()) return 0;
  return static_cast<double>(answered) / static_cast<double>(covered.millis());
}

// The next one waits as long, with twice the variance of a line of that length whose rate is known
// (Ibrahim and Whitt 2009, section 4: Poisson arrivals).
std::optional<Remaining> AsLongAs(Duration delay, double departures) {
  if (departures <= 0) return std::nullopt;
  const auto mean = static_cast<double>(std::max(delay, Duration::Seconds(1)).millis());
  return Remaining{mean, 2 * mean / departures};
}

std::optional<Remaining> HeadOfLine(const Day& day, const Item& item,
                                    const std::optional<Duration>& last) {
  const auto line = day.engine().WaitingInOrder(item.queue, 1);
  const Item& head = *day.engine().FindItem(line.front());
  if (head.id != item.id) {
    return AsLongAs(day.now() - head.entered, DeparturesOf(day, item.queue));
  }
  if (!last) return std::nullopt;
  return AsLongAs(*last, DeparturesOf(day, item.queue));
}

}  // namespace

const char* NameOf(Method method) {
  static constexpr std::array<const char*, 4> kNames = {"head of line", "last to enter service",
                                                        "length / departures", "people"};
  return kNames[static_cast<size_t>(method)];
}

void DelayHistory::OnEvent(const Event& event, const Engine& engine) {
  const auto* accepted = std::get_if<OfferAccepted>(&event.body);
  if (accepted == nullptr) return;
  const Item& item = *engine.FindItem(accepted->item);
  last_[item.queue] = {event.at - item.entered, event.at};
}

std::optional<Duration> DelayHistory::LastToEnter(QueueId queue, Instant now) const {
  const auto last = last_.find(queue);
  if (last == last_.end() || now - last->second.at > Duration::Hours(1)) return std::nullopt;
  return last->second.waited;
}

std::optional<Remaining> RemainingBy(Method method, const Day& day, const DelayHistory& history,
                                     ItemId id) {
  const Item& item = *day.engine().FindItem(id);
  const std::optional<Duration> last = history.LastToEnter(item.queue, day.now());
  const WaitEstimator estimator(day.engine(), day.pace(), day.now());
  const WaitEstimator::Outlook outlook = estimator.LookOut(estimator.AskingOf(item));
  if (outlook.people == 0 || outlook.seen < 5) return std::nullopt;
  switch (method) {
    case Method::kHeadOfLine:
      return HeadOfLine(day, item, last);
    case Method::kLastToEnter:
      if (!last) return std::nullopt;
      return AsLongAs(*last, DeparturesOf(day, item.queue));
    case Method::kDepartures: {
      double departures = 0;
      for (const auto& of : outlook.served) departures += of.share * DeparturesOf(day, of.queue);
      if (departures <= 0) return std::nullopt;
      return UntilTaken(outlook.ahead, departures, 0, kNoLimit) + OneStep(outlook.rings);
    }
    case Method::kPeople:
      return Left(outlook);
  }
  return std::nullopt;
}

Record::Record(const Day& day, Method method, bool corrected)
    : day_(day), method_(method), corrected_(corrected) {}

void Record::OnWaiting(ItemId item, QueueId queue, Instant) {
  const auto remaining = RemainingBy(method_, day_, history_, item);
  if (!remaining) {
    ++silent_;
    return;
  }
  const Pace::Stretches& stretches = stretches_[queue];
  const auto millis = [](double ms) { return Duration::Millis(static_cast<int64_t>(ms)); };
  Given given{queue,
              {millis(QuantileOf(*remaining, kMedianZ) * stretches.p50.factor()),
               millis(QuantileOf(*remaining, kEightyPercentZ) * stretches.p80.factor())}};
  given.wait.p80 = std::max(given.wait.p50, given.wait.p80);
  given.in_surge = day_.surges();
  if (given.wait.p80 > Duration::Hours(2)) {
    ++silent_;
    return;
  }
  ++given_;
  p80s_.push_back(given.wait.p80.seconds());
  open_[item] = given;
}

void Record::OnFate(ItemId item, const Fate& fate) {
  const auto found = open_.find(item);
  if (found == open_.end()) return;
  const Given given = found->second;
  open_.erase(found);
  if (fate.answered) {
    errors_.push_back(std::abs(fate.waited.seconds() - given.wait.p50.seconds()));
  }
  const auto learn = [&](Duration told, Stretch& stretch) -> std::optional<bool> {
    const PromiseOutcome outcome = OutcomeOf(told, fate.waited, fate.answered);
    if (outcome == PromiseOutcome::kLeft) return std::nullopt;
    const bool kept = outcome == PromiseOutcome::kKept;
    if (corrected_) stretch.Learn(kept);
    return kept;
  };
  Pace::Stretches& stretches = stretches_[given.queue];
  if (const auto kept = learn(given.wait.p50, stretches.p50)) ++(*kept ? kept50_ : broken50_);
  if (const auto kept = learn(given.wait.p80, stretches.p80)) {
    ++(*kept ? kept80_ : broken80_);
    if (given.in_surge) ++(*kept ? kept80_in_surge_ : broken80_in_surge_);
  }
}

double Record::MedianError() const { return Median(errors_); }
double Record::MedianP80() const { return Median(p80s_); }

}  // namespace wissel::waits
