// All webhooks: what each is to be sent, and what became of it. An event is over for a webhook when
// that is durable: it was answered with 2xx, or is a dead letter. Only then the next one goes.
//
// Belongs to one thread (webhooks.cc). Whatever changes is written in one transaction before the
// next step; answers of calls wait for it. While the store cannot be written nothing is sent.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "integration/events/hub.h"
#include "integration/webhooks/endpoint.h"
#include "integration/webhooks/figures.h"
#include "integration/webhooks/intake.h"
#include "integration/webhooks/sender.h"
#include "integration/webhooks/store.h"
#include "integration/webhooks/webhooks.h"
#include "router/core/command.h"
#include "router/service/shard.h"

namespace wissel::webhooks {

inline constexpr size_t kMostWebhooks = 50;
// So many, and the webhook is paused: nothing is thrown away.
inline constexpr size_t kMostDeadLetters = 1'000;

class Dispatcher {
 public:
  using Task = std::function<void()>;
  // `post` brings a task to the dispatcher's thread, from any thread.
  Dispatcher(Shard& shard, events::Hub& hub, std::unique_ptr<Store> store, WebhookOptions options,
             std::function<void(Task)> post);

  absl::Status Load();
  // Writes what has changed, begins what is due, waits for what comes, a second at most.
  void Step();
  // Ends a wait; from any thread.
  void Wake() { sender_.Wake(); }
  // What waits for the store is UNAVAILABLE.
  void Stop();

  // --- Calls, as of WebhookService
  template <class Response>
  using Answer = rpc::Reply<Response>;
  using Identity = std::optional<RequestIdentity>;
  void Create(const v1::CreateWebhookRequest& request, Identity identity,
              Answer<v1::WebhookWithSecret> answer);
  void Get(const v1::GetWebhookRequest& request, Answer<v1::Webhook> answer);
  void List(const v1::ListWebhooksRequest& request, Answer<v1::ListWebhooksResponse> answer);
  void Update(const v1::UpdateWebhookRequest& request, Answer<v1::Webhook> answer);
  void Delete(const v1::DeleteWebhookRequest& request, Answer<v1::DeleteWebhookResponse> answer);
  void Pause(const v1::PauseWebhookRequest& request, Answer<v1::Webhook> answer);
  void Resume(const v1::ResumeWebhookRequest& request, Answer<v1::Webhook> answer);
  void Rotate(const v1::RotateWebhookSecretRequest& request, Identity identity,
              Answer<v1::WebhookWithSecret> answer);
  void ListDeliveries(const v1::ListWebhookDeliveriesRequest& request,
                      Answer<v1::ListWebhookDeliveriesResponse> answer);
  void ListDeadLetters(const v1::ListDeadLettersRequest& request,
                       Answer<v1::ListDeadLettersResponse> answer);
  void Replay(const v1::ReplayDeadLettersRequest& request,
              Answer<v1::ReplayDeadLettersResponse> answer);
  void Test(const v1::SendTestEventRequest& request, Answer<v1::WebhookDelivery> answer);

  // From any thread.
  std::string MetricsText() const { return figures_.Text(); }

 private:
  // A webhook with what is known of it beside the store.
  struct Live {
    Endpoint endpoint;
    std::shared_ptr<Intake> intake;              // none: not active, or its stream broke
    std::optional<Instant> follow_again;         // after it broke
    std::deque<events::PublishedPtr> pending;    // after the position, in order
    uint64_t told = 0;                           // nothing else comes up to here
    uint64_t written = 0;                        // the position in the store
    std::map<uint64_t, v1::DeadLetter> letters;  // by number of the event
    std::optional<v1::WebhookDelivery> last;
    bool in_flight = false;
    bool testing = false;
  };
  using LivePtr = std::shared_ptr<Live>;

  // --- Sending
  void Advance(const LivePtr& live, Instant now);
  void Follow(const LivePtr& live);
  void LetGo(Live& live);
  void OnGiven(const LivePtr& live, const Intake* from, Intake::Given given);
  void SendNext(const LivePtr& live);
  void SendLetter(const LivePtr& live, const v1::DeadLetter& letter);
  Post PostOf(const Live& live, const v1::CloudEvent& event) const;
  void OnAnswer(const LivePtr& live, const events::PublishedPtr& event, const Outcome& outcome);
  void OnLetterAnswered(const LivePtr& live, const v1::CloudEvent& event, const Outcome& outcome);
  v1::WebhookDelivery DeliveryOf(const v1::CloudEvent& event, const Outcome& outcome) const;
  void Note(const LivePtr& live, v1::WebhookDelivery delivery);
  void PutAside(Live& live, const v1::CloudEvent& event, const v1::WebhookDelivery& delivery);
  void MoveOn(Live& live, uint64_t sequence);
  void ShowFigures();

  // --- Calls
  absl::StatusOr<LivePtr> Find(const std::string& name) const;
  bool IsLive(const Live& live) const;
  absl::Status CheckWebhook(const v1::Webhook& webhook) const;
  absl::Status MayChange() const;
  static void Fill(const v1::Webhook& webhook, Endpoint& endpoint);
  v1::Webhook ToProto(const Live& live) const;
  v1::WebhookWithSecret WithSecret(const Live& live) const;
  // The webhook that the request was about, if it was carried out before.
  absl::StatusOr<LivePtr> Repeated(const Identity& identity);
  void Remember(const Identity& identity, const Endpoint& endpoint);
  template <class Response>
  void AnswerWhenDurable(Answer<Response> answer, Response response);

  // --- The store
  using Write = std::function<absl::Status(Store&)>;
  void Keep(const Endpoint& endpoint);
  bool Flush();

  Shard& shard_;
  events::Hub& hub_;
  const std::unique_ptr<Store> store_;
  const WebhookOptions options_;
  const std::function<void(Task)> post_;
  Sender sender_;
  std::mt19937_64 dice_;
  std::map<std::string, LivePtr> lives_;  // by id
  std::vector<std::string> order_;        // ids in the order of their creation
  std::vector<Write> writes_;
  std::vector<std::function<void(const absl::Status&)>> answers_;
  bool failing_ = false;
  Figures figures_;
};

}  // namespace wissel::webhooks
