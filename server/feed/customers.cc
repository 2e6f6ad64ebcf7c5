#include "server/feed/customers.h"

#include <utility>

namespace wissel::feed {
namespace {

// The contract's limit for one batch.
constexpr int kLargestBatch = 1000;

bool WaitsOnTheLine(wissel::v1::Channel channel) {
  return channel == wissel::v1::VOICE || channel == wissel::v1::CHAT;
}

}  // namespace

using WorkStub = wissel::v1::WorkService::Stub::async_interface;

Customers::Customers(EventLoop& loop, Client& client, Book& book, Plan& plan,
                     const Timeline& timeline, bool hang_up, std::optional<double> end)
    : loop_(loop),
      client_(client),
      book_(book),
      plan_(plan),
      timeline_(timeline),
      hang_up_(hang_up),
      end_(end) {}

void Customers::Start() { ScheduleNext(); }

void Customers::ScheduleNext() {
  if (stopped_) return;
  const PlannedContact* next = plan_.Next();
  if (next == nullptr || (end_ && next->at >= *end_)) return Stop();
  // Those who come within a few milliseconds enter in one batch.
  constexpr auto kLeastGap = std::chrono::milliseconds(5);
  loop_.At(std::max(timeline_.RealTimeOf(next->at), EventLoop::Clock::now() + kLeastGap),
           [this] { EnterDue(); });
}

void Customers::EnterDue() {
  if (stopped_) return;
  const double now = timeline_.now();
  std::vector<PlannedContact> due;
  wissel::v1::BatchCreateWorkItemsRequest batch;
  for (const PlannedContact* next = plan_.Next();
       next != nullptr && next->at <= now && (!end_ || next->at < *end_) &&
       batch.requests_size() < kLargestBatch;
       next = plan_.Next()) {
    wissel::v1::CreateWorkItemRequest& request = *batch.add_requests();
    request.set_request_id(client_.NewRequestId());
    request.mutable_work_item()->set_queue(book_.queues()[next->source].name());
    request.mutable_work_item()->set_contact(request.request_id());
    due.push_back(*next);
    plan_.Pop();
  }
  if (!due.empty()) {
    ++entering_;
    client_.Call<WorkStub, wissel::v1::BatchCreateWorkItemsRequest,
                 wissel::v1::BatchCreateWorkItemsResponse>(
        client_.work(), &WorkStub::BatchCreateWorkItems, std::move(batch),
        [this, due](const grpc::Status& status, auto& response) {
          --entering_;
          if (!status.ok()) return book_.Failure("enter: " + status.error_message());
          Entered(due, response);
        });
  }
  ScheduleNext();
}

void Customers::Entered(const std::vector<PlannedContact>& due,
                        const wissel::v1::BatchCreateWorkItemsResponse& response) {
  for (int i = 0; i < response.results_size() && i < static_cast<int>(due.size()); ++i) {
    const PlannedContact& contact = due[i];
    const auto& result = response.results(i);
    if (!result.has_work_item()) {
      book_.Refuse(contact.source, result.refusal().message());
      continue;
    }
    book_.Enter(contact, result.work_item());
    const bool may_leave = hang_up_ && WaitsOnTheLine(book_.queues()[contact.source].channel());
    if (!may_leave) continue;
    loop_.After(timeline_.RealSpan(contact.patience_s),
                [this, name = result.work_item().name()] { RunOutOfPatience(name); });
  }
}

void Customers::RunOutOfPatience(const std::string& item) {
  const Contact* contact = book_.Find(item);
  if (contact == nullptr || contact->fate != Contact::Fate::kWaiting) return;
  wissel::v1::CancelWorkItemRequest request;
  request.set_name(item);
  request.set_cause(wissel::v1::CancelWorkItemRequest::CUSTOMER_LEFT);
  request.set_request_id(client_.NewRequestId());
  client_.Call<WorkStub, wissel::v1::CancelWorkItemRequest, wissel::v1::WorkItem>(
      client_.work(), &WorkStub::CancelWorkItem, std::move(request),
      [this, item](const grpc::Status& status, auto& answer) {
        // Refused: someone has answered in the meantime.
        status.ok() ? book_.Observe(answer) : Look(item);
      });
}

void Customers::Look(const std::string& item) {
  wissel::v1::GetWorkItemRequest request;
  request.set_name(item);
  client_.Call<WorkStub, wissel::v1::GetWorkItemRequest, wissel::v1::WorkItem>(
      client_.work(), &WorkStub::GetWorkItem, std::move(request),
      [this, item](const grpc::Status& status, auto& answer) {
        if (status.ok()) return book_.Observe(answer);
        if (status.error_code() == grpc::StatusCode::NOT_FOUND) return book_.Miss(item);
        book_.Failure("look: " + status.error_message());
      });
}

void Customers::LookAround(size_t limit) {
  for (const std::string& item : book_.SomeWaiting(limit)) Look(item);
}

}  // namespace wissel::feed
