// How a contact reaches the center. Capacity is counted per channel.
#pragma once

#include <array>
#include <cstdint>

namespace wissel {

// The same numbers as wissel.v1.Channel.
enum class Channel : uint8_t {
  kVoice = 1,
  kEmail = 2,
  kChat = 3,
  kMessage = 4,
  kForm = 5,
  kCallback = 6,
  kOutbound = 7,
  kTask = 8,
};

inline constexpr int kChannelCount = 8;
inline constexpr std::array<Channel, kChannelCount> kChannels = {
    Channel::kVoice, Channel::kEmail,    Channel::kChat,     Channel::kMessage,
    Channel::kForm,  Channel::kCallback, Channel::kOutbound, Channel::kTask};

constexpr int IndexOf(Channel channel) { return static_cast<int>(channel) - 1; }
constexpr bool IsChannel(int number) { return number >= 1 && number <= kChannelCount; }
const char* NameOf(Channel channel);

// A set of channels.
class ChannelSet {
 public:
  constexpr ChannelSet() = default;
  static constexpr ChannelSet FromBits(uint8_t bits) { return ChannelSet(bits); }
  constexpr bool Has(Channel channel) const { return (bits_ >> IndexOf(channel) & 1) != 0; }
  constexpr void Add(Channel channel) { bits_ |= static_cast<uint8_t>(1 << IndexOf(channel)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr uint8_t bits() const { return bits_; }
  constexpr bool operator==(const ChannelSet&) const = default;

 private:
  constexpr explicit ChannelSet(uint8_t bits) : bits_(bits) {}
  uint8_t bits_ = 0;
};

}  // namespace wissel
