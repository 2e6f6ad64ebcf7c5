#include "agents/core/channel.h"

namespace wissel {

const char* NameOf(Channel channel) {
  static constexpr const char* kNames[] = {"voice", "email",    "chat",     "message",
                                           "form",  "callback", "outbound", "task"};
  return kNames[IndexOf(channel)];
}

}  // namespace wissel
