// The item that an event is about, if it is about one. Pure.
#pragma once

#include <optional>
#include <variant>

#include "router/core/event.h"
#include "router/core/ids.h"

namespace wissel {

inline std::optional<ItemId> ItemOf(const Event& event) {
  return std::visit(
      [](const auto& body) -> std::optional<ItemId> {
        if constexpr (requires { ItemId(body.item); }) return body.item;
        return std::nullopt;
      },
      event.body);
}

}  // namespace wissel
