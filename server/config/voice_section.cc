#include "server/config/voice_section.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "base/status.h"
#include "channels/voice/networks.h"
#include "fmt/format.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

constexpr int64_t kShortestRing = 5;
constexpr int64_t kLongestRing = 120;

class VoiceCheck {
 public:
  explicit VoiceCheck(LoadedConfig& config) : config_(config), voice_(config.file.voice()) {}

  void Check() {
    for (int i = 0; i < voice_.trunks_size(); ++i) CheckTrunk(voice_.trunks(i), i);
    for (int i = 0; i < voice_.numbers_size(); ++i) CheckNumber(voice_.numbers(i), i);
    for (int i = 0; i < voice_.phone_networks_size(); ++i) {
      CheckNetwork(voice_.phone_networks(i), fmt::format("voice.phoneNetworks[{}]", i));
    }
    const int64_t ring = voice_.ring_time().seconds();
    if (voice_.has_ring_time() && (ring < kShortestRing || ring > kLongestRing)) {
      Problem("voice.ringTime", "is out of range", "from 5 s to 2 min");
    }
    CheckRange(voice_.has_most_calls(), voice_.most_calls(), "voice.mostCalls", 10'000);
    CheckRange(voice_.has_most_new_calls_per_second(), voice_.most_new_calls_per_second(),
               "voice.mostNewCallsPerSecond", 1'000);
    CheckDestinations();
    if (voice_.sips().empty() != voice_.certificates().empty()) {
      Problem("voice", "has one of sips and certificates", "give both, or neither");
    }
    if (!config_.file.server().sip().empty() && voice_.trunks().empty()) {
      Problem("server.sip", "hears nobody", "name in voice.trunks who may send calls");
    }
  }

 private:
  void CheckTrunk(const VoiceSection::Trunk& trunk, int i) {
    const std::string path = fmt::format("voice.trunks[{}]", i);
    if (trunk.addresses().empty()) {
      Problem(path, "has no address", "say where its calls come from, for example 10.0.0.5");
    }
    for (int j = 0; j < trunk.addresses_size(); ++j) {
      CheckNetwork(trunk.addresses(j), fmt::format("{}.addresses[{}]", path, j));
    }
    if (trunk.has_digest() &&
        (trunk.digest().realm().empty() || trunk.digest().users_file().empty())) {
      Problem(path + ".digest", "lacks its realm or users_file", "give both");
    }
    if (trunk.target().empty()) return;
    if (!trunk.target().starts_with("sip:") ||
        trunk.target().find_first_of(" ;?@") != std::string::npos) {
      Problem(path + ".target", "is no address of a phone system",
              "write for example sip:10.0.0.5:5060");
    }
    if (!std::exchange(target_, trunk.target()).empty()) {
      Problem(path + ".target", "is the second one", "calls to the outside go through one trunk");
    }
  }

  void CheckNumber(const VoiceSection::Number& number, int i) {
    const std::string path = fmt::format("voice.numbers[{}]", i);
    if (number.number().empty()) {
      Problem(path, "lacks its number", "write the called number, or \"*\" for any other");
    } else if (!numbers_.insert(number.number()).second) {
      Problem(path + ".number", "stands twice", "give each number once");
    }
    if (!number.queue().starts_with("queues/")) {
      Problem(path + ".queue", "names no queue", "write for example queues/nl-general");
    }
  }

  void CheckDestinations() {
    const VoiceSection::Destinations& to = voice_.destinations();
    for (int i = 0; i < to.countries_size(); ++i) {
      const std::string& country = to.countries(i);
      const bool two = country.size() == 2 && std::ranges::all_of(country, [](unsigned char c) {
                         return std::isupper(c) != 0;
                       });
      if (!two) {
        Problem(fmt::format("voice.destinations.countries[{}]", i), "is no country",
                "write its code of ISO 3166-1, for example BE");
      }
    }
    CheckRange(to.has_most_per_day(), to.most_per_day(), "voice.destinations.mostPerDay", 100'000);
    CheckRange(to.has_most_per_number(), to.most_per_number(), "voice.destinations.mostPerNumber",
               100);
    if (!to.countries().empty() && target_.empty()) {
      Problem("voice.destinations", "has no trunk that takes calls out",
              "give one of voice.trunks a target");
    }
  }

  void CheckNetwork(const std::string& network, const std::string& path) {
    voice::Networks networks;
    if (const absl::Status added = networks.Add(network); !added.ok()) {
      Problem(path, "is no address or network", WhatWouldBeRight(added));
    }
  }

  void CheckRange(bool given, int32_t number, const std::string& path, int32_t most) {
    if (!given || (number >= 1 && number <= most)) return;
    Problem(path, "is out of range", fmt::format("from 1 to {}", most));
  }

  void Problem(const std::string& path, const std::string& what, const std::string& right) {
    config_.problems.push_back(
        {config_.lines.LineOf(path), fmt::format("{} {}", InFileWords(path), what), right});
  }

  LoadedConfig& config_;
  const VoiceSection& voice_;
  std::set<std::string> numbers_;
  std::string target_;
};

}  // namespace

void CheckVoice(LoadedConfig& config) { VoiceCheck(config).Check(); }

}  // namespace wissel::config
