// Where a contact's work item stands, as its customer is told. Pure; reads the engine, so it runs
// where the engine may be read.
#pragma once

#include "channels/contacts/contact.h"
#include "router/core/engine.h"
#include "router/service/waits.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::tracking {

// With everything but the messages. `waits` may be null: then no wait is told.
v1::Tracking StandingOf(const Engine& engine, const contacts::Contact& contact, const Waits* waits);

v1::Tracking::Stage StageOf(const Item& item);

// Whether its customer may add a message here: conversations that are held live are held elsewhere.
bool MayWrite(const contacts::Contact& contact);

// What was said between the center and the customer; notes and what happened are not for them.
void WriteMessages(const contacts::Contact& contact, v1::Tracking* out);

}  // namespace wissel::tracking
