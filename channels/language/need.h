// The customer's language as something that is asked for in addition. Pure; reads the engine, so it
// runs where the engine may be read.
#pragma once

#include <optional>
#include <string_view>

#include "router/core/engine.h"

namespace wissel {

// What an item of this queue needs when the customer speaks `language` (BCP 47): the queue's
// requirement, and at each step the skill "language-nl" for "nl" or "nl-BE". None: the queue's own
// requirement is right as it is, because the center has no such skill, the queue names it already,
// or no language was given.
std::optional<Requirement> NeedWithLanguage(const Engine& engine, QueueId queue,
                                            std::string_view language);

}  // namespace wissel
