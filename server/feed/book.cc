#include "server/feed/book.h"

#include <algorithm>

namespace wissel::feed {
namespace {

double Seconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + time.nanos() * 1e-9;
}
double Seconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
}

}  // namespace

Book::Book(std::vector<wissel::v1::Queue> queues, double speed)
    : queues_(std::move(queues)), speed_(speed), tallies_(queues_.size()) {}

void Book::Enter(const PlannedContact& plan, const wissel::v1::WorkItem& item) {
  ++tallies_[plan.source].offered;
  contacts_[item.name()] = {plan, item.name(), Seconds(item.enter_time())};
  waiting_.insert(item.name());
}

void Book::Refuse(size_t source, const std::string& message) {
  ++tallies_[source].refused;
  ++refusals_[message];
}

void Book::Answer(const std::string& item, const google::protobuf::Timestamp& accepted) {
  Contact* contact = Open(item);
  if (contact == nullptr) return;
  contact->fate = Contact::Fate::kAnswered;
  waiting_.erase(item);
  Tally& tally = tallies_[contact->plan.source];
  const double wait = WaitOf(*contact, accepted);
  ++tally.answered;
  tally.answered_waits_s.push_back(static_cast<float>(wait));
  if (wait <= Seconds(queues_[contact->plan.source].answer_within())) ++tally.answered_in_time;
}

void Book::Observe(const wissel::v1::WorkItem& item) {
  using wissel::v1::WorkItem;
  if (item.has_answer_time()) return Answer(item.name(), item.answer_time());
  Contact* contact = Open(item.name());
  if (contact == nullptr) return;
  Tally& tally = tallies_[contact->plan.source];
  if (item.state() == WorkItem::ABANDONED) {
    contact->fate = Contact::Fate::kAbandoned;
    ++tally.abandoned;
    const double patience = WaitOf(*contact, item.end_time());
    if (patience < Seconds(queues_[contact->plan.source].short_abandon())) ++tally.short_abandoned;
  } else if (item.state() == WorkItem::CANCELLED || item.state() == WorkItem::COMPLETED) {
    contact->fate = Contact::Fate::kEndedOtherwise;
    ++tally.ended_otherwise;
  } else {
    return;
  }
  waiting_.erase(item.name());
}

void Book::Miss(const std::string& item) {
  Contact* contact = Open(item);
  if (contact == nullptr) return;
  contact->fate = Contact::Fate::kUnaccounted;
  ++tallies_[contact->plan.source].unaccounted;
  waiting_.erase(item);
}

const Contact* Book::Find(const std::string& item) const {
  auto it = contacts_.find(item);
  return it == contacts_.end() ? nullptr : &it->second;
}

Contact* Book::Open(const std::string& item) {
  auto it = contacts_.find(item);
  if (it == contacts_.end() || it->second.fate != Contact::Fate::kWaiting) return nullptr;
  return &it->second;
}

double Book::WaitOf(const Contact& contact, const google::protobuf::Timestamp& end) const {
  return std::max(0.0, Seconds(end) - contact.entered_s) * speed_;
}

Tally Book::Total() const {
  Tally total;
  for (const Tally& tally : tallies_) {
    total.offered += tally.offered;
    total.refused += tally.refused;
    total.answered += tally.answered;
    total.answered_in_time += tally.answered_in_time;
    total.abandoned += tally.abandoned;
    total.short_abandoned += tally.short_abandoned;
    total.ended_otherwise += tally.ended_otherwise;
    total.unaccounted += tally.unaccounted;
    total.answered_waits_s.insert(total.answered_waits_s.end(), tally.answered_waits_s.begin(),
                                  tally.answered_waits_s.end());
  }
  return total;
}

std::vector<std::string> Book::SomeWaiting(size_t limit) {
  std::vector<std::string> names;
  auto it = waiting_.upper_bound(looked_at_last_);
  for (; names.size() < std::min(limit, waiting_.size()); ++it) {
    if (it == waiting_.end()) it = waiting_.begin();
    names.push_back(*it);
  }
  if (!names.empty()) looked_at_last_ = names.back();
  return names;
}

}  // namespace wissel::feed
