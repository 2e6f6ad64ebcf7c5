// Planted faults: an engine that goes wrong in one way, once, so that a test can show that the
// simulation's checkers catch it. Nothing of this is in the product.
#pragma once

#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace wissel::simulation {

enum class PlantedFault {
  kNone,
  // The engine itself decides wrongly, and is consistent with what it decided.
  kSkipsAMatch,      // an idle agent beside waiting work
  kTakesALaterItem,  // not the smallest of the line
  kTakesAnotherAgent,
  kPromisesLater,
  kForgetsAKeep,
  kParksNothing,
  kStaysOnAStep,
  // It says one thing and does another.
  kLosesAnItem,
  kOffersTwice,
  kSetsTheClockBack,
  kWakesLate,
  kChangesARefusal,
  kJournalsAnotherSession,
  // It does not come back as it was.
  kSavesNoRefusals,
  kRecoversTooLittle,
};

std::string_view NameOf(PlantedFault fault);

// An engine that commits the fault at its `chance`-th opportunity.
std::shared_ptr<reference::Subject> MakeCanary(PlantedFault fault, int chance);

}  // namespace wissel::simulation
