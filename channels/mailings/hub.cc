#include "channels/mailings/hub.h"

#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"

namespace wissel::mailings {
namespace {

// Where a file or another room had no room.
constexpr Duration kTryAgain = Duration::Seconds(10);

}  // namespace

Hub::Hub(Shard& shard, contacts::ContactStore& store, outbound::StoreFile& file,
         const MailingOptions& options, std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      file_(file),
      tables_(file),
      options_(options),
      post_(std::move(post)) {}

absl::Status Hub::Load() {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<Mailing> mailings, tables_.Load());
  for (const Mailing& mailing : mailings) {
    by_id_[mailing.id] = mailing.number;
    mailings_.emplace(mailing.number, Live{mailing, Pace(mailing.rate), "", std::nullopt});
  }
  WISSEL_ASSIGN_OR_RETURN(const std::vector<RecipientPlace> sending, tables_.Sending());
  for (const RecipientPlace& place : sending) {
    sending_[{place.mailing, place.recipient.number}] = place.recipient;
  }
  return absl::OkStatus();
}

void Hub::Begin() {
  std::vector<Place> places;
  for (const auto& [place, recipient] : sending_) places.push_back(place);
  for (const Place& place : places) AskWhatBecame(place);
}

void Hub::Write(int64_t mailing, const Recipient& recipient) {
  writes_.push_back([this, mailing, recipient] { return tables_.Save(mailing, recipient); });
}

absl::Status Hub::Flush() {
  if (writes_.empty()) return absl::OkStatus();
  const absl::Status status = file_.Change([this]() -> absl::Status {
    for (const auto& write : writes_) WISSEL_RETURN_IF_ERROR(write());
    return absl::OkStatus();
  });
  if (status.ok()) {
    writes_.clear();
  } else {
    Log(LogLevel::kError, "the mailings cannot be written",
        {{"reason", std::string_view(status.message().data(), status.message().size())}});
  }
  return status;
}

// --- What comes from outside

void Hub::OnErased(const std::vector<std::string>& contacts) {
  if (!Flush().ok()) Log(LogLevel::kWarning, "an erased person stays among the recipients");
  for (const std::string& contact : contacts) {
    const absl::StatusOr<std::optional<RecipientPlace>> found = tables_.FindContact(contact);
    if (!found.ok() || !*found) continue;
    Recipient recipient = (*found)->recipient;
    // One that is being sent: the mail channel says so.
    if (recipient.state == RecipientState::kSending) continue;
    if (!IsOutcome(recipient.state)) {
      recipient = Ended(recipient, RecipientState::kWithdrawn, now());
    }
    recipient.contact.clear();
    Write((*found)->mailing, recipient);
  }
}

void Hub::OnBounced(const std::string& contact) {
  if (!Flush().ok()) return;
  const absl::StatusOr<std::optional<RecipientPlace>> found = tables_.FindContact(contact);
  if (!found.ok() || !*found || (*found)->recipient.state != RecipientState::kSent) return;
  Write((*found)->mailing, Ended((*found)->recipient, RecipientState::kBounced, now()));
}

// --- Time

std::optional<Instant> Hub::OnTime(Instant t) {
  if (again_ && *again_ <= t) {
    again_.reset();
    for (const Place& place : std::exchange(ask_again_, {})) AskWhatBecame(place);
  }
  std::optional<Instant> wake = again_;
  const auto sooner = [&](std::optional<Instant> at) {
    if (at) wake = wake ? std::min(*wake, *at) : *at;
  };
  if (!Flush().ok()) return t + kTryAgain;
  for (auto& [number, live] : mailings_) {
    if (live.mailing.phase != Phase::kRunning) continue;
    const absl::StatusOr<std::optional<Instant>> next = SendDue(live, t);
    sooner(next.ok() ? *next : t + kTryAgain);
  }
  if (!Flush().ok()) return t + kTryAgain;
  for (const Place& place : std::exchange(to_send_, {})) Prepare(place);
  if (forget_ && forgetting_ == 0) ForgetWithdrawn();
  return wake;
}

}  // namespace wissel::mailings
