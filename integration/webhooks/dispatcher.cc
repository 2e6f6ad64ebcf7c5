#include "integration/webhooks/dispatcher.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "integration/webhooks/signature.h"
#include "router/service/convert_basics.h"

namespace wissel::webhooks {
namespace {

constexpr Duration kLongestWait = Duration::Seconds(1);
constexpr Duration kFollowAgain = Duration::Seconds(10);
// A webhook whose filter lets little through: after so many events its position is written anyway.
constexpr uint64_t kWriteEvery = 10'000;

std::string BodyOf(const v1::CloudEvent& event) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(event, &json);
  INVARIANT(status.ok());
  return json;
}

uint64_t NumberOf(const v1::CloudEvent& event) {
  return std::strtoull(event.id().c_str(), nullptr, 10);
}

const char* NameOf(v1::WebhookDelivery::Outcome outcome) {
  switch (outcome) {
    case v1::WebhookDelivery::DELIVERED:
      return "delivered";
    case v1::WebhookDelivery::DEAD_LETTERED:
      return "dead_lettered";
    case v1::WebhookDelivery::GONE:
      return "gone";
    default:
      return "failed";
  }
}

}  // namespace

Dispatcher::Dispatcher(Shard& shard, events::Hub& hub, std::unique_ptr<Store> store,
                       WebhookOptions options, std::function<void(Task)> post)
    : shard_(shard),
      hub_(hub),
      store_(std::move(store)),
      options_(std::move(options)),
      post_(std::move(post)),
      sender_({.allow_private_addresses = options_.allow_private_addresses,
               .user_agent = fmt::format("Wissel/{}", options_.version)}),
      dice_(options_.seed) {}

absl::Status Dispatcher::Load() {
  WISSEL_ASSIGN_OR_RETURN(std::vector<Endpoint> endpoints, store_->LoadEndpoints());
  for (Endpoint& endpoint : endpoints) {
    auto live = std::make_shared<Live>();
    WISSEL_ASSIGN_OR_RETURN(const auto deliveries, store_->LoadDeliveries(endpoint.id));
    if (!deliveries.empty()) live->last = deliveries.front();
    WISSEL_ASSIGN_OR_RETURN(const auto letters, store_->LoadDeadLetters(endpoint.id));
    for (const v1::DeadLetter& letter : letters) live->letters[NumberOf(letter.event())] = letter;
    live->written = live->told = endpoint.position;
    live->endpoint = std::move(endpoint);
    order_.push_back(live->endpoint.id);
    lives_[live->endpoint.id] = std::move(live);
  }
  return absl::OkStatus();
}

void Dispatcher::Step() {
  const Instant now = shard_.now();
  Duration wait = kLongestWait;
  if (Flush()) {
    for (const std::string& id : order_) {
      const LivePtr& live = lives_.at(id);
      Advance(live, now);
      const auto& retry_at = live->endpoint.retry_at;
      if (retry_at && *retry_at > now) wait = std::min(wait, *retry_at - now);
    }
    // What Advance wrote (a position) goes with the next change.
  }
  ShowFigures();
  sender_.Work(wait);
}

void Dispatcher::Stop() {
  for (const auto& answer : answers_) answer(absl::UnavailableError("the server is stopping"));
  answers_.clear();
  for (auto& [id, live] : lives_) LetGo(*live);
  // Their events are not over: what is told here of them is not written any more.
  sender_.DropAll();
}

// --- Sending

void Dispatcher::Advance(const LivePtr& live, Instant now) {
  Endpoint& endpoint = live->endpoint;
  if (endpoint.state != EndpointState::kActive || live->in_flight) return;
  for (const auto& [number, letter] : live->letters) {
    if (letter.replaying()) return SendLetter(live, letter);
  }
  if (live->intake == nullptr) {
    if (!live->follow_again || *live->follow_again <= now) Follow(live);
    return;
  }
  if (!live->pending.empty()) {
    if (!endpoint.retry_at || *endpoint.retry_at <= now) SendNext(live);
    return;
  }
  endpoint.position = std::max(endpoint.position, live->told);
  if (endpoint.position >= live->written + kWriteEvery) Keep(endpoint);
  if (live->intake->asked()) return;
  live->intake->AskForMore();
  hub_.Wake();
}

void Dispatcher::Follow(const LivePtr& live) {
  live->follow_again.reset();
  live->pending.clear();
  live->told = live->endpoint.position;
  // The intake calls on the hub's thread; by then the webhook may follow by another one, or be
  // gone.
  auto self = std::make_shared<std::weak_ptr<Intake>>();
  live->intake = std::make_shared<Intake>(
      [this, weak = std::weak_ptr(live), self, post = post_](Intake::Given given) {
        const Intake* from = self->lock().get();
        post([this, weak, from, given = std::move(given)]() mutable {
          if (auto live = weak.lock()) OnGiven(live, from, std::move(given));
        });
      });
  *self = live->intake;
  hub_.Subscribe(live->intake, live->endpoint.position, live->endpoint.filter);
}

void Dispatcher::LetGo(Live& live) {
  if (live.intake != nullptr) hub_.Leave(std::move(live.intake));
  live.intake = nullptr;
  live.pending.clear();
}

void Dispatcher::OnGiven(const LivePtr& live, const Intake* from, Intake::Given given) {
  if (live->intake == nullptr || live->intake.get() != from) return;
  if (given.end.ok()) {
    live->pending.insert(live->pending.end(), given.events.begin(), given.events.end());
    live->told = given.position;
    return;
  }
  Log(LogLevel::kWarning, "a webhook cannot be given its events",
      {{"webhook", live->endpoint.id}, {"reason", std::string(given.end.message())}});
  live->intake = nullptr;
  live->pending.clear();
  live->follow_again = shard_.now() + kFollowAgain;
  if (!absl::IsOutOfRange(given.end)) return;
  // An older copy of the journal was put back: what it had been sent beyond it never happened now.
  live->endpoint.position = shard_.last_sequence();
  live->follow_again.reset();
  Keep(live->endpoint);
}

Post Dispatcher::PostOf(const Live& live, const v1::CloudEvent& event) const {
  const Endpoint& endpoint = live.endpoint;
  Post post;
  post.url = endpoint.url;
  post.body = BodyOf(event);
  const std::string id = fmt::format("evt_{}_{}", endpoint.id, event.id());
  const int64_t seconds = options_.time.wall().millis() / 1000;
  const std::string former =
      endpoint.signs_twice(shard_.now()) ? endpoint.former_secret : std::string();
  post.headers = {
      "Content-Type: application/cloudevents+json; charset=utf-8", "webhook-id: " + id,
      fmt::format("webhook-timestamp: {}", seconds),
      "webhook-signature: " + SignatureHeader(endpoint.secret, former, id, seconds, post.body)};
  return post;
}

void Dispatcher::SendNext(const LivePtr& live) {
  live->in_flight = true;
  const events::PublishedPtr event = live->pending.front();
  sender_.Send(PostOf(*live, event->event),
               [this, live, event](const Outcome& outcome) { OnAnswer(live, event, outcome); });
}

void Dispatcher::SendLetter(const LivePtr& live, const v1::DeadLetter& letter) {
  live->in_flight = true;
  sender_.Send(PostOf(*live, letter.event()),
               [this, live, event = letter.event()](const Outcome& outcome) {
                 OnLetterAnswered(live, event, outcome);
               });
}

v1::WebhookDelivery Dispatcher::DeliveryOf(const v1::CloudEvent& event,
                                           const Outcome& outcome) const {
  v1::WebhookDelivery delivery;
  WriteTimestamp(shard_.now(), delivery.mutable_time());
  delivery.set_event(event.id());
  delivery.set_event_type(event.type());
  delivery.set_http_status(outcome.answer.http_status);
  delivery.set_error(outcome.error);
  WriteDuration(outcome.took, delivery.mutable_duration());
  return delivery;
}

void Dispatcher::Note(const LivePtr& live, v1::WebhookDelivery delivery) {
  figures_.CountAttempt(live->endpoint.id, NameOf(delivery.outcome()));
  live->last = delivery;
  writes_.push_back([id = live->endpoint.id, delivery = std::move(delivery)](Store& store) {
    return store.Add(id, delivery);
  });
}

void Dispatcher::OnAnswer(const LivePtr& live, const events::PublishedPtr& event,
                          const Outcome& outcome) {
  live->in_flight = false;
  Endpoint& endpoint = live->endpoint;
  if (!IsLive(*live)) return;
  const double luck = std::generate_canonical<double, 32>(dice_);
  const int attempt = endpoint.failed_attempts + 1;
  const Next next = AfterAttempt(outcome.answer, attempt, options_.delays, luck);
  v1::WebhookDelivery delivery = DeliveryOf(event->event, outcome);
  delivery.set_attempt(attempt);
  switch (next.verdict) {
    case Verdict::kDelivered:
      delivery.set_outcome(v1::WebhookDelivery::DELIVERED);
      MoveOn(*live, event->sequence);
      break;
    case Verdict::kRetry:
      delivery.set_outcome(v1::WebhookDelivery::FAILED);
      endpoint.failed_attempts = attempt;
      endpoint.retry_at = shard_.now() + next.wait;
      break;
    case Verdict::kDead:
      delivery.set_outcome(v1::WebhookDelivery::DEAD_LETTERED);
      PutAside(*live, event->event, delivery);
      MoveOn(*live, event->sequence);
      break;
    case Verdict::kGone:
      delivery.set_outcome(v1::WebhookDelivery::GONE);
      endpoint.state = EndpointState::kDisabled;
      LetGo(*live);
      break;
  }
  Note(live, std::move(delivery));
  Keep(endpoint);
}

// It may have been paused, changed or told to skip meanwhile: its events then come anew.
void Dispatcher::MoveOn(Live& live, uint64_t sequence) {
  live.endpoint.failed_attempts = 0;
  live.endpoint.retry_at.reset();
  live.endpoint.position = std::max(live.endpoint.position, sequence);
  while (!live.pending.empty() && live.pending.front()->sequence <= sequence) {
    live.pending.pop_front();
  }
}

void Dispatcher::PutAside(Live& live, const v1::CloudEvent& event,
                          const v1::WebhookDelivery& delivery) {
  v1::DeadLetter letter;
  *letter.mutable_event() = event;
  *letter.mutable_time() = delivery.time();
  letter.set_http_status(delivery.http_status());
  letter.set_error(delivery.error());
  live.letters[NumberOf(event)] = letter;
  writes_.push_back(
      [id = live.endpoint.id, letter](Store& store) { return store.PutDeadLetter(id, letter); });
  Log(LogLevel::kWarning, "an event could not be sent to a webhook and is put aside",
      {{"webhook", live.endpoint.id}, {"event", event.id()}});
  if (live.letters.size() < kMostDeadLetters) return;
  live.endpoint.state = EndpointState::kPaused;
  LetGo(live);
}

void Dispatcher::OnLetterAnswered(const LivePtr& live, const v1::CloudEvent& event,
                                  const Outcome& outcome) {
  live->in_flight = false;
  auto letter = live->letters.find(NumberOf(event));
  if (!IsLive(*live) || letter == live->letters.end()) return;
  const Next next = AfterAttempt(outcome.answer, 1, {}, 0);
  v1::WebhookDelivery delivery = DeliveryOf(event, outcome);
  const std::string& id = live->endpoint.id;
  if (next.verdict == Verdict::kDelivered) {
    delivery.set_outcome(v1::WebhookDelivery::DELIVERED);
    live->letters.erase(letter);
    writes_.push_back(
        [id, event = event.id()](Store& store) { return store.DeleteDeadLetter(id, event); });
  } else {
    const bool gone = next.verdict == Verdict::kGone;
    delivery.set_outcome(gone ? v1::WebhookDelivery::GONE : v1::WebhookDelivery::DEAD_LETTERED);
    *letter->second.mutable_time() = delivery.time();
    letter->second.set_http_status(delivery.http_status());
    letter->second.set_error(delivery.error());
    letter->second.set_replaying(false);
    writes_.push_back(
        [id, kept = letter->second](Store& store) { return store.PutDeadLetter(id, kept); });
    if (gone) {
      live->endpoint.state = EndpointState::kDisabled;
      LetGo(*live);
    }
  }
  Note(live, std::move(delivery));
  Keep(live->endpoint);
}

// --- The store

void Dispatcher::Keep(const Endpoint& endpoint) {
  lives_.at(endpoint.id)->written = endpoint.position;
  writes_.push_back([endpoint](Store& store) { return store.Put(endpoint); });
}

bool Dispatcher::Flush() {
  if (!writes_.empty()) {
    const absl::Status status = store_->Transact([this]() -> absl::Status {
      for (const Write& write : writes_) WISSEL_RETURN_IF_ERROR(write(*store_));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      const std::string reason(status.message());
      if (!failing_) {
        Log(LogLevel::kError, "what webhooks have done cannot be written", {{"reason", reason}});
      }
      // What is on the disk is not known.
      if (!absl::IsUnavailable(status)) std::abort();
      failing_ = true;
      return false;
    }
    writes_.clear();
  }
  failing_ = false;
  for (const auto& answer : std::exchange(answers_, {})) answer(absl::OkStatus());
  return true;
}

void Dispatcher::ShowFigures() {
  const uint64_t end = shard_.last_sequence();
  const Instant now = shard_.now();
  for (const auto& [id, live] : lives_) {
    double oldest = 0;
    if (!live->pending.empty()) {
      const auto& time = live->pending.front()->event.time();
      oldest = (now - Instant::FromMillis(time.seconds() * 1000)).seconds();
    }
    const uint64_t position = live->endpoint.position;
    figures_.Show(id, end > position ? end - position : 0, live->letters.size(),
                  std::max(oldest, 0.0));
  }
}

}  // namespace wissel::webhooks
