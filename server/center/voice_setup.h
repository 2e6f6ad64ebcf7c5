// From the section `voice` of the configuration file to the voice channel.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "channels/voice/voice.h"
#include "server/center/address.h"
#include "server/config/config_file.h"

namespace wissel::server {

// Without what the center brings. `sip`: where the door is. `folder`: of the configuration file,
// which its paths are relative to. INVALID_ARGUMENT for an address that
// is none, or a line of passwords; NOT_FOUND for a file that cannot be read.
absl::StatusOr<voice::VoiceOptions> ReadVoiceSection(const config::ConfigFile& file,
                                                     const Address& sip, const std::string& folder);

}  // namespace wissel::server
