#include "channels/tracking/standing.h"

#include <optional>

#include "channels/chat/lines.h"
#include "channels/tracking/rating.h"
#include "router/service/convert_basics.h"

namespace wissel::tracking {
namespace {

using v1::Tracking;

constexpr size_t kPlacesShown = 1'000;

int64_t PlaceOf(const Engine& engine, const Item& item) {
  int64_t place = 0;
  for (ItemId waiting : engine.WaitingInOrder(item.queue, kPlacesShown)) {
    ++place;
    if (waiting == item.id) return place;
  }
  return 0;
}

// Conversations that are held live are left on their own page.
bool IsLive(Channel channel) {
  return channel == Channel::kChat || channel == Channel::kVoice || channel == Channel::kCallback;
}

void WriteItem(const Engine& engine, const Item& item, const Waits* waits, Tracking* out) {
  const Directory& directory = engine.directory();
  out->set_stage(StageOf(item));
  WriteTimestamp(item.ended.value_or(item.state_since), out->mutable_stage_time());
  const QueueConfig* queue = directory.queues.Find(item.queue);
  if (queue != nullptr) {
    out->set_service(queue->display_name.empty() ? queue->name : queue->display_name);
  }
  if (out->stage() == Tracking::RECEIVED) {
    out->set_place(PlaceOf(engine, item));
    WriteTimestamp(item.due, out->mutable_promise_time());
    if (waits != nullptr && item.state == ItemState::kWaiting) {
      const WaitAnswer answer = waits->In(engine).OfItem(item.id);
      if (answer.wait) {
        WriteEstimate(chat::InWholeMinutes(*answer.wait), out->mutable_estimated_wait());
      }
    }
  }
  if (item.state == ItemState::kScheduled) {
    WriteTimestamp(*item.not_before, out->mutable_from_time());
  }
  const bool waits_for_nothing_else =
      item.state == ItemState::kWaiting || item.state == ItemState::kWaitingForHours;
  out->set_may_pause(waits_for_nothing_else && !IsLive(item.channel) && queue != nullptr &&
                     queue->longest_pause > Duration());
  out->set_may_ask_callback(waits_for_nothing_else && !IsLive(item.channel) && queue != nullptr &&
                            queue->retry.has_value());
  out->set_may_cancel(!IsLive(item.channel) &&
                      (IsUntouched(item.state) || item.state == ItemState::kOffered));
}

// A file that was sent without words is there by its name.
std::string TextOf(const contacts::Entry& entry) {
  std::string text = entry.text;
  for (const contacts::Attachment& file : entry.attachments) {
    if (entry.text.empty()) text += (text.empty() ? "" : ", ") + file.file_name;
  }
  return text;
}

}  // namespace

Tracking::Stage StageOf(const Item& item) {
  switch (item.state) {
    case ItemState::kWaiting:
    case ItemState::kOffered:
      return Tracking::RECEIVED;
    case ItemState::kWaitingForHours:
      return Tracking::WAITS_FOR_HOURS;
    case ItemState::kScheduled:
      return item.paused ? Tracking::PAUSED : Tracking::SCHEDULED;
    case ItemState::kActive:
    case ItemState::kHeld:
    case ItemState::kParked:
      return Tracking::IN_HAND;
    case ItemState::kAwaitingCustomer:
      return Tracking::AWAITS_YOU;
    case ItemState::kExpired:
      return Tracking::EXPIRED;
    case ItemState::kAbandoned:
    case ItemState::kCancelled:
      return Tracking::CANCELLED;
    // Wrapping up, the answer has been given; merged, a later contact has it.
    case ItemState::kWrapping:
    case ItemState::kCompleted:
    case ItemState::kMerged:
    case ItemState::kInformed:
      break;
  }
  return Tracking::ANSWERED;
}

bool MayWrite(const contacts::Contact& contact) {
  // A form or mail that has been answered is taken up again; a conversation that is over is over.
  if (contact.channel == Channel::kMessage) return !contact.ended;
  return contact.channel == Channel::kForm || contact.channel == Channel::kEmail;
}

Tracking StandingOf(const Engine& engine, const contacts::Contact& contact, const Waits* waits) {
  Tracking tracking;
  tracking.set_subject(contact.subject);
  tracking.set_language(contact.language);
  WriteTimestamp(contact.started, tracking.mutable_receive_time());
  WriteTimestamp(contact.ended.value_or(contact.started), tracking.mutable_stage_time());
  tracking.set_stage(contact.ended ? Tracking::ANSWERED : Tracking::RECEIVED);
  tracking.set_may_write(MayWrite(contact));
  const std::optional<int> rating = RatingOf(contact);
  tracking.set_rating(rating.value_or(0));
  if (!contact.item) return tracking;
  tracking.set_reference(std::to_string(contact.item->value()));
  // One that ended long ago is known to the store alone.
  const Item* item = engine.FindItem(*contact.item);
  if (item != nullptr) WriteItem(engine, *item, waits, &tracking);
  // What a later contact has taken over is answered there; what nobody had has no answer.
  const bool answered =
      item != nullptr ? item->state != ItemState::kMerged : !contact.agent.empty();
  tracking.set_may_rate(tracking.stage() == Tracking::ANSWERED && answered && !rating);
  return tracking;
}

void WriteMessages(const contacts::Contact& contact, Tracking* out) {
  for (const contacts::Entry& entry : contact.entries) {
    const bool said =
        entry.kind == contacts::EntryKind::kMessage || entry.kind == contacts::EntryKind::kMail;
    const std::string text = TextOf(entry);
    if (!said || text.empty()) continue;
    v1::TrackingMessage* message = out->add_messages();
    message->set_from_customer(entry.author == contacts::Author::kCustomer);
    message->set_text(text);
    WriteTimestamp(entry.time, message->mutable_time());
  }
}

}  // namespace wissel::tracking
