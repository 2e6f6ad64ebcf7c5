#include "integration/events/vocabulary.h"

#include <array>

namespace wissel::events {
namespace {

constexpr std::array<TypeWords, kEventTypes> kVocabulary = {{
    {"wissel.work_item.entered.v1", "A work item has come in and waits, or is scheduled."},
    {"wissel.work_item.released.v1",
     "Its queue has opened, or the time for which it was scheduled has come."},
    {"wissel.work_item.updated.v1", "Its band, head start or requirement was changed."},
    {"wissel.work_item.offered.v1", "It is offered to an agent."},
    {"wissel.work_item.accepted.v1", "The agent has taken the offer and works on it."},
    {"wissel.work_item.declined.v1", "The agent has declined the offer."},
    {"wissel.work_item.missed.v1", "The agent has not answered the offer in time."},
    {"wissel.work_item.offer_withdrawn.v1",
     "The offer was taken back from the agent; it keeps its place."},
    {"wissel.work_item.assigned.v1", "A manager has given it to an agent, who works on it."},
    {"wissel.work_item.pulled_back.v1",
     "A manager has taken it from its agent, back into its line."},
    {"wissel.work_item.returned.v1", "Its agent has given it back, or was lost."},
    {"wissel.work_item.transferred.v1", "It was sent to another queue, an agent or a partner."},
    {"wissel.work_item.handed_over.v1", "The agent who was consulted about it has it now."},
    {"wissel.work_item.overflowed.v1", "A rule has sent it on to another queue."},
    {"wissel.work_item.held.v1", "Its agent has put it on hold."},
    {"wissel.work_item.retrieved.v1", "Its agent has taken it off hold."},
    {"wissel.work_item.parked.v1", "It was interrupted by another work item of its agent."},
    {"wissel.work_item.resumed.v1", "Its agent goes on with it after an interruption."},
    {"wissel.work_item.consult_started.v1", "Its agent asks a colleague about it."},
    {"wissel.work_item.consult_ended.v1", "The colleague is no longer asked about it."},
    {"wissel.work_item.conference_changed.v1",
     "Its agent and the colleague both talk with the customer, or no longer do."},
    {"wissel.work_item.set_aside.v1", "Its agent waits for the customer to write."},
    {"wissel.work_item.woken.v1", "It was set aside, and its agent works on it again."},
    {"wissel.work_item.requeued.v1",
     "It was set aside, its customer wrote, and it waits in its queue for an agent."},
    {"wissel.work_item.wrap_up_started.v1",
     "The conversation is over; the agent does what follows from it."},
    {"wissel.work_item.completed.v1", "It is done."},
    {"wissel.work_item.abandoned.v1", "The customer left before an answer."},
    {"wissel.work_item.cancelled.v1", "It was taken out of the queue: it needs no answer."},
    {"wissel.work_item.expired.v1",
     "It was not answered by the moment after which it has no sense."},
    {"wissel.work_item.merged.v1", "Its customer came again; the later work item has its place."},
    {"wissel.work_item.informed.v1", "A notice has answered the customer's question."},
    {"wissel.work_item.callback_promised.v1", "The customer was promised a call."},
    {"wissel.work_item.postponed.v1", "The customer was not reached; it is tried again later."},
    {"wissel.work_item.paused.v1", "The customer said: not now."},
    {"wissel.work_item.wait_promised.v1", "The customer was told how long it would take."},
    {"wissel.agent.signed_in.v1", "An agent has signed in."},
    {"wissel.agent.signed_out.v1", "An agent has signed out, or was signed out."},
    {"wissel.agent.presence_changed.v1", "An agent is available, or away with a reason."},
    {"wissel.agent.connection_lost.v1", "An agent's desk is not heard of any more."},
    {"wissel.agent.connection_restored.v1", "An agent's desk is heard of again."},
    {"wissel.queue.opened.v1", "The queue's hours have begun."},
    {"wissel.queue.closed.v1", "The queue's hours have ended."},
    {"wissel.queue.surge_begun.v1", "The queue goes by its rules for a surge."},
    {"wissel.queue.surge_ended.v1", "The queue goes by its usual rules again."},
    {"wissel.queue.partners_settled.v1",
     "An interval of the queue's partner allocation is settled."},
    {"wissel.notice.given.v1", "Whoever waits is told something from now on."},
    {"wissel.notice.withdrawn.v1", "The notice is no longer given."},
    {"wissel.rules.applied.v1", "Several changes of the rules hold as one version."},
}};

static_assert(!kVocabulary.back().type.empty());

}  // namespace

std::span<const TypeWords, kEventTypes> Vocabulary() { return kVocabulary; }

}  // namespace wissel::events
