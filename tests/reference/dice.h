// Where random worlds get their chances from: a seed, or a fuzzer's bytes. The same seed or bytes
// give the same world on every machine. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wissel::reference {

class Dice {
 public:
  virtual ~Dice() = default;
  virtual uint64_t Next() = 0;

  // 0 to n - 1; n at least 1.
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(Next() % n); }
  // Both ends included.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1));
  }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  template <class T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(static_cast<uint32_t>(values.size()))];
  }
};

// splitmix64 (Steele, Lea, Flood 2014).
class SeededDice : public Dice {
 public:
  explicit SeededDice(uint64_t seed) : state_(seed) {}
  uint64_t Next() override {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// Two bytes a throw; zeros when they have run out.
class ByteDice : public Dice {
 public:
  explicit ByteDice(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool exhausted() const { return at_ >= bytes_.size(); }
  uint64_t Next() override {
    uint64_t value = 0;
    for (int i = 0; i < 2 && at_ < bytes_.size(); ++i) value = value << 8 | bytes_[at_++];
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

}  // namespace wissel::reference
