// The smallest parts of protobuf's wire format: varints, tags, lengths. Pure; reading never passes
// the end of its bytes, whatever they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wissel::wire {

enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr uint64_t ZigZag(int64_t n) {
  return (static_cast<uint64_t>(n) << 1) ^ static_cast<uint64_t>(n >> 63);
}
constexpr int64_t UnZigZag(uint64_t n) {
  return static_cast<int64_t>(n >> 1) ^ -static_cast<int64_t>(n & 1);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Varint(uint64_t n) {
    while (n >= 0x80) {
      out_.push_back(static_cast<char>(n | 0x80));
      n >>= 7;
    }
    out_.push_back(static_cast<char>(n));
  }
  void Tag(int number, Type type) {
    Varint(static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(type));
  }
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    out_.append(bytes);
  }
  // A length and as many bytes, where the length is known only after they are written. Most are
  // under 128 bytes and so have the one byte that is set aside for it; longer ones are moved up.
  template <class WriteBody>
  void Nested(WriteBody&& write_body) {
    const size_t start = out_.size();
    out_.push_back(0);
    write_body();
    uint64_t length = out_.size() - start - 1;
    if (length < 0x80) {
      out_[start] = static_cast<char>(length);
      return;
    }
    std::string prefix;
    Writer(prefix).Varint(length);
    out_.replace(start, 1, prefix);
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }

  // Each is false, and the reader of no more use, when the bytes are not what was asked for.
  bool Varint(uint64_t& n) {
    n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return false;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return false;  // more than 64 bits
      n |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool Tag(int& number, Type& type) {
    uint64_t tag;
    if (!Varint(tag)) return false;
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return false;
    number = static_cast<int>(tag >> 3);
    type = static_cast<Type>(tag & 7);
    return type == Type::kVarint || type == Type::kFixed64 || type == Type::kBytes ||
           type == Type::kFixed32;
  }
  bool Bytes(std::string_view& bytes) {
    uint64_t length;
    return Varint(length) && Take(length, bytes);
  }
  bool Skip(Type type) {
    uint64_t number;
    std::string_view bytes;
    switch (type) {
      case Type::kVarint:
        return Varint(number);
      case Type::kFixed64:
        return Take(8, bytes);
      case Type::kBytes:
        return Bytes(bytes);
      case Type::kFixed32:
        return Take(4, bytes);
    }
    return false;
  }

 private:
  bool Take(uint64_t length, std::string_view& bytes) {
    if (length > rest_.size()) return false;
    bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  std::string_view rest_;
};

}  // namespace wissel::wire
