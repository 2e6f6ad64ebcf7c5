#include "server/center/voice_setup.h"

#include <filesystem>
#include <utility>

#include "base/status.h"
#include "server/systemd/secret_file.h"

namespace wissel::server {
namespace {

voice::OutsideRules OutsideOf(const config::VoiceSection& section, const std::string& region) {
  voice::OutsideRules outside;
  for (const auto& trunk : section.trunks()) {
    if (!trunk.target().empty()) outside.target = trunk.target();
  }
  const config::VoiceSection::Destinations& to = section.destinations();
  outside.destinations.countries = {to.countries().begin(), to.countries().end()};
  outside.destinations.region = region;
  if (to.has_most_per_day()) outside.destinations.most_per_day = to.most_per_day();
  if (to.has_most_per_number()) outside.destinations.most_per_number = to.most_per_number();
  return outside;
}

absl::StatusOr<voice::Digest> DigestOf(const config::VoiceSection::Trunk::Digest& section,
                                       const std::string& folder) {
  WISSEL_ASSIGN_OR_RETURN(const std::string text,
                          systemd::ReadSecret(folder, section.users_file()));
  WISSEL_ASSIGN_OR_RETURN(voice::Passwords passwords, voice::ParsePasswords(text));
  return voice::Digest(section.realm(), std::move(passwords));
}

}  // namespace

absl::StatusOr<voice::VoiceOptions> ReadVoiceSection(const config::ConfigFile& file,
                                                     const Address& sip,
                                                     const std::string& folder) {
  const config::VoiceSection& section = file.voice();
  voice::VoiceOptions options;
  options.sip.host = sip.host;
  options.sip.port = sip.port;
  if (!section.sips().empty()) {
    WISSEL_ASSIGN_OR_RETURN(const Address sips, ParseAddress(section.sips()));
    options.sip.tls_host = sips.host;
    options.sip.tls_port = sips.port;
    options.sip.certificates = (std::filesystem::path(folder) / section.certificates()).string();
  }
  for (const auto& trunk : section.trunks()) {
    voice::Networks networks;
    for (const std::string& address : trunk.addresses()) {
      WISSEL_RETURN_IF_ERROR(options.sip.trunks.Add(address));
      WISSEL_RETURN_IF_ERROR(networks.Add(address));
    }
    if (!trunk.has_digest()) continue;
    WISSEL_ASSIGN_OR_RETURN(voice::Digest digest, DigestOf(trunk.digest(), folder));
    options.sip.passwords.push_back({std::move(networks), std::move(digest)});
  }
  for (const std::string& network : section.phone_networks()) {
    WISSEL_RETURN_IF_ERROR(options.sip.phones.Add(network));
  }
  for (const auto& number : section.numbers()) options.queues[number.number()] = number.queue();
  if (section.has_ring_time()) {
    options.rules.ring_time = Duration::Seconds(section.ring_time().seconds());
  }
  options.rules.ring_at_offer = section.ring_at_offer();
  if (section.has_most_calls()) options.limits.most_calls = section.most_calls();
  if (section.has_most_new_calls_per_second()) {
    options.limits.most_new_per_second = section.most_new_calls_per_second();
  }
  options.outside = OutsideOf(section, file.server().region());
  options.region = file.server().region();
  return options;
}

}  // namespace wissel::server
