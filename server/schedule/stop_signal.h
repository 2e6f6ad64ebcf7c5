// SIGTERM and SIGINT ask for the best so far.
#pragma once

namespace wissel::schedule {

void CatchStopSignals();
bool StopAsked();

}  // namespace wissel::schedule
