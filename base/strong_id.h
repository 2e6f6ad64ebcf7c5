// Ids that cannot be mixed up: StrongId<Tag, Number> is a number with a type of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace wissel {

template <class Tag, class Number>
class StrongId {
 public:
  using Value = Number;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Number value) : value_(value) {}

  constexpr Number value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

  template <class H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  Number value_ = 0;
};

}  // namespace wissel
