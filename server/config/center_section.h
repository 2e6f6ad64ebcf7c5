// The center's own settings between the file and the core; resources are ConfigService's. Pure.
#pragma once

#include "router/core/config.h"
#include "server/config/config_file.pb.h"

namespace wissel::config {

// What the section says, over `otherwise` for what it leaves out.
CenterConfig ReadCenterSection(const CenterSection& section, CenterConfig otherwise);

// Every setting, whether it is the usual one or not.
void WriteCenterSection(const CenterConfig& center, CenterSection* out);

}  // namespace wissel::config
