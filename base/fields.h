// Field lists: every struct that is journalled, saved or digested lists its fields once,
//
//   static void Fields(auto&& self, auto&& f) {
//     f(1, "queue", self.queue);
//     f(2, "band", self.band);
//   }
//
// and from that one list come the wire form (router/journal/codec.h), the digest (base/digest.h)
// and equality. The numbers are the wire's: never reused, never changed. Field types: bool,
// integers, enums, StrongId, Instant, Duration, std::string, std::optional and std::vector of
// these, and structs with fields of their own.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

namespace wissel {
namespace internal {
struct AnyVisitor {
  template <class T>
  void operator()(int, const char*, T&&) const {}
};
}  // namespace internal

template <class T>
concept HasFields = requires(T& value) {
  std::remove_cvref_t<T>::Fields(value, internal::AnyVisitor{});
};

}  // namespace wissel
