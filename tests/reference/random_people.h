// What customers, agents and managers do next: mostly sensible for the moment, sometimes nonsense.
#pragma once

#include "router/core/command.h"
#include "tests/reference/dice.h"
#include "tests/reference/model.h"

namespace wissel::reference {

// Chances, each out of the sum of all.
struct Habits {
  uint32_t arrive = 24;
  uint32_t answer = 26;  // accept, decline
  uint32_t work = 22;    // hold, wrap up, complete, transfer, return
  uint32_t presence = 12;
  uint32_t lease = 3;
  uint32_t leave = 5;  // abandon, cancel
  uint32_t update = 3;
  uint32_t move = 3;       // a manager transfers
  uint32_t supervise = 3;  // a manager assigns by force, pulls back, sets a presence
  uint32_t configure = 1;
  uint32_t nonsense = 3;
  uint32_t call = 4;    // callbacks promised, customers not reached
  uint32_t surge = 1;   // surge mode, notices
  uint32_t talk = 6;    // consults, contacts handed over, conversations set aside and woken
  uint32_t rules = 1;   // several changes of configuration at once
  uint32_t crowd = 40;  // living items from which nobody arrives any more
};

CommandBody NextCommand(Dice& dice, const Model& model, const Habits& habits);

}  // namespace wissel::reference
