// What people and systems ask of webhooks; the other half of dispatcher.cc.
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "integration/webhooks/addresses.h"
#include "integration/webhooks/dispatcher.h"
#include "integration/webhooks/signature.h"
#include "router/service/convert_basics.h"
#include "router/service/etags.h"
#include "router/service/names.h"

namespace wissel::webhooks {
namespace {

constexpr std::string_view kPrefix = "webhooks/";
constexpr std::string_view kTestType = "wissel.webhook.test.v1";
constexpr size_t kLongestDescription = 100;
constexpr Duration kOverlap = Duration::Hours(24);
constexpr Duration kLongestOverlap = Duration::Days(7);
constexpr Duration kRepeatable = Duration::Minutes(10);

// 128 bits, 22 characters.
std::string NewId() {
  std::array<char, 16> bytes;
  INVARIANT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()) == 1);
  return absl::WebSafeBase64Escape({bytes.data(), bytes.size()});
}

absl::StatusOr<Duration> OverlapOf(const v1::RotateWebhookSecretRequest& request) {
  if (!request.has_overlap()) return kOverlap;
  return ReadDuration(request.overlap(), Duration(), kLongestOverlap, "overlap");
}

}  // namespace

absl::StatusOr<Dispatcher::LivePtr> Dispatcher::Find(const std::string& name) const {
  if (!name.starts_with(kPrefix)) {
    return RefuseField("name", fmt::format("{} is not a name of this kind", Quoted(name)),
                       "webhooks/{webhook}");
  }
  auto live = lives_.find(name.substr(kPrefix.size()));
  if (live == lives_.end()) return NoSuchName("name", name);
  return live->second;
}

bool Dispatcher::IsLive(const Live& live) const { return lives_.contains(live.endpoint.id); }

absl::Status Dispatcher::MayChange() const {
  if (!failing_) return absl::OkStatus();
  return absl::UnavailableError("webhooks.sqlite cannot be written; try again later");
}

absl::Status Dispatcher::CheckWebhook(const v1::Webhook& webhook) const {
  WISSEL_RETURN_IF_ERROR(CheckUrl(webhook.url(), options_.allow_private_addresses, "webhook.url"));
  WISSEL_RETURN_IF_ERROR(
      CheckText(webhook.description(), kLongestDescription, "webhook.description"));
  Endpoint endpoint;
  Fill(webhook, endpoint);
  return events::CheckFilter(endpoint.filter, *shard_.directory(), "webhook.");
}

void Dispatcher::Fill(const v1::Webhook& webhook, Endpoint& endpoint) {
  endpoint.url = webhook.url();
  endpoint.description = webhook.description();
  endpoint.filter.type_prefixes.assign(webhook.type_prefixes().begin(),
                                       webhook.type_prefixes().end());
  endpoint.filter.queues.assign(webhook.queues().begin(), webhook.queues().end());
}

v1::Webhook Dispatcher::ToProto(const Live& live) const {
  const Endpoint& endpoint = live.endpoint;
  v1::Webhook webhook;
  webhook.set_name(std::string(kPrefix) + endpoint.id);
  webhook.set_url(endpoint.url);
  webhook.set_description(endpoint.description);
  for (const auto& prefix : endpoint.filter.type_prefixes) webhook.add_type_prefixes(prefix);
  for (const auto& queue : endpoint.filter.queues) webhook.add_queues(queue);
  webhook.set_state(static_cast<v1::Webhook::State>(endpoint.state));
  WriteTimestamp(endpoint.created, webhook.mutable_create_time());
  webhook.set_etag(WriteVersion(endpoint.version));
  webhook.set_position(fmt::format("{}", endpoint.position));
  const uint64_t end = shard_.last_sequence();
  webhook.set_lag(static_cast<int64_t>(end > endpoint.position ? end - endpoint.position : 0));
  webhook.set_failed_attempts(endpoint.failed_attempts);
  if (endpoint.retry_at) WriteTimestamp(*endpoint.retry_at, webhook.mutable_retry_time());
  webhook.set_dead_letters(static_cast<int64_t>(live.letters.size()));
  if (live.last) *webhook.mutable_last_delivery() = *live.last;
  if (endpoint.signs_twice(shard_.now())) {
    WriteTimestamp(endpoint.former_until, webhook.mutable_former_secret_end_time());
  }
  return webhook;
}

v1::WebhookWithSecret Dispatcher::WithSecret(const Live& live) const {
  v1::WebhookWithSecret response;
  *response.mutable_webhook() = ToProto(live);
  response.set_secret(live.endpoint.secret);
  return response;
}

absl::StatusOr<Dispatcher::LivePtr> Dispatcher::Repeated(const Identity& identity) {
  if (!identity) return nullptr;
  WISSEL_ASSIGN_OR_RETURN(const auto before, store_->FindRequest(identity->key));
  if (!before) return nullptr;
  if (before->fingerprint != identity->fingerprint) {
    return RefuseField("requestId", "this request id was used for other content",
                       "a new request id for a new request");
  }
  auto live = lives_.find(before->endpoint);
  if (live == lives_.end() || shard_.now() - before->at > kRepeatable) {
    return Refuse(absl::StatusCode::kAborted, "requestId",
                  "this request was carried out longer than ten minutes ago",
                  "a new request id for a new request");
  }
  return live->second;
}

void Dispatcher::Remember(const Identity& identity, const Endpoint& endpoint) {
  if (!identity) return;
  writes_.push_back([key = identity->key,
                     request = Store::Request{endpoint.id, identity->fingerprint, shard_.now()}](
                        Store& store) { return store.KeepRequest(key, request); });
}

template <class Response>
void Dispatcher::AnswerWhenDurable(Answer<Response> answer, Response response) {
  answers_.push_back(
      [answer = std::move(answer), response = std::move(response)](const absl::Status& status) {
        if (!status.ok()) return answer(status);
        answer(response);
      });
}

void Dispatcher::Create(const v1::CreateWebhookRequest& request, Identity identity,
                        Answer<v1::WebhookWithSecret> answer) {
  const auto repeated = Repeated(identity);
  if (!repeated.ok()) return answer(repeated.status());
  if (*repeated != nullptr) return AnswerWhenDurable(std::move(answer), WithSecret(**repeated));
  absl::Status may = CheckWebhook(request.webhook());
  if (may.ok()) may = MayChange();
  if (may.ok() && lives_.size() >= kMostWebhooks) {
    may = absl::ResourceExhaustedError(fmt::format("there are {} webhooks already", kMostWebhooks));
  }
  if (!may.ok()) return answer(may);
  auto live = std::make_shared<Live>();
  Endpoint& endpoint = live->endpoint;
  Fill(request.webhook(), endpoint);
  endpoint.id = NewId();
  endpoint.secret = NewSecret();
  endpoint.created = shard_.now();
  endpoint.position = live->told = shard_.last_sequence();
  lives_[endpoint.id] = live;
  order_.push_back(endpoint.id);
  Keep(endpoint);
  Remember(identity, endpoint);
  AnswerWhenDurable(std::move(answer), WithSecret(*live));
}

void Dispatcher::Get(const v1::GetWebhookRequest& request, Answer<v1::Webhook> answer) {
  const auto live = Find(request.name());
  if (!live.ok()) return answer(live.status());
  answer(ToProto(**live));
}

void Dispatcher::List(const v1::ListWebhooksRequest&, Answer<v1::ListWebhooksResponse> answer) {
  v1::ListWebhooksResponse response;
  for (const std::string& id : order_) *response.add_webhooks() = ToProto(*lives_.at(id));
  response.set_private_addresses_allowed(options_.allow_private_addresses);
  answer(std::move(response));
}

void Dispatcher::Update(const v1::UpdateWebhookRequest& request, Answer<v1::Webhook> answer) {
  const auto live = Find(request.webhook().name());
  if (!live.ok()) return answer(WithFieldPrefix(live.status(), "webhook."));
  Endpoint& endpoint = (*live)->endpoint;
  const auto version = ReadVersion(request.webhook().etag(), "webhook.etag");
  absl::Status may = version.status();
  if (may.ok() && *version && **version != endpoint.version) {
    may = Refuse(absl::StatusCode::kAborted, "webhook.etag", "somebody has changed it meanwhile",
                 "the etag of the webhook as it is now");
  }
  if (may.ok()) may = CheckWebhook(request.webhook());
  if (may.ok()) may = MayChange();
  if (!may.ok()) return answer(may);
  // Somewhere else, or something else: whatever failed before may go well now.
  Fill(request.webhook(), endpoint);
  ++endpoint.version;
  endpoint.failed_attempts = 0;
  endpoint.retry_at.reset();
  LetGo(**live);
  Keep(endpoint);
  AnswerWhenDurable(std::move(answer), ToProto(**live));
}

void Dispatcher::Delete(const v1::DeleteWebhookRequest& request,
                        Answer<v1::DeleteWebhookResponse> answer) {
  const auto found = Find(request.name());
  absl::Status may = found.status();
  if (may.ok()) may = MayChange();
  if (!may.ok()) return answer(may);
  const LivePtr live = *found;
  const std::string id = live->endpoint.id;
  LetGo(*live);
  lives_.erase(id);
  std::erase(order_, id);
  figures_.Forget(id);
  writes_.push_back([id](Store& store) { return store.Delete(id); });
  AnswerWhenDurable(std::move(answer), v1::DeleteWebhookResponse());
}

void Dispatcher::Pause(const v1::PauseWebhookRequest& request, Answer<v1::Webhook> answer) {
  const auto live = Find(request.name());
  absl::Status may = live.status();
  if (may.ok()) may = MayChange();
  if (!may.ok()) return answer(may);
  Endpoint& endpoint = (*live)->endpoint;
  if (endpoint.state == EndpointState::kActive) {
    endpoint.state = EndpointState::kPaused;
    LetGo(**live);
    Keep(endpoint);
  }
  AnswerWhenDurable(std::move(answer), ToProto(**live));
}

void Dispatcher::Resume(const v1::ResumeWebhookRequest& request, Answer<v1::Webhook> answer) {
  const auto live = Find(request.name());
  absl::Status may = live.status();
  if (may.ok()) may = MayChange();
  if (may.ok() && (*live)->letters.size() >= kMostDeadLetters) {
    may = Refuse(absl::StatusCode::kFailedPrecondition, "name",
                 fmt::format("it has {} dead letters", kMostDeadLetters),
                 "replay them, or delete the webhook");
  }
  if (!may.ok()) return answer(may);
  Endpoint& endpoint = (*live)->endpoint;
  endpoint.state = EndpointState::kActive;
  endpoint.failed_attempts = 0;
  endpoint.retry_at.reset();
  if (request.skip_backlog()) {
    LetGo(**live);
    endpoint.position = shard_.last_sequence();
  }
  Keep(endpoint);
  AnswerWhenDurable(std::move(answer), ToProto(**live));
}

void Dispatcher::Rotate(const v1::RotateWebhookSecretRequest& request, Identity identity,
                        Answer<v1::WebhookWithSecret> answer) {
  const auto repeated = Repeated(identity);
  if (!repeated.ok()) return answer(repeated.status());
  if (*repeated != nullptr) return AnswerWhenDurable(std::move(answer), WithSecret(**repeated));
  const auto live = Find(request.name());
  const auto overlap = OverlapOf(request);
  absl::Status may = live.status();
  if (may.ok()) may = overlap.status();
  if (may.ok()) may = MayChange();
  if (!may.ok()) return answer(may);
  Endpoint& endpoint = (*live)->endpoint;
  endpoint.former_secret = *overlap > Duration() ? endpoint.secret : std::string();
  endpoint.former_until = shard_.now() + *overlap;
  endpoint.secret = NewSecret();
  Keep(endpoint);
  Remember(identity, endpoint);
  AnswerWhenDurable(std::move(answer), WithSecret(**live));
}

void Dispatcher::ListDeliveries(const v1::ListWebhookDeliveriesRequest& request,
                                Answer<v1::ListWebhookDeliveriesResponse> answer) {
  const auto live = Find(request.name());
  if (!live.ok()) return answer(live.status());
  const auto deliveries = store_->LoadDeliveries((*live)->endpoint.id);
  if (!deliveries.ok()) return answer(deliveries.status());
  v1::ListWebhookDeliveriesResponse response;
  for (const v1::WebhookDelivery& delivery : *deliveries) *response.add_deliveries() = delivery;
  answer(std::move(response));
}

void Dispatcher::ListDeadLetters(const v1::ListDeadLettersRequest& request,
                                 Answer<v1::ListDeadLettersResponse> answer) {
  const auto live = Find(request.name());
  if (!live.ok()) return answer(live.status());
  v1::ListDeadLettersResponse response;
  for (const auto& [number, letter] : (*live)->letters) *response.add_dead_letters() = letter;
  answer(std::move(response));
}

void Dispatcher::Replay(const v1::ReplayDeadLettersRequest& request,
                        Answer<v1::ReplayDeadLettersResponse> answer) {
  const auto live = Find(request.name());
  absl::Status may = live.status();
  if (may.ok()) may = MayChange();
  if (may.ok() && (*live)->endpoint.state == EndpointState::kDisabled) {
    may = Refuse(absl::StatusCode::kFailedPrecondition, "name", "the webhook is disabled",
                 "resume it first");
  }
  if (!may.ok()) return answer(may);
  std::vector<v1::DeadLetter*> chosen;
  for (auto& [number, letter] : (*live)->letters) {
    const auto& wanted = request.events();
    if (wanted.empty() || std::ranges::count(wanted, letter.event().id()) > 0) {
      chosen.push_back(&letter);
    }
  }
  for (int i = 0; i < request.events_size(); ++i) {
    if (std::ranges::none_of(chosen,
                             [&](auto* l) { return l->event().id() == request.events(i); })) {
      return answer(NoSuchName(fmt::format("events[{}]", i), request.events(i)));
    }
  }
  for (v1::DeadLetter* letter : chosen) {
    letter->set_replaying(true);
    writes_.push_back([id = (*live)->endpoint.id, kept = *letter](Store& store) {
      return store.PutDeadLetter(id, kept);
    });
  }
  v1::ReplayDeadLettersResponse response;
  response.set_replaying(static_cast<int64_t>(chosen.size()));
  AnswerWhenDurable(std::move(answer), std::move(response));
}

void Dispatcher::Test(const v1::SendTestEventRequest& request, Answer<v1::WebhookDelivery> answer) {
  const auto found = Find(request.name());
  if (!found.ok()) return answer(found.status());
  const LivePtr live = *found;
  if (std::exchange(live->testing, true)) {
    return answer(absl::AbortedError("a test event is on its way already"));
  }
  v1::CloudEvent event;
  event.set_spec_version("1.0");
  event.set_id("test-" + NewId());
  event.set_source(hub_.source());
  event.set_type(std::string(kTestType));
  event.set_subject(request.name());
  WriteTimestamp(shard_.now(), event.mutable_time());
  event.set_data_content_type("application/json");
  event.mutable_data();
  sender_.Send(PostOf(*live, event), [this, live, event, answer](const Outcome& outcome) {
    live->testing = false;
    v1::WebhookDelivery delivery = DeliveryOf(event, outcome);
    const bool good = AfterAttempt(outcome.answer, 1, {}, 0).verdict == Verdict::kDelivered;
    delivery.set_outcome(good ? v1::WebhookDelivery::DELIVERED : v1::WebhookDelivery::FAILED);
    if (IsLive(*live)) Note(live, delivery);
    answer(std::move(delivery));
  });
}

}  // namespace wissel::webhooks
