// What webhooks must not forget, in webhooks.sqlite: where they send what, how far each has come,
// its last attempts and its dead letters. The file holds the secrets: it is readable by its owner
// alone.
//
// Not thread-safe. Changes are durable when Transact returns OK; UNAVAILABLE: nothing was written,
// and the same may succeed later; anything else: what is on the disk is not known.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "integration/webhooks/endpoint.h"
#include "router/core/event.h"
#include "wissel/v1/webhook.pb.h"

namespace wissel::webhooks {

inline constexpr int kDeliveriesKept = 100;

class Store {
 public:
  // Makes the file where there is none; ":memory:" forgets all at the end.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const sql::Place& place);

  // In the order of their creation.
  absl::StatusOr<std::vector<Endpoint>> LoadEndpoints();
  // Newest first.
  absl::StatusOr<std::vector<v1::WebhookDelivery>> LoadDeliveries(const std::string& endpoint);
  // Oldest first.
  absl::StatusOr<std::vector<v1::DeadLetter>> LoadDeadLetters(const std::string& endpoint);

  // A request that was carried out before: for which webhook, by what content, and when.
  struct Request {
    std::string endpoint;
    uint64_t fingerprint = 0;
    Instant at;
  };
  absl::StatusOr<std::optional<Request>> FindRequest(const RequestKey& key);

  // All of what `work` does or nothing.
  absl::Status Transact(const std::function<absl::Status()>& work);

  // Within Transact.
  absl::Status Put(const Endpoint& endpoint);
  absl::Status Delete(const std::string& endpoint);
  absl::Status Add(const std::string& endpoint, const v1::WebhookDelivery& delivery);
  absl::Status PutDeadLetter(const std::string& endpoint, const v1::DeadLetter& letter);
  absl::Status DeleteDeadLetter(const std::string& endpoint, const std::string& event);
  absl::Status KeepRequest(const RequestKey& key, const Request& request);

 private:
  explicit Store(sql::Connection connection) : connection_(std::move(connection)) {}
  absl::Status Prepare();

  sql::Connection connection_;
  struct {
    sql::Statement endpoints, put, remove, remove_deliveries, remove_letters, deliveries, add, trim,
        letters, put_letter, remove_letter, find_request, keep_request, trim_requests;
  } s_;
};

}  // namespace wissel::webhooks
