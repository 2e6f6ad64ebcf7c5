// Field lists (base/fields.h) to protobuf's wire format and back. Pure templates; codec.h has what
// the journal and the snapshots are made of.
//
//   bool, unsigned, enum, StrongId   varint
//   signed, Instant, Duration        varint, zigzag
//   std::string, struct              length-delimited
//   std::optional                    as its value; absent when empty
//   std::vector                      varints packed, others one field for each element; a vector of
//                                    optionals as messages with the value, if any, as field 1
//
// Every number is written, zero or not: a default that changes later must not change what old bytes
// mean. Reading: unknown fields are skipped; a missing field keeps its default, but for vectors and
// optionals, which are then empty; of a field given twice the last counts. Any bytes may be given:
// what cannot be read is refused, never a crash.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/fields.h"
#include "base/strong_id.h"
#include "base/time.h"
#include "router/journal/wire.h"

namespace wissel::wire {

// Deeper than any honest value: a constraint tree has a handful of levels.
inline constexpr int kMaxDepth = 100;

// --- Varints

template <class T>
struct IsStrongId : std::false_type {};
template <class Tag, class Number>
struct IsStrongId<StrongId<Tag, Number>> : std::true_type {};

template <class T>
inline constexpr bool kIsTime = std::is_same_v<T, Instant> || std::is_same_v<T, Duration>;

template <class T>
inline constexpr bool kIsVarint =
    std::is_integral_v<T> || std::is_enum_v<T> || IsStrongId<T>::value || kIsTime<T>;

template <class T>
uint64_t ToVarint(const T& value) {
  if constexpr (kIsTime<T>) {
    return ZigZag(value.millis());
  } else if constexpr (IsStrongId<T>::value) {
    return ToVarint(value.value());
  } else if constexpr (std::is_enum_v<T>) {
    return ToVarint(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_signed_v<T>) {
    return ZigZag(value);
  } else {
    return static_cast<uint64_t>(value);
  }
}

// False for a number that does not fit.
template <class T>
bool FromVarint(uint64_t n, T& value) {
  if constexpr (std::is_same_v<T, Instant>) {
    value = Instant::FromMillis(UnZigZag(n));
  } else if constexpr (std::is_same_v<T, Duration>) {
    value = Duration::Millis(UnZigZag(n));
  } else if constexpr (IsStrongId<T>::value) {
    typename T::Value number;
    if (!FromVarint(n, number)) return false;
    value = T(number);
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number;
    if (!FromVarint(n, number)) return false;
    value = static_cast<T>(number);
  } else if constexpr (std::is_signed_v<T>) {
    const int64_t number = UnZigZag(n);
    if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max())
      return false;
    value = static_cast<T>(number);
  } else {
    if (n > std::numeric_limits<T>::max()) return false;
    value = static_cast<T>(n);
  }
  return true;
}

// --- Writing

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
void WriteStruct(Writer& writer, const T& value);

template <class T>
void WriteField(Writer& writer, int number, const T& field);

// An element of a vector that is not a varint: its length and its bytes.
template <class T>
void WriteElement(Writer& writer, const T& element) {
  if constexpr (std::is_same_v<T, std::string>) {
    writer.Bytes(element);
  } else if constexpr (IsOptional<T>::value) {
    writer.Nested([&] {
      if (element) WriteField(writer, 1, *element);
    });
  } else {
    writer.Nested([&] { WriteStruct(writer, element); });
  }
}

template <class T>
void WriteField(Writer& writer, int number, const T& field) {
  if constexpr (kIsVarint<T>) {
    writer.Tag(number, Type::kVarint);
    writer.Varint(ToVarint(field));
  } else if constexpr (IsOptional<T>::value) {
    static_assert(!IsVector<typename T::value_type>::value);
    if (field) WriteField(writer, number, *field);
  } else if constexpr (IsVector<T>::value) {
    if constexpr (kIsVarint<typename T::value_type>) {
      if (field.empty()) return;
      writer.Tag(number, Type::kBytes);
      writer.Nested([&] {
        for (const auto& element : field) writer.Varint(ToVarint(element));
      });
    } else {
      for (const auto& element : field) {
        writer.Tag(number, Type::kBytes);
        WriteElement(writer, element);
      }
    }
  } else {
    writer.Tag(number, Type::kBytes);
    WriteElement(writer, field);
  }
}

template <class T>
void WriteStruct(Writer& writer, const T& value) {
  T::Fields(value, [&writer](int number, const char*, const auto& field) {
    WriteField(writer, number, field);
  });
}

// --- Reading

template <class T>
bool ReadStruct(std::string_view bytes, T& value, int depth);

template <class T>
bool ReadField(Reader& reader, Type type, T& field, int depth);

template <class T>
bool ReadElement(std::string_view bytes, T& element, int depth) {
  if constexpr (std::is_same_v<T, std::string>) {
    element = bytes;
    return true;
  } else if constexpr (IsOptional<T>::value) {
    Reader reader(bytes);
    while (!reader.done()) {
      int number;
      Type type;
      if (!reader.Tag(number, type)) return false;
      if (number != 1 ? !reader.Skip(type) : !ReadField(reader, type, element, depth)) return false;
    }
    return true;
  } else {
    return ReadStruct(bytes, element, depth + 1);
  }
}

template <class T>
bool ReadField(Reader& reader, Type type, T& field, int depth) {
  if constexpr (kIsVarint<T>) {
    uint64_t n;
    return type == Type::kVarint && reader.Varint(n) && FromVarint(n, field);
  } else if constexpr (IsOptional<T>::value) {
    return ReadField(reader, type, field.emplace(), depth);
  } else {
    std::string_view bytes;
    if (type != Type::kBytes || !reader.Bytes(bytes)) return false;
    if constexpr (!IsVector<T>::value) {
      return ReadElement(bytes, field, depth);
    } else if constexpr (!kIsVarint<typename T::value_type>) {
      return ReadElement(bytes, field.emplace_back(), depth);
    } else {
      Reader packed(bytes);
      while (!packed.done()) {
        uint64_t n;
        typename T::value_type element;
        if (!packed.Varint(n) || !FromVarint(n, element)) return false;
        field.push_back(element);
      }
      return true;
    }
  }
}

template <class T>
bool ReadStruct(std::string_view bytes, T& value, int depth) {
  if (depth > kMaxDepth) return false;
  value = T();
  T::Fields(value, [](int, const char*, auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (IsVector<Field>::value) field.clear();
    if constexpr (IsOptional<Field>::value) field.reset();
  });
  Reader reader(bytes);
  while (!reader.done()) {
    int tag;
    Type type;
    if (!reader.Tag(tag, type)) return false;
    bool known = false;
    bool good = false;
    T::Fields(value, [&](int number, const char*, auto& field) {
      if (number != tag) return;
      known = true;
      good = ReadField(reader, type, field, depth);
    });
    if (known ? !good : !reader.Skip(type)) return false;
  }
  return true;
}

}  // namespace wissel::wire
