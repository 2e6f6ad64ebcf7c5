// A 64-bit digest over field lists (base/fields.h): the same for the same values on every compiler
// and optimisation level. For comparing states, not against an adversary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/fields.h"
#include "base/strong_id.h"
#include "base/time.h"

namespace wissel {

class Digest {
 public:
  uint64_t value() const { return hash_; }

  // splitmix64's finaliser (Steele, Lea, Flood 2014) over a running sum.
  void Mix(uint64_t word) {
    uint64_t z = hash_ ^ (word + 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    hash_ = z ^ (z >> 31);
  }

  template <class T>
  void Add(const T& value) {
    if constexpr (HasFields<T>) {
      T::Fields(value, [this](int number, const char*, const auto& field) {
        Mix(static_cast<uint64_t>(number));
        Add(field);
      });
    } else {
      static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
      Mix(static_cast<uint64_t>(value));
    }
  }
  void Add(Instant t) { Mix(static_cast<uint64_t>(t.millis())); }
  void Add(Duration d) { Mix(static_cast<uint64_t>(d.millis())); }
  template <class Tag, class Number>
  void Add(StrongId<Tag, Number> id) {
    Mix(static_cast<uint64_t>(id.value()));
  }
  void Add(const std::string& text) {
    Mix(text.size());
    uint64_t word = 0;
    int bytes = 0;
    for (unsigned char c : text) {
      word = word << 8 | c;
      if (++bytes == 8) Mix(word), word = 0, bytes = 0;
    }
    if (bytes > 0) Mix(word);
  }
  template <class T>
  void Add(const std::optional<T>& value) {
    Mix(value.has_value());
    if (value) Add(*value);
  }
  template <class T>
  void Add(const std::vector<T>& values) {
    Mix(values.size());
    for (const T& value : values) Add(value);
  }

 private:
  uint64_t hash_ = 0x57697373656c;  // "Wissel"
};

template <class T>
uint64_t DigestOf(const T& value) {
  Digest digest;
  digest.Add(value);
  return digest.value();
}

}  // namespace wissel
